#!/usr/bin/env bash
# Runs every fuzz target for FUZZTIME (30s), one after the other.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source build/env.sh

grep -rlE '^func Fuzz' --include='*_test.go' backend kernels | xargs -n 1 dirname | sort -u | while read -r package; do
  sed -nE 's/^func (Fuzz[A-Za-z0-9_]+)\(.*/\1/p' "$package"/*_test.go | while read -r target; do
    echo "fuzz: $package $target"
    go test -run='^$' -fuzz="^$target\$" -fuzztime="${FUZZTIME:-30s}" "./$package"
  done
done
