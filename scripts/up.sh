#!/bin/sh
# up.sh: starts the stack under supervision and returns when it is healthy. Harmless when it runs already: then only
# programs that were built anew are restarted, and nginx reads its configuration again.
set -eu
umask 077

. "$(dirname "$0")/environment.sh"
here=$P2PDASH_ROOT/scripts

fail() {
  echo "$*" >&2
  exit 1
}

# Who listens on the port, as "NAME (pid N)"; nothing if nobody does, or this stack itself.
port_owner() {
  hex=$(printf '%04X' "$P2PDASH_PORT")
  inodes=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=":$hex" '$2 ~ port "$" && $4 == "0A" { print $10 }')
  [ -n "$inodes" ] || return 0
  ours=
  if supervisor_pid >/dev/null; then ours=$(cat "$(service_dir nginx)/supervise/pid" 2>/dev/null || true); fi
  other=
  for inode in $inodes; do
    if [ -n "$ours" ] && holder "$ours" "$inode" >/dev/null; then return 0; fi
    [ -n "$other" ] || other=$(holder '[0-9]*' "$inode" || true)
  done
  if [ -n "$other" ]; then echo "$(cat "/proc/$other/comm") (pid $other)"; else echo "a program of another user"; fi
}

# holder PATTERN SOCKET: the first process of these numbers that holds the socket.
holder() {
  # shellcheck disable=SC2086 # a pattern of numbers
  fd=$(find /proc/$1/fd -maxdepth 1 -lname "socket:\\[$2\\]" 2>/dev/null | head -n 1)
  fd=${fd#/proc/}
  [ -n "$fd" ] && echo "${fd%%/*}"
}

# Root hands over to a system user, if that user can read the checkout: not below /root, say.
choose_user() {
  run_as=
  export P2PDASH_NGINX_USER=
  [ "$(id -u)" -eq 0 ] || return 0
  user=${P2PDASH_USER:-p2pdash}
  [ "$user" != root ] || { P2PDASH_NGINX_USER='user root;' && return 0; }
  id "$user" >/dev/null 2>&1 ||
    useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
  (umask 022 && mkdir -p "$P2PDASH_STATE_DIR")
  chmod 700 "$P2PDASH_STATE_DIR"
  chown "$user:" "$P2PDASH_STATE_DIR"
  drop="setpriv --reuid=$user --regid=$(id -g "$user") --init-groups"
  # Below 1024 a port needs one capability, which is all that is kept.
  [ "$P2PDASH_PORT" -ge 1024 ] || drop="$drop --inh-caps=+net_bind_service --ambient-caps=+net_bind_service"
  if $drop test -r "$P2PDASH_ROOT/static/index.html" -a -x "$P2PDASH_BIN/p2pdash-api" -a -w "$P2PDASH_STATE_DIR"; then
    run_as=$drop
    return 0
  fi
  echo "Note: the programs run as root, because the user $user cannot reach $P2PDASH_ROOT and $P2PDASH_STATE_DIR." >&2
  chown root: "$P2PDASH_STATE_DIR"
  P2PDASH_NGINX_USER='user root;'
}

check_port() {
  first=$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null || echo 1024)
  [ "$(id -u)" -eq 0 ] || [ "$P2PDASH_PORT" -ge "$first" ] ||
    fail "Port $P2PDASH_PORT needs root; choose another: make up P2PDASH_PORT=8080"
  owner=$(port_owner)
  [ -z "$owner" ] || fail "Port $P2PDASH_PORT is taken by $owner; choose another: make up P2PDASH_PORT=8081"
}

start_supervisor() {
  # shellcheck disable=SC2016,SC2086 # $run_as is a command; the inner shell expands its own
  $run_as setsid sh -c 'cd / && exec >"$P2PDASH_STATE_DIR/log/supervisor.log" 2>&1 &&
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

check_port
choose_user
# The configuration and the secrets belong to whoever runs the programs.
# What root would write here, that user could turn into a link: nothing below is written but as the user.
[ -z "$run_as" ] || chown -hR "$user:" "$P2PDASH_STATE_DIR"
# shellcheck disable=SC2086
$run_as "$here/prepare-state.sh"
# shellcheck disable=SC2086
$run_as "$here/lay-out-services.sh"

if supervisor_pid >/dev/null; then refresh_services; else start_supervisor; fi
wait_until 30 redis_answers || fail "Redis did not start; see $P2PDASH_STATE_DIR/log/redis/current"

config=$P2PDASH_STATE_DIR/coordinator/reporter.conf
before=$(cksum "$config" 2>/dev/null || true)
# shellcheck disable=SC2086
$run_as "$here/coordinator.sh"
verb=start
[ "$(cksum "$config")" = "$before" ] || verb=restart
sv $verb "$(service_dir reporter)" >/dev/null || true

if ! wait_until 60 healthy; then
  "$here/status.sh" >&2 || true
  tail -n 10 "$P2PDASH_STATE_DIR"/log/*/current >&2
  fail "The stack did not become healthy within a minute; its logs are in $P2PDASH_STATE_DIR/log"
fi
echo "The dashboard is at $P2PDASH_URL/dashboard"
echo "Log in as admin; the password is in $P2PDASH_STATE_DIR/admin-password"
