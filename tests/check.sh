#!/bin/sh
# check.sh: everything that can be judged without running the programs. Each step says its name; a step that fails
# prints what it found. All steps run; the exit status is 0 if all passed.
set -u

cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=

step() {
  name=$1
  shift
  printf '%-28s' "$name"
  start=$(date +%s)
  if "$@" >"$work/out" 2>&1; then
    echo "ok, $(($(date +%s) - start)) s"
  else
    echo FAILED
    cat "$work/out"
    failed="$failed $name,"
  fi
}

# Each version of clang's tools has another opinion: Debian 12's is the one that counts.
LLVM=14
step_with_llvm() {
  if clang-format --version | grep -q "version $LLVM\."; then
    step "$@"
  else
    printf '%-28s%s\n' "$1" "left out, needs version $LLVM"
  fi
}

c_files() { git ls-files -- "$@"; }
parts='common feed fcgi relay reporter'
sources='common/*.c feed/*.c fcgi/*.c relay/*.c reporter/*.c'
jobs=$(nproc)

clang_format() { c_files '*.c' '*.h' | xargs clang-format --dry-run --Werror; }

clang_tidy() {
  # shellcheck disable=SC2016,SC2086 # the inner shell expands its own; a list of patterns
  c_files $sources | xargs -P "$jobs" -n 4 \
    sh -c 'clang-tidy --quiet "$@" -- -std=gnu11 -D_GNU_SOURCE -I. 2>/dev/null' clang-tidy
}

# shellcheck disable=SC2086 # a list of folders
cpp_check() {
  cppcheck --quiet -j "$jobs" --std=c11 -I. -D_GNU_SOURCE --enable=warning,performance,portability --inline-suppr \
    --include="/usr/include/$(gcc -dumpmachine)/sys/queue.h" --suppress=missingIncludeSystem \
    --suppress=normalCheckLevelMaxBranches --suppress=varFuncNullUB --error-exitcode=1 $parts
}

build_with() { make -j"$jobs" "$@" all build-units; }

# gcc 12 follows paths that asserts exclude; what may be NULL or uninitialised is clang-tidy's to judge. gcc 14 thinks
# that a pipe's end may be negative.
analyzer() {
  mistaken='-Wno-analyzer-null-dereference -Wno-analyzer-use-of-uninitialized-value -Wno-analyzer-fd-leak'
  make -j"$jobs" BUILD="$PWD/build/analyzer" CC=gcc all CFLAGS="-g -fanalyzer $mistaken"
}

shell_check() { git ls-files -- '*.sh' 'scripts/services/*' .ci/run | xargs shellcheck -x -P SCRIPTDIR; }

nginx_test() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -keyout "$work/key.pem" -out "$work/cert.pem" || return 1
  for cert in '' "$work/cert.pem"; do
    P2PDASH_STATE_DIR=$work/state P2PDASH_TLS_CERT=$cert P2PDASH_TLS_KEY=$work/key.pem scripts/prepare-state.sh || return 1
    nginx -t -e stderr -p "$work/state/nginx/" -c "$work/state/nginx/nginx.conf" || return 1
  done
  P2PDASH_STATE_DIR=$work/state P2PDASH_BASE_PATH=/mon scripts/prepare-state.sh &&
    nginx -t -e stderr -p "$work/state/nginx/" -c "$work/state/nginx/nginx.conf"
}

# The page is strict; in tests an answer of the API may be any.
types() { node_modules/.bin/tsc -p . && node_modules/.bin/tsc -p tests; }
# A lock file says what is fetched, not from where.
lock_file() { ! grep -n '"resolved"' package-lock.json; }

step_with_llvm 'clang-format' clang_format
step 'walls' tests/walls.sh
step 'shellcheck' shell_check
step 'types (tsc)' types
step 'lock file' lock_file
step 'nginx -t' nginx_test
step 'cppcheck' cpp_check
step_with_llvm 'clang-tidy' clang_tidy
step 'gcc' build_with CC=gcc
step 'clang' build_with CC=clang BIN=build/clang
step 'gcc -fanalyzer' analyzer

[ -z "$failed" ] || { echo "Failed:${failed%,}"; exit 1; }
