#!/bin/sh
# status.sh: each service and the stack's health. Exit status 0 if all is well, 3 if the stack is down, else 1.
set -eu

. "$(dirname "$0")/environment.sh"
hand_over "$0"
supervisor_pid >/dev/null || { echo "The stack of $P2PDASH_STATE_DIR is down."; exit 3; }

status=0
for name in $SERVICES; do
  state=$(sv status "$(service_dir "$name")" 2>&1 || true)
  # One that has not lived for a second yet may be dying again and again.
  case $state in run:*' 0s'*) status=1 ;; run:*) ;; *) status=1 ;; esac
  # run: PATH: (pid 12) 34s; run: log: ...
  echo "$state" | sed -E "s|^([a-z]+): [^:]*: *(.*)|\1 \2|; s|(, normally down)?; run: log:.*||" |
    { read -r word rest; printf '%-10s %-8s %s\n' "$name" "$word" "$rest"; }
done
if answer=$(health); then
  echo "health     $answer"
else
  echo "health     no good answer from $P2PDASH_URL/health"
  status=1
fi
exit $status
