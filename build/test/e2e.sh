#!/usr/bin/env bash
# What 80-e2e.sh runs with the network cut off. Screenshots of a failure and of
# every screen are in build/artifacts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source build/env.sh
root=$PWD
export MARKAI_BIN=$root/build/bin/markai MARKAI_HEADLESS=$root/build/bin/markai-headless
export MARKAI_ARTIFACTS=$root/build/artifacts
work=$(mktemp -d)
server=
# finish stops what this script started and removes what it wrote.
finish() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null || true; }
  rm -rf "$work"
}
trap finish EXIT
passed=0

# check NAME COMMAND… runs one part and says how it went.
check() {
  local name=$1 begin=$SECONDS
  shift
  echo "== $name"
  "$@"
  passed=$((passed + 1))
  echo "== $name: passed in $((SECONDS - begin)) s"
}

cut_off() {
  [ "$(uname -s)" = Linux ] || return 0
  # 192.0.2.1 is reserved for documentation: with a network, connecting would
  # time out; without one it fails at once.
  ! ip -o link | grep -vq ': lo:' || { echo "there is a network here besides loopback" && return 1; }
  ! timeout 2 bash -c '>/dev/tcp/192.0.2.1/80' 2>/dev/null
}

# command_line asks the sample matter about the notice period and wants words of
# the contract back, with their page.
command_line() {
  printf 'correct horse battery staple\n' >"$work/passphrase"
  local options=(--home "$work/cli" --passphrase-file "$work/passphrase")
  "$MARKAI_HEADLESS" ingest "${options[@]}" --matter Sample build/sample/documents
  "$MARKAI_HEADLESS" ask "${options[@]}" --matter Sample --json "What is the notice period for termination?" >"$work/answer.json"
  python3 build/test/answer.py "$work/answer.json"
  # Nothing of the documents may lie about in the clear.
  if grep -rlaiF -e "notice of termination" -e "notice period for termination" "$work/cli"; then
    echo "text of the documents lies unencrypted in the files above"
    return 1
  fi
}

browser_fixtures() { (cd frontend && npm run --silent e2e); }

# browser_server starts the real server without a vault, and a browser goes all
# the way from the first screen to a quotation on its page.
browser_server() {
  local url=
  "$MARKAI_HEADLESS" serve --home "$work/serve" --set serve.address=127.0.0.1:0 >"$work/serve.out" </dev/null &
  server=$!
  for _ in $(seq 300); do
    url=$(grep -oE 'http://127[^ ]+' "$work/serve.out" | head -n 1 || true)
    [ -z "$url" ] || break
    kill -0 "$server" || { echo "the server ended before it said where it listens" && return 1; }
    sleep 0.1
  done
  [ -n "$url" ] || { echo "the server did not say where it listens" && return 1; }
  (cd frontend && MARKAI_URL=$url MARKAI_PASSPHRASE="correct horse battery staple" npm run --silent e2e)
  kill "$server" && wait "$server" || true
  server=
}

window() { (cd frontend && npm run --silent e2e:window); }

check "cut off from the network" cut_off
check "command line" command_line
check "browser, fixtures" browser_fixtures
check "browser, real server" browser_server
[ "$(uname -s)" != Linux ] || check "window" window
echo "counted $passed 0"
