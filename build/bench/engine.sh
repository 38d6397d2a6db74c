#!/usr/bin/env bash
# Measures the chat engine beside a bare loop over the same library, beside
# llama.cpp's own server and, where there are CMake and a compiler, beside
# llama-bench, in one run; build/artifacts/engine.md gets the table.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source build/env.sh
source build/setup/lib.sh
manifest=$PWD/build/manifest stamps=$MARKAI_CACHE/stamps
out=build/artifacts/engine.md

# llama_bench builds llama-bench from the source that the package carries.
llama_bench() {
  local dir
  dir=$(mktemp -d)
  python_env
  say "building llama-bench, which takes some minutes"
  "$MARKAI_CACHE/python/bin/pip" download -q --disable-pip-version-check --require-hashes --no-deps \
    --no-binary=:all: -d "$dir" -r "$manifest/llama-bench.txt"
  tar -xzf "$dir"/*.tar.gz -C "$dir" --strip-components=1
  nice cmake -S "$dir/vendor/llama.cpp" -B "$dir/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=ON \
    -DGGML_OPENMP=OFF -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
    -DLLAMA_BUILD_SERVER=OFF >"$dir/log"
  nice cmake --build "$dir/build" --target llama-bench --parallel >>"$dir/log"
  place "$dir/build/bin/llama-bench" "$MARKAI_CACHE/llama-bench"
  rm -rf "$dir"
}

if command -v cmake >/dev/null && command -v c++ >/dev/null; then
  step llama-bench llama_bench build/manifest/llama-bench.txt
else
  say "no llama-bench beside it: install cmake and a C++ compiler for that"
fi
mkdir -p build/artifacts
MARKAI_BENCH_ENGINE=$PWD/$out go test -count=1 -timeout=60m -v -run='^TestEngineTable$' ./backend/llama
cat "$out"
