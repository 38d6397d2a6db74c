# Helpers of the set-up steps: what to say, when to work, how to place files.

say() { printf '%s\n' "set-up: $*" >&2; }

die() {
  say "$*"
  exit 1
}

digest() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }

# step NAME FUNCTION INPUT… runs FUNCTION unless it has already succeeded with
# the same inputs on this kind of machine.
step() {
  local name=$1 run=$2 stamp
  shift 2
  stamp=$( (uname -sm && cat -- "$@") | digest)
  stamp=$stamps/$name-${stamp:0:16}
  [ -e "$stamp" ] && return
  # Not `if "$run"`: a condition would switch errexit off inside the step.
  "$run"
  rm -f "$stamps/$name-"*
  : >"$stamp"
}

# place FROM TO puts a file where it belongs in one rename, and leaves an equal
# one alone: a program that runs meanwhile never sees half a file.
place() {
  cmp -s "$1" "$2" && return
  mkdir -p "$(dirname "$2")"
  cp "$1" "$2.new"
  mv -f "$2.new" "$2"
}

# as_root WHY COMMAND… runs COMMAND with the rights to install, saying why. Its
# output goes to a log whose end is shown when it fails.
as_root() {
  local why=$1 log=$MARKAI_CACHE/root.log sudo=()
  shift
  say "$why: $*"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "you are not root and there is no sudo. Run this as root, then try again: $*"
    say "this needs root: sudo may ask for your password, for this command only"
    sudo=(sudo)
  fi
  "${sudo[@]}" "$@" >"$log" 2>&1 </dev/null && return
  tail -n 5 "$log" >&2
  return 1
}

# python_env makes the Python environment that pip verifies and unpacks with.
python_env() {
  [ -x "$MARKAI_CACHE/python/bin/pip" ] || python3 -m venv "$MARKAI_CACHE/python"
}
