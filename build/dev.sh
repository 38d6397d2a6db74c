#!/usr/bin/env bash
# Live reload: the headless program serves the data, Vite serves the UI from its
# sources and hands everything under /api on to it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source build/env.sh
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

build/bin/markai-headless serve >"$work/out" &
server=$!
for _ in $(seq 100); do
  url=$(grep -oE 'http://[^ ]+' "$work/out" | head -n 1 || true)
  [ -n "$url" ] && break
  kill -0 "$server" || exit 1
  sleep 0.1
done
echo "data: $url"
cd frontend
MARKAI_URL=$url npm run dev
