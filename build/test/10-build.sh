#!/usr/bin/env bash
# The program and the UI build from this tree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
make --no-print-directory build
