#!/bin/sh
# run.sh UNIT ...: runs these cmocka programs, then the page's units, the integration and the browser suites against
# P2PDASH_BIN, and ends with the line `N passed, N failed`. Everything runs, whatever fails before; the exit status is
# 0 if nothing failed.
set -u

cd "$(dirname "$0")/.." || exit 1
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
passed=0
failed=0

# For the sanitizers' build: what is not ours to mend.
export LSAN_OPTIONS="suppressions=$PWD/tests/lsan.supp:print_suppressions=0"

add() {
  passed=$((passed + $1))
  failed=$((failed + $2))
}

for unit; do
  CMOCKA_MESSAGE_OUTPUT=TAP "$unit" >"$results/unit" 2>&1
  status=$?
  good=$(grep -c '^ok ' "$results/unit")
  bad=$(grep -c '^not ok ' "$results/unit")
  # A program that died in the middle has failed, whatever it had to say by then.
  [ $status -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  add "$good" "$bad"
  echo "unit ${unit##*/unit/}: $good passed, $bad failed"
  [ "$bad" -eq 0 ] || cat "$results/unit"
done

# run_files N FILE ...: N node processes share the files; what each says comes when all are done.
run_files() {
  jobs=$1
  shift
  printf '%s\n' "$@" | awk -v jobs="$jobs" -v folder="$results" '{ print > (folder "/files." NR % jobs) }'
  for files in "$results"/files.*; do
    group=${files##*.}
    # A bound for the broken case only: no suite takes half as long.
    # shellcheck disable=SC2046 # a list of files
    timeout 3600 node --test --test-reporter=spec --test-reporter-destination=stdout --test-reporter=./tests/lib/count.js \
      --test-reporter-destination="$results/count.$group" $(cat "$files") >"$results/output.$group" 2>&1 ||
      echo failed >"$results/failed.$group" &
  done
  wait
  for files in "$results"/files.*; do
    group=${files##*.}
    cat "$results/output.$group"
    read -r good bad <"$results/count.$group" || { good=0 bad=1; }
    [ ! -e "$results/failed.$group" ] || [ "$bad" -gt 0 ] || bad=1
    add "$good" "$bad"
  done
  rm -f "$results"/files.* "$results"/output.* "$results"/count.* "$results"/failed.*
}

# Much of the integration suite is waiting, so files share the processors; a browser wants one for itself.
for suite in unit/static:1 integration:"$(nproc)" browser:1; do
  set -- "tests/${suite%:*}"/*.test.js
  [ -e "$1" ] || continue
  echo "${suite%:*}: $# files"
  run_files "${suite#*:}" "$@"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
