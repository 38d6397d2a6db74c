#!/usr/bin/env bash
# Every Go test. A failure prints in full; the log holds the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source build/env.sh
source build/test/count.sh

go test -v -timeout=15m ./... 2>&1 | counted_go
