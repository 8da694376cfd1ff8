#!/bin/sh
# start.sh: lays out the state directory, starts the programs under supervision and returns when they are healthy; of a
# stack that runs already, only programs that were built anew are restarted, and nginx reads its configuration again.
# Runs as the user of the programs.
set -eu
umask 077

. "$(dirname "$0")/environment.sh"
here=$P2PDASH_ROOT/scripts

start_supervisor() {
  # shellcheck disable=SC2016 # the inner shell expands its own
  setsid sh -c 'cd / && exec >"$P2PDASH_STATE_DIR/log/supervisor.log" 2>&1 &&
    echo $$ >"$P2PDASH_STATE_DIR/supervisor.pid" &&
    exec runsvdir -P "$P2PDASH_STATE_DIR/services" "log: ................................................"' \
    </dev/null >/dev/null 2>&1 &
  wait_until 10 supervised || fail "The supervisor did not start: $(cat "$P2PDASH_STATE_DIR/log/supervisor.log")"
}

supervised() {
  for name in $SERVICES; do
    sv status "$(service_dir "$name")" >/dev/null 2>&1 || return 1
  done
}

# A linker puts a new file in the old one's place, so the kernel says which processes run deleted programs.
refresh_services() {
  for name in $SERVICES; do
    pid=$(cat "$(service_dir "$name")/supervise/pid" 2>/dev/null) || continue
    case $(readlink "/proc/$pid/exe" 2>/dev/null) in
      *' (deleted)') sv -w 40 restart "$(service_dir "$name")" >/dev/null ;;
    esac
  done
  sv hup "$(service_dir nginx)" >/dev/null
}

redis_answers() { [ "$(redis-cli -s "$P2PDASH_STATE_DIR/redis.sock" ping 2>/dev/null)" = PONG ]; }
# Each program stays up, and what a browser asks for is answered.
healthy() { "$here/status.sh" >/dev/null; }

"$here/prepare-state.sh"
"$here/lay-out-services.sh"

if supervisor_pid >/dev/null; then refresh_services; else start_supervisor; fi
wait_until 30 redis_answers || fail "Redis did not start; see $P2PDASH_STATE_DIR/log/redis/current"

config=$P2PDASH_STATE_DIR/coordinator/reporter.conf
before=$(cksum "$config" 2>/dev/null || true)
"$here/coordinator.sh"
verb=start
[ "$(cksum "$config")" = "$before" ] || verb=restart
sv $verb "$(service_dir reporter)" >/dev/null || true

if ! wait_until 60 healthy; then
  "$here/status.sh" >&2 || true
  tail -n 10 "$P2PDASH_STATE_DIR"/log/*/current >&2
  fail "The stack did not become healthy within a minute; its logs are in $P2PDASH_STATE_DIR/log"
fi
echo "The dashboard is at $P2PDASH_URL${P2PDASH_BASE_PATH:-}/dashboard"
echo "Log in as admin; the password is in $P2PDASH_STATE_DIR/admin-password"
