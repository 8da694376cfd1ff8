#!/bin/sh
# run.sh: services and journals as they really are: a booted system and a Docker engine. Needs root; ends with
# `N passed, N failed`.
set -eu

here=$(dirname "$0")
[ -n "${P2PDASH_ENGINE_CHOSEN:-}" ] || P2PDASH_ENGINE_CHOSEN=yes exec "$here/../compose/engine.sh" "$0"

cd "$here/../.."
tests/compose/base-image.sh
count=$(mktemp)
status=0
node --test --test-reporter=spec --test-reporter-destination=stdout \
  --test-reporter=./tests/lib/count.js --test-reporter-destination="$count" tests/services/*.test.js || status=$?
read -r good bad <"$count" || { good=0 bad=1; }
[ $status -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
rm -f "$count"
echo "$good passed, $bad failed"
[ "$bad" -eq 0 ]
