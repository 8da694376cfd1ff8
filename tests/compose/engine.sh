#!/bin/sh
# engine.sh COMMAND ...: runs the command with a container engine that DOCKER_HOST names. The machine's own is used if
# it answers; otherwise one is started for this run alone, with its own data and socket, and ended with it.
# P2PDASH_ENGINE_DIR keeps the started engine's data (images, caches) for the next time.
set -eu

if docker info >/dev/null 2>&1; then exec "$@"; fi

command -v dockerd >/dev/null || { echo "No container engine answers, and there is no dockerd to start." >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || { echo "No container engine answers, and only root can start dockerd." >&2; exit 1; }

work=$(mktemp -d)
data=${P2PDASH_ENGINE_DIR:-$work}
mkdir -p "$data"

# An engine makes a bridge and forbids forwarding; both are put back.
forwarding=$(iptables -S FORWARD | head -n 1)
bridge=
[ -e /sys/class/net/docker0 ] || bridge=docker0

clean_up() {
  if [ -s "$work/pid" ]; then
    daemon=$(cat "$work/pid")
    kill "$daemon" 2>/dev/null || true
    while kill -0 "$daemon" 2>/dev/null; do sleep 0.1; done
  fi
  awk -v work="$work/" 'index($2, work) == 1 { print $2 }' /proc/mounts | xargs -r umount
  # shellcheck disable=SC2086 # the words of a rule
  iptables $forwarding
  [ -z "$bridge" ] || ip link delete "$bridge" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# The engine's networks must not send larger packets than this machine's own way out takes.
device=$(awk '$2 == "00000000" { print $1; exit }' /proc/net/route)
mtu=$(cat "/sys/class/net/${device:-lo}/mtu")

export DOCKER_HOST="unix://$work/sock"
dockerd --data-root "$data/data" --exec-root "$work/exec" --pidfile "$work/pid" --host "$DOCKER_HOST" \
  --mtu "$((mtu < 1500 ? mtu : 1500))" >"$work/log" 2>&1 &
tries=100
until docker info >/dev/null 2>&1; do
  tries=$((tries - 1))
  [ $tries -gt 0 ] || { cat "$work/log" >&2; exit 1; }
  sleep 0.2
done
"$@"
