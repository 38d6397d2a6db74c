#!/usr/bin/env bash
# Runs the test stages in order and stops at the first that fails.
#
#   build/test/run.sh              every stage (builds first)
#   build/test/run.sh STAGE        from that stage on
#   build/test/run.sh only STAGE   that stage alone
#
# A stage is build/test/NN-name.sh; a line "counted P F" in its output says how
# many tests passed and failed, otherwise the stage counts as one. Logs and
# screenshots stay in build/artifacts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source build/env.sh
only=
[ "${1:-}" != only ] || { only=1 && shift; }
from=${1:-}
logs=build/artifacts/test
mkdir -p "$logs"

passed=0 failed=0 stages=()
for script in build/test/[0-9][0-9]-*.sh; do
  name=$(basename "$script" .sh)
  name=${name#*-}
  [ "$name" != "$from" ] || from=
  [ -n "$from" ] || stages+=("$name")
  [ -z "$only" ] || [ ${#stages[@]} -eq 0 ] || break
done
[ ${#stages[@]} -gt 0 ] || { echo "There is no stage called $from." >&2 && exit 2; }

for name in "${stages[@]}"; do
  script=$(echo build/test/[0-9][0-9]-"$name".sh)
  log=$logs/$name.log
  begin=$SECONDS
  status=0
  "$script" >"$log" 2>&1 </dev/null || status=$?
  read -r good bad < <(awk '/^counted [0-9]+ [0-9]+$/ {g += $2; b += $3; n = 1} END {if (n) print g, b; else print -1, 0}' "$log")
  if [ "$good" = -1 ]; then good=$((status == 0)) bad=$((status != 0)); fi
  if [ "$status" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
  passed=$((passed + good)) failed=$((failed + bad))
  if [ "$status" = 0 ]; then
    printf 'ok      %-10s %5d passed  %4d s\n' "$name" "$good" $((SECONDS - begin))
    sed -n 's/^note: /          /p' "$log"
  else
    printf 'FAILED  %-10s %5d passed, %d failed  %4d s   %s\n' "$name" "$good" "$bad" $((SECONDS - begin)) "$log"
    { grep -E '^\s*--- FAIL|^FAIL|panic:|✗|Error' "$log" | head -20; echo ...; tail -n 60 "$log"; } | sed 's/^/    /'
    break
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
