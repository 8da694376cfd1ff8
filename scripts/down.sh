#!/bin/sh
# down.sh: ends the stack; leaves no process and no socket, and keeps data, secrets and logs.
set -eu

. "$(dirname "$0")/environment.sh"
hand_over "$0"
[ -d "$P2PDASH_STATE_DIR/services" ] || exit 0

# First those who ask, last those who are asked; the API finishes the requests in hand.
reverse=
for name in $SERVICES; do reverse="$name $reverse"; done
for name in $reverse; do
  sv -w 40 force-stop "$(service_dir "$name")" >/dev/null 2>&1 || true
done

# On HUP the supervisor tells each service's guardian to go, and goes.
if pid=$(supervisor_pid); then
  kill -HUP "$pid"
  wait_until 10 sh -c "! kill -0 $pid 2>/dev/null" || kill -KILL "$pid"
fi
# A guardian waits for its log to end; this waits for the guardian (also for one whose supervisor was killed).
for name in $reverse; do
  sv -w 10 exit "$(service_dir "$name")" >/dev/null 2>&1 || true
done
rm -f "$P2PDASH_STATE_DIR"/*.sock "$P2PDASH_STATE_DIR/supervisor.pid"
