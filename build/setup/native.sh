# What npm brings, pinned and hashed by build/manifest/native/package-lock.json:
# the source of SQLite3 Multiple Ciphers and the llama.cpp libraries of this
# platform.

native_packages() {
  say "fetching SQLite3 Multiple Ciphers and llama.cpp"
  mkdir -p "$MARKAI_CACHE/npm"
  cp "$manifest/native/package.json" "$manifest/native/package-lock.json" "$manifest/native/.npmrc" "$MARKAI_CACHE/npm/"
  (cd "$MARKAI_CACHE/npm" && npm ci --ignore-scripts --silent)
}

# sqlite_library compiles the amalgamation to a static library. The options keep
# temporary tables in memory, overwrite what is deleted, and refuse double-quoted
# strings.
sqlite_library() {
  local source=$MARKAI_CACHE/npm/node_modules/better-sqlite3-multiple-ciphers out=$MARKAI_CACHE/sqlite3mc work
  say "compiling SQLite3 Multiple Ciphers (about a minute)"
  work=$(mktemp -d "$MARKAI_CACHE/sqlite.XXXXXX")
  ${CC:-cc} -O2 -std=gnu99 -fPIC -w \
    -DSQLITE_THREADSAFE=1 -DHAVE_USLEEP=1 -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_RTREE -DSQLITE_ENABLE_MATH_FUNCTIONS \
    -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_STAT4 -DSQLITE_ENABLE_DBSTAT_VTAB -DSQLITE_ENABLE_UPDATE_DELETE_LIMIT \
    -DSQLITE_DEFAULT_WAL_SYNCHRONOUS=1 -DSQLITE_SECURE_DELETE -DSQLITE_TEMP_STORE=3 -DSQLITE_DEFAULT_MEMSTATUS=0 \
    -DSQLITE_DQS=0 -DSQLITE_USE_URI=1 \
    -c "$source/deps/sqlite3/sqlite3.c" -o "$work/sqlite3.o"
  ${AR:-ar} rcs "$work/libsqlite3.a" "$work/sqlite3.o"
  place "$source/deps/sqlite3/sqlite3.h" "$out/include/sqlite3.h"
  place "$source/deps/sqlite3/sqlite3ext.h" "$out/include/sqlite3ext.h"
  place "$source/LICENSE" "$out/LICENSE"
  place "$work/libsqlite3.a" "$out/lib/libsqlite3.a"
  rm -rf "$work"
}

# engine_library gives llama.cpp's libraries plain names: npm's carry the version
# (libllama.v0.4.0.so), and the loader asks for libllama.so. The versioned names
# stay as links, because the libraries ask for each other by them.
engine_library() {
  local packages=$MARKAI_CACHE/npm/node_modules/@node-llama-cpp file name plain platform
  case $(uname -sm) in
  'Linux x86_64') platform=linux-x64 ;;
  'Linux aarch64') platform=linux-arm64 ;;
  'Darwin arm64') platform=mac-arm64-metal ;;
  'Darwin x86_64') platform=mac-x64 ;;
  *) die "there is no llama.cpp library for $(uname -sm). Mark AI runs here without the models: search and quotations work." ;;
  esac
  [ -d "$packages/$platform" ] || die "npm did not bring @node-llama-cpp/$platform. Remove $MARKAI_CACHE/npm and try again."
  place "$packages/$platform/LICENSE" "$MARKAI_CACHE/runtime/LICENSE"
  for file in "$packages/$platform/bins/"*/*; do
    case $file in *.node | *.json) continue ;; esac
    name=$(basename "$file")
    plain=$(sed -E 's/(\.metal)?\.v[0-9]+\.[0-9]+\.[0-9]+(\.[a-z]+)$/\2/' <<<"$name")
    place "$file" "$MARKAI_CACHE/runtime/$plain"
    [ "$plain" = "$name" ] || ln -sf "$plain" "$MARKAI_CACHE/runtime/$name"
  done
}
