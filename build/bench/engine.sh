#!/usr/bin/env bash
# Measures the chat engine beside a bare loop over the same library and beside
# llama.cpp's own server, in one run; build/artifacts/engine.md gets the table.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source build/env.sh
out=build/artifacts/engine.md
mkdir -p build/artifacts
MARKAI_BENCH_ENGINE=$PWD/$out go test -count=1 -timeout=60m -v -run='^TestEngineTable$' ./backend/llama
cat "$out"
