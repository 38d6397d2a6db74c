#!/usr/bin/env bash
# eval.sh [SET]: measures search on the questions about the sample matter, and on a
# question set (a folder with retrieval/, qa/ and citations/) when one is named, by
# the first argument or MARKAI_EVAL_SET: search, answers, citations, packing. Fails
# where a figure of search is worse than the recorded ones beyond noise; RECORD=1
# records new ones.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source build/env.sh
set_dir=${1:-${MARKAI_EVAL_SET:-}}
out=build/artifacts/eval
mkdir -p "$out"
worse=()

# retrieval NAME OPTIONS...: one set, beside what build/eval/NAME.json records.
retrieval() {
  local name=$1
  shift
  echo "# search: $name"
  build/bin/markai-headless eval retrieval --out "$out/$name.jsonl" --baseline "build/eval/$name.json" ${RECORD:+--record} "$@" ||
    worse+=("$name")
}

retrieval sample --set build/sample
echo "# packing: sample"
build/bin/markai-headless eval compression --set build/sample

if [ -n "$set_dir" ]; then
  retrieval small --set "$set_dir/retrieval" --lite
  echo "# packing: small"
  build/bin/markai-headless eval compression --set "$set_dir/retrieval" --lite

  build/bin/markai-headless eval qa --set "$set_dir" --out "$out/qa.jsonl"
  [ ! -e "$set_dir/tools/eval_qa.py" ] ||
    python3 "$set_dir/tools/eval_qa.py" --set "$set_dir" --answers "$out/qa.jsonl"

  if [ -e "$set_dir/citations" ]; then
    build/bin/markai-headless eval citations --set "$set_dir" --out "$out/citations.jsonl"
    [ ! -e "$set_dir/tools/eval_citations.py" ] ||
      python3 "$set_dir/tools/eval_citations.py" --set "$set_dir" --found "$out/citations.jsonl"
  fi
fi

if [ ${#worse[@]} -gt 0 ]; then
  echo "eval: worse than recorded, or not measured: ${worse[*]}" >&2
  exit 1
fi
