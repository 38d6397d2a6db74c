# Sourced by the Makefile's shells and by anyone who wants to call go by hand:
# the build tags and where set-up put SQLite3 Multiple Ciphers.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export MARKAI_CACHE="${MARKAI_CACHE:-$ROOT/build/cache}"
export CGO_CFLAGS="-O2 -g -I$MARKAI_CACHE/sqlite3mc/include"
export CGO_LDFLAGS="-L$MARKAI_CACHE/sqlite3mc/lib -lm"
export MARKAI_TAGS="libsqlite3,fts5,sqlite_math_functions"
export GOFLAGS="-tags=$MARKAI_TAGS"
export GOTOOLCHAIN=local
# Go and Node of our own, only there when the system's are missing or too old.
[ -d "$MARKAI_CACHE/tools/bin" ] && export PATH="$MARKAI_CACHE/tools/bin:$PATH"
if [ "$(uname -s)" = Darwin ]; then
  brew_prefix=$(brew --prefix 2>/dev/null || echo /opt/homebrew)
  export CGO_CFLAGS="$CGO_CFLAGS -I$brew_prefix/include" CGO_LDFLAGS="$CGO_LDFLAGS -L$brew_prefix/lib"
  export CGO_CXXFLAGS="-O2 -g -I$brew_prefix/include" CGO_CPPFLAGS="-I$brew_prefix/include"
fi
true
