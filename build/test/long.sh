#!/usr/bin/env bash
# What takes too long for every change: the soak and kill tests at full length
# (MARKAI_LONG=1), the race detector everywhere, then fuzzing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source build/env.sh

MARKAI_LONG=1 go test -count=1 -timeout=3h ./...
go test -race -count=1 -timeout=1h ./backend/...
FUZZTIME=${FUZZTIME:-5m} build/test/fuzz.sh
