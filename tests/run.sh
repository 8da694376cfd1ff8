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

for suite in unit/static integration browser; do
  set -- "tests/$suite"/*.test.js
  [ -e "$1" ] || continue
  # A bound for the broken case only: no suite takes half as long.
  timeout 1800 node --test --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=./tests/lib/count.js --test-reporter-destination="$results/count" "$@"
  status=$?
  read -r good bad <"$results/count" || { good=0 bad=1; }
  [ $status -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  add "$good" "$bad"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
