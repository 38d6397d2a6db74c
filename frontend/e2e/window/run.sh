#!/usr/bin/env bash
# The real window, on a display of its own: a PDF is dragged in with the mouse, a
# question typed, a citation clicked, and the marker's yellow looked for in a
# picture of the screen. MARKAI_BIN names the program (default build/bin/markai).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=$(cd ../../.. && pwd)
export MARKAI_BIN=${MARKAI_BIN:-$root/build/bin/markai}
export MARKAI_ARTIFACTS=${MARKAI_ARTIFACTS:-$root/build/artifacts}

missing=
for tool in Xvfb openbox xdotool import convert dbus-run-session WebKitWebDriver cc pkg-config node; do
  command -v "$tool" >/dev/null || missing="$missing $tool"
done
[ -z "$missing" ] || { echo "The window's test needs these programs:$missing. 'make test' installs them." >&2 && exit 1; }
[ -x "$MARKAI_BIN" ] || { echo "There is no program at $MARKAI_BIN. Build it first: make build" >&2 && exit 1; }
/usr/bin/python3 -c 'import gi' || { echo "The window's test needs python3-gi and gir1.2-gtk-3.0." >&2 && exit 1; }

work=$(mktemp -d)
pids=()
# finish stops what this script started, newest first, and removes what it wrote.
finish() {
  local i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill "${pids[i]}" 2>/dev/null && wait "${pids[i]}" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap finish EXIT

# Symbols are looked up when they are used: what is loaded into is linked already.
# shellcheck disable=SC2046
cc -shared -fPIC -O1 -o "$work/automate.so" automate.c $(pkg-config --cflags webkit2gtk-4.1)

# Only the program itself is watched, not the driver that starts it.
printf '#!/bin/sh\nLD_PRELOAD=%q exec %q "$@"\n' "$work/automate.so" "$MARKAI_BIN" >"$work/markai"
chmod +x "$work/markai"

exec 3>"$work/display"
Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp >"$work/xvfb.log" 2>&1 &
pids+=($!)
for _ in $(seq 100); do [ -s "$work/display" ] && break || sleep 0.1; done
DISPLAY=:$(tr -d '\n' <"$work/display")
export DISPLAY
# Without frames a window lies where it says it lies.
cat >"$work/openbox.xml" <<'XML'
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <applications><application class="*"><decor>no</decor></application></applications>
</openbox_config>
XML
openbox --config-file "$work/openbox.xml" >"$work/openbox.log" 2>&1 &
pids+=($!)

printf 'correct horse battery staple\n' >"$work/passphrase"
export MARKAI_HOME=$work/home MARKAI_PASSPHRASE_FILE=$work/passphrase
export XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data
export NO_AT_BRIDGE=1 GTK_A11Y=none LIBGL_ALWAYS_SOFTWARE=1 WEBKIT_DISABLE_COMPOSITING_MODE=1
export MARKAI_WORK=$work
# WebKit's own sandbox cannot be nested in a container or a namespace without rights.
export WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1

dbus-run-session -- node drive.mjs
