#!/usr/bin/env bash
# Every test of the kernels, on every compiler and processor there is here, and
# under sanitizers. What could not be run is said at the end. Compilers other
# than the usual ones are named in CLANG, MINGW, ARM64_CC and QEMU.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export GOTOOLCHAIN=local CGO_CFLAGS="-O2 -g" CGO_LDFLAGS=-lm GOFLAGS=
missing=()

# have NAME COMMAND says whether a command is there; if not, what is not run.
have() {
  command -v "$2" >/dev/null && return
  missing+=("$1: no $2")
  return 1
}

tests() {
  echo "== $1"
  shift
  env "$@"
}

tests "gcc or the system's compiler" CGO_ENABLED=1 go test ./...
tests "no C compiler" CGO_ENABLED=0 go test -short ./...

for cc in gcc "${CLANG:-clang}"; do
  have "warnings of $cc" "$cc" || continue
  echo "== warnings of $cc"
  for file in *.c encoder/*.c; do
    case $file in *_arm64.c) continue ;; esac
    "$cc" -std=gnu11 -O2 -Wall -Wextra -Werror -c "$file" -o "$out/object"
  done
done

if have "AddressSanitizer and UndefinedBehaviorSanitizer" gcc; then
  tests "AddressSanitizer" CGO_ENABLED=1 CC=gcc go test -short -asan ./...
  tests "UndefinedBehaviorSanitizer" CGO_ENABLED=1 CC=gcc \
    CGO_CFLAGS="-O1 -g -fsanitize=undefined -fno-sanitize-recover=all" CGO_LDFLAGS="-fsanitize=undefined -lm" go test -short ./...
fi

if have "the C alone" gcc; then
  # Blocks that end where the numbers end: a Go program's memory hides what is
  # read past an end, and valgrind does not get through one.
  c=(check/memory.c dispatch.c scan.c portable.c encoder/dispatch.c encoder/portable.c encoder/attention.c)
  for file in {,encoder/}*_"$(uname -m | sed 's/x86_64/amd64/;s/aarch64/arm64/')".c; do c+=("$file"); done
  for flags in "-O2 -g" "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"; do
    echo "== the C alone, $flags"
    # shellcheck disable=SC2086 # flags are words
    gcc -std=gnu11 -Wall -Wextra -Werror $flags -o "$out/memory" "${c[@]}" -lm
    "$out/memory"
    [ "$flags" = "-O2 -g" ] && have "valgrind" valgrind || continue
    valgrind --quiet --error-exitcode=3 --leak-check=full --errors-for-leak-kinds=all "$out/memory"
  done
fi

if have "clang" "${CLANG:-clang}"; then
  tests "clang" CGO_ENABLED=1 CC="${CLANG:-clang}" go test -short ./...
fi

if have "Windows" "${MINGW:-x86_64-w64-mingw32-gcc}"; then
  for package in . ./encoder ./wordpiece; do
    tests "Windows: $package built, not run" CGO_ENABLED=1 GOOS=windows CC="${MINGW:-x86_64-w64-mingw32-gcc}" go test -c -o "$out/kernels.exe" "$package"
  done
fi

if have "arm64" "${ARM64_CC:-aarch64-linux-gnu-gcc}"; then
  for package in . ./encoder; do
    tests "arm64: $package built" CGO_ENABLED=1 GOARCH=arm64 CC="${ARM64_CC:-aarch64-linux-gnu-gcc}" \
      go test -c -ldflags '-linkmode=external -extldflags=-static' -o "$out/kernels.arm64" "$package"
    have "arm64 tests of $package" "${QEMU:-qemu-aarch64}" || continue
    for processor in max cortex-a53; do # the second has no DOTPROD
      echo "== arm64: $package run in an emulator, processor $processor"
      (cd "$package" && "${QEMU:-qemu-aarch64}" -cpu "$processor" "$out/kernels.arm64" -test.short)
    done
  done
fi

echo "== done"
[ ${#missing[@]} -eq 0 ] || printf 'not run: %s\n' "${missing[@]}"
