#!/usr/bin/env bash
# vectors.sh [TEXTS [QUESTIONS]]: how fast the nearest vectors are found, beside
# sqlite-vec, faiss and the speed of memory, and how many of the truly nearest
# are, on vectors of real texts. TEXTS is a folder of .txt files, the sample
# matter without one; QUESTIONS a file with one on each line. Files that end in
# .f32 are vectors already (build/bench/embed makes them).
#
#   SIZES="10000 100000 1000000"   how many vectors (5000000 wants 10 GB of disk and memory)
#   HNSW_MINUTES=5                 how long faiss may build a graph; what it has then is measured
#
# The table goes to build/artifacts/vectors.txt. Run it on a quiet machine, or
# trust the ratios only.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source build/env.sh
source build/setup/lib.sh
stamps=$MARKAI_CACHE/stamps out=build/artifacts
texts=${1:-} questions=${2:-}
mkdir -p "$out" "$stamps"
work=$(mktemp -d "$out/vectors.XXXXXX")
trap 'rm -rf "$work"' EXIT

peers() {
  python3 -m venv "$MARKAI_CACHE/vectors"
  "$MARKAI_CACHE/vectors/bin/pip" install -q --disable-pip-version-check --require-hashes --no-deps \
    --only-binary=:all: -r build/manifest/vectors.txt
}
have_peers=
if [ "$(uname -sm)" != "Linux x86_64" ]; then
  echo "faiss: not run, there is none for this platform in build/manifest/vectors.txt"
elif step vectors peers build/manifest/vectors.txt; then
  have_peers=yes
fi

# The sample matter is in PDFs: the program reads them.
if [ -z "$texts" ]; then
  texts=$work/texts
  mkdir "$texts"
  for file in build/sample/documents/*.pdf; do
    build/bin/markai-headless extract "$file" 2>/dev/null >"$texts/$(basename "$file" .pdf).txt" || true
  done
fi
if [ -z "$questions" ]; then
  questions=$work/questions.txt
  python3 - "$texts" >"$questions" <<'PY'
import glob, re, sys
for path in sorted(glob.glob(sys.argv[1] + "/**/*.txt", recursive=True)):
    sentences = re.findall(r"[A-Z][^.\n]{40,200}\.", open(path, errors="replace").read())
    print("\n".join(f"What is said about this: {s}" for s in sentences[5:200:20]))
PY
fi

nice go build -o "$work/embed" ./build/bench/embed
nice go test -c -o "$work/kernels.test" ./kernels
# vectors FROM TO makes the vectors of texts, if they are not vectors already.
vectors() {
  case $1 in
    *.f32) cp "$1" "$2" ;;
    *) "$work/embed" "$2" "$1" ;;
  esac
}
vectors "$texts" "$work/base"
vectors "$questions" "$work/questions"
rm -f "$out/vectors.tsv"
for n in ${SIZES:-10000 100000 1000000}; do
  "$work/embed" grow "$work/all" "$n" "$work/base"
  KERNELS_VECTORS=$work/all KERNELS_QUESTIONS=$work/questions KERNELS_TABLE=$PWD/$out/vectors.tsv \
    "$work/kernels.test" -test.run '^TestMeasurement$' -test.timeout 2h >"$work/log" || { cat "$work/log"; exit 1; }
  [ -z "$have_peers" ] || "$MARKAI_CACHE/vectors/bin/python" build/bench/vectors.py \
    "$work/all" "$work/questions" "$out/vectors.tsv" "${HNSW_MINUTES:-5}"
  rm "$work/all"
done
{
  echo "Vectors of 384 numbers, the 50 nearest, one core, $(date -u +%F)"
  echo "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -1), load $(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo unknown) at the end"
  awk -F'\t' 'BEGIN { printf "%9s  %-40s %8s %9s %9s %9s %8s  %s\n", "vectors", "", "searched", "best ms", "median", "recall@50", "bytes", "" }
    $1 != last { print ""; last = $1 }
    { printf "%9d  %-40s %7s%% %9.3f %9.3f %9s %8d  %s\n", $1, $2, $3, $4, $5, $6, $7, $8 }' "$out/vectors.tsv"
} | tee "$out/vectors.txt"
