#!/usr/bin/env bash
# No package that could open a connection enters the program unseen: the ones
# that import Go's network packages are exactly those in network-packages.txt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source build/env.sh

imports='{{if not .Standard}}{{.ImportPath}} {{join .Imports " "}}{{end}}'
found=$(
  for tags in "$MARKAI_TAGS" "$MARKAI_TAGS,desktop,production,webkit2_41"; do
    go list -deps -tags "$tags" -f "$imports" .
  done | awk '{for (i = 2; i <= NF; i++) if ($i == "net" || $i == "net/http" || $i == "crypto/tls") {print $1; break}}' | LC_ALL=C sort -u
)
known=$(sed -nE 's/^([^# ]+) -- .*/\1/p' build/test/network-packages.txt | LC_ALL=C sort -u)
if ! diff <(echo "$known") <(echo "$found"); then
  echo "< named in build/test/network-packages.txt but gone   > new: look at what it connects to, then name it there"
  exit 1
fi
