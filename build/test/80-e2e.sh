#!/usr/bin/env bash
# The main job from end to end, in a network namespace that has no network but
# loopback: the command line on the sample matter, the UI in a browser against
# fixtures and against the real server, and the real window under Xvfb.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

case $(uname -s) in
Linux)
  if [ "$(id -u)" = 0 ]; then isolate=(unshare -n --); else isolate=(unshare -rn --); fi
  "${isolate[@]}" bash -c 'ip link set lo up && exec build/test/e2e.sh'
  ;;
*)
  echo "note: no network namespaces on this system; the end-to-end tests ran with the network on"
  build/test/e2e.sh
  ;;
esac
