#!/usr/bin/env bash
# The packages that need no C compile for macOS and Windows. Nothing is run
# there: that they work on those systems is not shown by this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source build/env.sh

listed=$(go list -f '{{.ImportPath}} {{join .Deps " "}}' ./backend/... ./kernels/...)
read -r -d '' -a packages < <(grep -vE 'mattn/go-sqlite3|sqlite-vec-go-bindings|otiai10/gosseract' <<<"$listed" | cut -d' ' -f1) || true
for target in darwin/arm64 darwin/amd64 windows/amd64; do
  echo "compiling ${#packages[@]} packages for $target"
  GOOS=${target%/*} GOARCH=${target#*/} CGO_ENABLED=0 go build "${packages[@]}"
done
echo "note: ${#packages[@]} packages compile for macOS and Windows; none was run there"
