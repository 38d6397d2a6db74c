#!/usr/bin/env bash
# pdftext.sh FOLDER...: whether the words read from the born-digital PDFs of
# folders are those that poppler, PyMuPDF and PDFium read, as F1 of the words of
# each file. The table goes to build/artifacts/pdftext.txt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source build/env.sh
source build/setup/lib.sh
stamps=$MARKAI_CACHE/stamps out=build/artifacts
mkdir -p "$out" "$stamps"
if [ "$(uname -sm)" != "Linux x86_64" ]; then
  echo "pdftext: not run, build/manifest/pdftext.txt has nothing for this platform"
  exit 0
fi
peers() {
  python3 -m venv "$MARKAI_CACHE/pdftext"
  "$MARKAI_CACHE/pdftext/bin/pip" install -q --disable-pip-version-check --require-hashes --no-deps \
    --only-binary=:all: -r build/manifest/pdftext.txt
}
step pdftext peers build/manifest/pdftext.txt
folders=("$@")
[ ${#folders[@]} -gt 0 ] || folders=(build/sample/documents)
"$MARKAI_CACHE/pdftext/bin/python" build/bench/pdftext.py --markai build/bin/markai-headless "${folders[@]}" | tee "$out/pdftext.txt"
