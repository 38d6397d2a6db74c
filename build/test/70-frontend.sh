#!/usr/bin/env bash
# The UI's types and its unit tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../frontend"
source ../build/env.sh
source ../build/test/count.sh

npm run --silent check
npm run --silent test 2>&1 | counted_vitest
