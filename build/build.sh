#!/usr/bin/env bash
# Builds the program: the UI when its sources changed, then build/bin/markai (the
# window and everything else) and build/bin/markai-headless (the same without
# the window's libraries, which workers and machines without a display use).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source build/env.sh
source build/setup/lib.sh
say() { printf '%s\n' "build: $*" >&2; }

ui_packages() {
  say "fetching the UI's packages"
  (cd frontend && npm ci --silent --no-audit --no-fund)
}

ui() {
  say "building the UI"
  (cd frontend && npm run --silent build >"$MARKAI_CACHE/ui.log" 2>&1) || {
    tail -40 "$MARKAI_CACHE/ui.log" >&2
    die "the UI does not build."
  }
}

# beside links what the program looks for beside itself: the engine's libraries,
# the models and Tesseract's data.
beside() {
  local name
  for name in runtime models tessdata; do
    ln -sfn "$MARKAI_CACHE/$name" "build/bin/$name"
  done
}

models() {
  say "preparing the models"
  build/bin/markai-headless models prepare >&2
}

mkdir -p build/bin frontend/node_modules
# Each stamp lies beside what it vouches for, so that both vanish together.
stamps=frontend/node_modules step ui_packages ui_packages frontend/package-lock.json
[ -e frontend/dist/index.html ] || rm -f build/bin/ui-*
sources=()
while IFS= read -r file; do sources+=("$file"); done < <(find frontend/src frontend/public frontend/*.* -type f 2>/dev/null | LC_ALL=C sort)
stamps=build/bin step ui ui "${sources[@]}"

window=desktop,production
[ "$(uname -s)" = Linux ] && window=$window,webkit2_41
go build -o build/bin/markai-headless .
go build -tags "$MARKAI_TAGS,$window" -o build/bin/markai .
beside
stamps=$MARKAI_CACHE/stamps step prepared models build/manifest/models.txt build/manifest/models.json
