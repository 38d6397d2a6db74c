#!/usr/bin/env bash
# Sets a machine up to build and run Mark AI; called by make, safe to call again.
#
#   build/setup.sh          what building and running need
#   build/setup.sh test     the same, and what the tests need
#
# System packages come from apt or Homebrew. Everything else is pinned by a
# manifest with hashes under build/manifest and lands in one ignored folder,
# build/cache (or $MARKAI_CACHE). Each step leaves a stamp named after what went
# into it, so that a second run only compares stamps.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source build/env.sh
manifest=$ROOT/build/manifest stamps=$MARKAI_CACHE/stamps
mkdir -p "$stamps"
source build/setup/lib.sh
source build/setup/system.sh
source build/setup/native.sh
source build/setup/models.sh

step system   system_packages  build/setup/system.sh build/setup/apt.txt build/setup/brew.txt
[ "${1:-}" != test ] || step test test_packages build/setup/system.sh build/setup/apt-test.txt
step tools    own_toolchain    build/setup/system.sh build/manifest/toolchain.txt
PATH=$MARKAI_CACHE/tools/bin:$PATH
step packages native_packages  build/setup/native.sh build/manifest/native/package-lock.json
step sqlite   sqlite_library   build/setup/native.sh build/manifest/native/package-lock.json
step runtime  engine_library   build/setup/native.sh build/manifest/native/package-lock.json
step models   model_files      build/setup/models.sh build/manifest/models.txt
step tessdata language_data    build/setup/models.sh
