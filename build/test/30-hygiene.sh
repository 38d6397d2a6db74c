#!/usr/bin/env bash
# The repository holds no secret, no registry's address, no path of somebody's
# machine, no file too large to belong here, and no undone work.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
status=0
mkdir -p build/artifacts

# none WHAT PATTERN PATHSPEC… complains about every line that matches.
none() {
  local what=$1 pattern=$2
  shift 2
  if git grep -nIE -e "$pattern" -- "$@"; then
    echo "^ $what"
    status=1
  fi
}

none "looks like a private key" '-----BEGIN [A-Z ]*PRIVATE KEY' . ':!*.pem.test'
none "looks like an access token" '(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abp]-[0-9A-Za-z-]{20}|sk-[A-Za-z0-9]{32})' .
none "names a package registry" '(registry[.]npmjs|files[.]pythonhosted|pypi[.]org/simple|proxy[.]golang|deb[.]debian)' . ':!go.sum'
none "a lock file that remembers where packages came from" '"resolved": "http' '*package-lock.json'
none "a path of somebody's machine" '(^|[^A-Za-z0-9_.])/(work|home/[a-z]+|Users/[A-Za-z]+)/[A-Za-z]' . ':!*/testdata/*' ':!build/sample/*'
none "undone work" '(TODO|FIXME|XXX):?( |$)' '*.go' '*.ts' '*.svelte' '*.sh' Makefile ':!build/test/30-hygiene.sh'

while read -r size path; do
  echo "$path holds $size bytes; at most 5 MB belong in the repository"
  status=1
done < <(git ls-files -z | xargs -0 wc -c | awk '$2 != "total" && $1 > 5000000')

while read -r lines path; do
  echo "$path has $lines lines; one subject and at most 500 lines a file"
  status=1
done < <(git ls-files -z '*.go' '*.ts' '*.svelte' '*.sh' ':!*.gen.ts' | xargs -0 wc -l | awk '$2 != "total" && $1 > 500')

# The sample matter is what build/sample/SOURCES.md says it is.
sed -nE 's/^\| ([^|]+) \| .* \| `([0-9a-f]{64})` \|$/\2  \1/p' build/sample/SOURCES.md >build/artifacts/sample.sha256
(cd build/sample/documents && { sha256sum --quiet -c 2>/dev/null || shasum -a 256 -c; }) <build/artifacts/sample.sha256 || status=1
[ "$(find build/sample/documents -type f | wc -l)" -eq "$(wc -l <build/artifacts/sample.sha256)" ] ||
  { echo "build/sample/SOURCES.md does not name every document" && status=1; }
exit $status
