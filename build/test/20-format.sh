#!/usr/bin/env bash
# The code is formatted, vetted and free of shell mistakes that bash can see.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source build/env.sh

unformatted=$(git ls-files -z '*.go' | xargs -0 gofmt -l)
[ -z "$unformatted" ] || { printf 'not formatted by gofmt:\n%s\n' "$unformatted" && exit 1; }
go vet ./...
git ls-files -z '*.sh' .ci/run | xargs -0 -n 1 bash -n
