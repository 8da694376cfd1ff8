#!/bin/sh
# run.sh: the stack of containers on a real engine. Builds the images, then runs each suite on a stack of its own.
# Needs docker and docker-compose (or its v2 plugin); ends with `N passed, N failed`.
set -eu

here=$(dirname "$0")
[ -n "${P2PDASH_ENGINE_CHOSEN:-}" ] || P2PDASH_ENGINE_CHOSEN=yes exec "$here/engine.sh" "$0"

cd "$here/../.."
compose=docker-compose
if docker compose version >/dev/null 2>&1; then compose='docker compose'; fi
export P2PDASH_COMPOSE="$compose"

tests/compose/base-image.sh
echo "Building the images"
log=$(mktemp)
$compose -p p2pdash-build -f docker/compose.yaml --profile demo build >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
docker images --format '{{.Repository}} {{.Size}}' | sed -n 's|^p2pdash/|  |p' | sort

passed=0
failed=0
for suite in tests/compose/*.test.js; do
  status=0
  node --test --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=./tests/lib/count.js --test-reporter-destination="$log" "$suite" || status=$?
  read -r good bad <"$log" || { good=0 bad=1; }
  [ $status -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  passed=$((passed + good)) failed=$((failed + bad))
done
rm -f "$log"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
