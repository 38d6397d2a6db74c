#!/usr/bin/env bash
# bench.sh [CORPUS]: compares the program with programs that are known, in one
# run on one machine, so that ratios mean something where seconds do not.
# CORPUS is a folder of PDFs; without one the sample matter serves.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source build/env.sh
source build/setup/lib.sh
manifest=$PWD/build/manifest stamps=$MARKAI_CACHE/stamps

# peer fetches llama.cpp's own server, where there is one for this platform.
peer() {
  python_env
  "$MARKAI_CACHE/python/bin/pip" install -q --disable-pip-version-check --require-hashes --no-deps \
    --only-binary=:all: -r "$manifest/bench.txt"
}

[ "$(uname -sm)" != "Linux x86_64" ] || step peer peer build/manifest/bench.txt
exec python3 build/bench/bench.py "${1:-build/sample/documents}"
