#!/usr/bin/env bash
# encoder.sh: how fast our encoder turns passages into vectors, where its time
# goes and how much of the processor it uses, beside ONNX Runtime in float32 and
# in eight bits and llama.cpp, on the same model. Speed is by the processor's
# time on one thread, which a busy machine changes least; the model must be
# installed. The report goes to build/artifacts/encoder.txt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source build/env.sh
source build/setup/lib.sh
stamps=$MARKAI_CACHE/stamps out=build/artifacts
mkdir -p "$out" "$stamps"
work=$PWD/$(mktemp -d "$out/encoder.XXXXXX")
trap 'rm -rf "$work"' EXIT
model=$MARKAI_CACHE/models/minilm
[ -e "$model/model.safetensors" ] || die "the embedding model is not installed. Run make setup."

peers() {
  python3 -m venv "$MARKAI_CACHE/encoder"
  "$MARKAI_CACHE/encoder/bin/pip" install -q --disable-pip-version-check --require-hashes --no-deps \
    --only-binary=:all: -r build/manifest/encoder.txt
}

report() {
  echo "MiniLM-L6, $(date -u +%F), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -1), load $(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo unknown) at the start"
  local peak=
  if cc -O2 build/bench/peak.c -o "$work/peak" 2>/dev/null; then
    mapfile -t peak < <("$work/peak")
  fi
  [ -z "${peak[0]:-}" ] || echo "this core adds up ${peak[0]} thousand million products of bytes a second, and ${peak[1]} of float32"
  (cd kernels/encoder && ENCODER_MEASURE=$work ENCODER_PEAK=${peak[0]:-} "$work/encoder.test" -test.run '^TestMeasurement$' -test.timeout 1h) | grep -vx PASS
  if [ "$(uname -sm)" != "Linux x86_64" ]; then
    echo "ONNX Runtime: not run, it is not in build/manifest/encoder.txt for this platform"
  else
    step encoder peers build/manifest/encoder.txt
    "$MARKAI_CACHE/encoder/bin/python" build/bench/encoder.py "$model" "$work" 2>"$work/log" || { cat "$work/log"; return 1; }
  fi
  echo "llama.cpp, Q8_0, passages of 256 tokens:"
  go test -run NONE -bench EmbedPassages -benchtime 3x ./backend/llama | grep -E 'Benchmark|skip' || echo "not run: its runtime is not installed"
}

go test -c -o "$work/encoder.test" ./kernels/encoder
report | tee "$out/encoder.txt"
