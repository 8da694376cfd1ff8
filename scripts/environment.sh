# shellcheck shell=sh
# Sourced by the scripts: where things are. What is exported here is the programs' environment.
# Callers may set P2PDASH_STATE_DIR, P2PDASH_PORT, P2PDASH_BIN (the folder of the programs) and P2PDASH_URL.

P2PDASH_ROOT=${P2PDASH_ROOT:-$(cd "$(dirname "$0")/.." && pwd)}
P2PDASH_STATE_DIR=$(realpath -m "${P2PDASH_STATE_DIR:-$P2PDASH_ROOT/run}")
P2PDASH_BIN=$(realpath -m "${P2PDASH_BIN:-$P2PDASH_ROOT/build}")
P2PDASH_PORT=${P2PDASH_PORT:-8080}

# How this machine reaches its own stack. With TLS the certificate must hold this name.
if [ -n "${P2PDASH_TLS_CERT:-}" ]; then
  P2PDASH_URL=${P2PDASH_URL:-https://localhost:$P2PDASH_PORT}
else
  P2PDASH_URL=${P2PDASH_URL:-http://localhost:$P2PDASH_PORT}
fi
export P2PDASH_ROOT P2PDASH_STATE_DIR P2PDASH_BIN P2PDASH_PORT P2PDASH_URL

fail() {
  echo "$*" >&2
  exit 1
}

# In the order of starting; stopped in the reverse order.
# shellcheck disable=SC2034 # for the scripts that source this
SERVICES='redis api relay nginx reporter'

# The supervisor's folder of services, and its process while it lives.
service_dir() { echo "$P2PDASH_STATE_DIR/services/$1"; }
supervisor_pid() {
  pid=$(cat "$P2PDASH_STATE_DIR/supervisor.pid" 2>/dev/null) || return 1
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  # The number may be another program's by now.
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "runsvdir -P $P2PDASH_STATE_DIR/services " || return 1
  echo "$pid"
}

# wait_until SECONDS COMMAND ...: until the command succeeds; fails when the time is over.
wait_until() {
  end=$(($(date +%s) + $1))
  shift
  until "$@"; do
    [ "$(date +%s)" -lt $end ] || return 1
    sleep 0.1
  done
}

health() {
  curl --silent --fail --max-time 5 ${P2PDASH_TLS_CERT:+--cacert "$P2PDASH_TLS_CERT"} "$P2PDASH_URL/health"
}

# become USER: a command that runs another as this user, who can gain nothing more. Below 1024 a port needs one
# capability, which is all that is kept.
become() {
  keep='--bounding-set=-all'
  [ "$P2PDASH_PORT" -ge 1024 ] ||
    keep='--bounding-set=-all,+net_bind_service --inh-caps=+net_bind_service --ambient-caps=+net_bind_service'
  echo "setpriv --reuid=$1 --regid=$(id -g "$1") --init-groups --no-new-privs $keep"
}

# hand_over SCRIPT: goes on as the user whom the state directory belongs to: what that user put there is not root's to run.
hand_over() {
  [ "$(id -u)" -eq 0 ] && [ -d "$P2PDASH_STATE_DIR" ] || return 0
  owner=$(stat -c %U "$P2PDASH_STATE_DIR")
  [ "$owner" != root ] || return 0
  # shellcheck disable=SC2046 # a command
  exec $(become "$owner") "$1"
}
