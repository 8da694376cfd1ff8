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
  CMOCKA_MESSAGE_OUTPUT=TAP "$unit" >"$results/output" 2>&1
  status=$?
  good=$(grep -c '^ok ' "$results/output")
  bad=$(grep -c '^not ok ' "$results/output")
  # A program that died in the middle has failed, whatever it had to say by then.
  [ $status -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  add "$good" "$bad"
  echo "unit ${unit##*/unit/}: $good passed, $bad failed"
  [ "$bad" -eq 0 ] && continue
  cat "$results/output"
  grep '^not ok ' "$results/output" >"$results/why" || echo "ended with status $status" >"$results/why"
  failures "${unit##*/unit/}" <"$results/why"
done

# run_suite SUITE N: its files, N at a time, each in a node of its own; what they say is kept.
run_suite() {
  mkdir -p "$results/$1"
  # What runs in the background would go on when somebody interrupts the whole, hence env.
  # A bound for the broken case only: no file takes a third as long.
  # shellcheck disable=SC2016 # expanded by the inner shell
  printf '%s\0' tests/"$1"/*.test.js | env --default-signal=INT xargs -0 -P "$2" -n 1 sh -c '
    name=$1/$(basename "$2" .test.js)
    timeout --foreground 900 node --test --test-reporter=spec --test-reporter-destination=stdout \
      --test-reporter=./tests/lib/count.js --test-reporter-destination="$name.count" "$2" >"$name.output" 2>&1 ||
      echo failed >"$name.failed"
  ' sh "$results/$1"
}

# tell_suite SUITE: what its files said.
tell_suite() {
  for file in tests/"$1"/*.test.js; do
    name=$results/$1/$(basename "$file" .test.js)
    echo "$file"
    cat "$name.output"
    read -r good bad <"$name.count" || { good=0 bad=1; }
    [ ! -e "$name.failed" ] || [ "$bad" -gt 0 ] || bad=1
    add "$good" "$bad"
    [ "$bad" -eq 0 ] && continue
    sed 1d "$name.count" | grep . >"$results/why" || echo "did not end as it should" >"$results/why"
    failures "$file" <"$results/why"
  done
}

# Much of both suites is waiting, so they share the processors. One browser at a time: it is several processes itself.
echo "the page's units, integration and browser suites"
run_suite browser 1 &
run_suite unit/static 1
run_suite integration "$(nproc)"
wait
for suite in unit/static integration browser; do tell_suite "$suite"; done

if [ "$failed" -gt 0 ]; then
  echo "What failed:"
  cat "$results/failures"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
