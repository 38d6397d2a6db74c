#!/usr/bin/env bash
# Opens Mark AI with the sample matter: the window where there is a display,
# otherwise three questions on the terminal.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source build/env.sh

if [ "$(uname -s)" = Darwin ] || [ -n "${WAYLAND_DISPLAY:-}${DISPLAY:-}" ]; then
  exec build/bin/markai --sample
fi
echo "There is no display here, so Mark AI reads the sample matter and answers three questions on the terminal." >&2
exec build/bin/markai-headless sample
