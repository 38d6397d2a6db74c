#!/usr/bin/env bash
# The race detector over the packages that do their own concurrency or are
# quick; make test-long runs it over all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source build/env.sh
source build/test/count.sh

packages=()
for name in chunk rank cite legal prompt typeset gguf crypt config wire ingest infer desk http; do
  [ ! -d "backend/$name" ] || packages+=("./backend/$name")
done
go test -race -short -v -timeout=10m "${packages[@]}" 2>&1 | counted_go
