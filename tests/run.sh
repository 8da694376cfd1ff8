#!/bin/sh
# run.sh UNIT ...: runs these cmocka programs, then the page's units, the integration and the browser suites against
# P2PDASH_BIN, and ends with what failed, a line each, and the line `N passed, N failed`. Everything runs, whatever
# fails before; the exit status is 0 if nothing failed.
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

# failures WHERE <LINES: remembered for the end.
failures() {
  sed "s|^|  $1: |" >>"$results/failures"
}
: >"$results/failures"

for unit; do
  CMOCKA_MESSAGE_OUTPUT=TAP "$unit" >"$results/unit" 2>&1
  status=$?
  good=$(grep -c '^ok ' "$results/unit")
  bad=$(grep -c '^not ok ' "$results/unit")
  # A program that died in the middle has failed, whatever it had to say by then.
  [ $status -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  add "$good" "$bad"
  echo "unit ${unit##*/unit/}: $good passed, $bad failed"
  [ "$bad" -eq 0 ] && continue
  cat "$results/unit"
  grep '^not ok ' "$results/unit" >"$results/why" || echo "ended with status $status" >"$results/why"
  failures "${unit##*/unit/}" <"$results/why"
done

# run_files N FILE ...: N at a time, each in a node of its own; what each says comes when all are done.
run_files() {
  jobs=$1
  shift
  # A bound for the broken case only: no file takes a third as long.
  # shellcheck disable=SC2016 # expanded by the inner shell
  printf '%s\0' "$@" | xargs -0 -P "$jobs" -n 1 sh -c '
    name=$1/$(basename "$2" .test.js)
    timeout 900 node --test --test-reporter=spec --test-reporter-destination=stdout --test-reporter=./tests/lib/count.js \
      --test-reporter-destination="$name.count" "$2" >"$name.output" 2>&1 || echo failed >"$name.failed"
  ' sh "$results"
  for file; do
    name=$results/$(basename "$file" .test.js)
    echo "$file"
    cat "$name.output"
    read -r good bad <"$name.count" || { good=0 bad=1; }
    [ ! -e "$name.failed" ] || [ "$bad" -gt 0 ] || bad=1
    add "$good" "$bad"
    [ "$bad" -eq 0 ] && continue
    sed 1d "$name.count" | grep . >"$results/why" || echo "did not end as it should" >"$results/why"
    failures "$file" <"$results/why"
  done
  rm -f "$results"/*.count "$results"/*.output "$results"/*.failed
}

# Much of the integration suite is waiting, so files share the processors; a browser wants one for itself.
for suite in unit/static:1 integration:"$(nproc)" browser:1; do
  set -- "tests/${suite%:*}"/*.test.js
  [ -e "$1" ] || continue
  echo "${suite%:*}: $# files"
  run_files "${suite#*:}" "$@"
done

if [ "$failed" -gt 0 ]; then
  echo "What failed:"
  cat "$results/failures"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
