#!/usr/bin/env bash
# eval.sh SET: runs retrieval, answers and citations on a question set (a folder
# with retrieval/, qa/ and citations/) and prints the figures when the set brings its evaluators.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source build/env.sh
set_dir=${1:?"say which set: make eval SET=folder"}
out=build/artifacts/eval
mkdir -p "$out"

build/bin/markai-headless eval retrieval --set "$set_dir/retrieval" --lite --out "$out/retrieval.jsonl"
[ ! -e "$set_dir/tools/eval_retrieval.py" ] ||
  python3 "$set_dir/tools/eval_retrieval.py" --set "$set_dir/retrieval" --results "$out/retrieval.jsonl" --lite

build/bin/markai-headless eval qa --set "$set_dir" --out "$out/qa.jsonl"
[ ! -e "$set_dir/tools/eval_qa.py" ] ||
  python3 "$set_dir/tools/eval_qa.py" --set "$set_dir" --answers "$out/qa.jsonl"

if [ -e "$set_dir/citations" ]; then
  build/bin/markai-headless eval citations --set "$set_dir" --out "$out/citations.jsonl"
  [ ! -e "$set_dir/tools/eval_citations.py" ] ||
    python3 "$set_dir/tools/eval_citations.py" --set "$set_dir" --found "$out/citations.jsonl"
fi
