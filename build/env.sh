# Sourced by the Makefile's shells and by anyone who wants to call go by hand:
# the build tags and where set-up put SQLite3 Multiple Ciphers.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export MARKAI_CACHE="${MARKAI_CACHE:-$ROOT/build/cache}"
export CGO_CFLAGS="-O2 -g -I$MARKAI_CACHE/sqlite3mc/include"
export CGO_LDFLAGS="-L$MARKAI_CACHE/sqlite3mc/lib -lm"
export GOFLAGS="-tags=libsqlite3,fts5,sqlite_math_functions"
export GOTOOLCHAIN=local
if [ -d "$MARKAI_CACHE/venv/bin" ]; then export PATH="$MARKAI_CACHE/venv/bin:$PATH"; fi
