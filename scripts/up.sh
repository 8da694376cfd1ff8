#!/bin/sh
# up.sh: starts the stack under supervision and returns when it is healthy. Harmless when it runs already. Here is what
# needs root, who hands over to a system user; the rest is start.sh.
set -eu
umask 077

. "$(dirname "$0")/environment.sh"

# The processes that hold a socket.
holders() {
  find /proc/[0-9]*/fd -maxdepth 1 -lname "socket:\\[$1\\]" 2>/dev/null | sed 's|^/proc/\([0-9]*\)/.*|\1|' | sort -nu
}

# Who listens on the port, as "NAME (pid N)"; nothing if nobody does, or this stack itself.
port_owner() {
  hex=$(printf '%04X' "$P2PDASH_PORT")
  inodes=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=":$hex" '$2 ~ port "$" && $4 == "0A" { print $10 }')
  [ -n "$inodes" ] || return 0
  other=
  for inode in $inodes; do
    for pid in $(holders "$inode"); do
      # Only nginx's master names its folder.
      if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF " $P2PDASH_STATE_DIR/nginx/ "; then return 0; fi
      [ -n "$other" ] || other=$pid
    done
  done
  if [ -n "$other" ]; then echo "$(cat "/proc/$other/comm") (pid $other)"; else echo "a program of another user"; fi
}

# Root hands over to a system user, if that user can read the checkout: not below /root, say.
choose_user() {
  run_as=
  export P2PDASH_NGINX_USER=
  [ "$(id -u)" -eq 0 ] || return 0
  user=${P2PDASH_USER:-p2pdash}
  id "$user" >/dev/null 2>&1 ||
    useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
  (umask 022 && mkdir -p "$P2PDASH_STATE_DIR")
  owner=$(stat -c %U "$P2PDASH_STATE_DIR")
  case $owner in
    root | "$user") ;;
    *) fail "$P2PDASH_STATE_DIR belongs to $owner: root starts no stack in another user's folder" ;;
  esac
  chmod 700 "$P2PDASH_STATE_DIR"
  if [ "$user" != root ]; then
    chown "$user:" "$P2PDASH_STATE_DIR"
    run_as=$(become "$user")
    # shellcheck disable=SC2086 # a command
    if $run_as test -r "$P2PDASH_ROOT/static/index.html" -a -x "$P2PDASH_BIN/p2pdash-api" -a -w "$P2PDASH_STATE_DIR"; then
      # The configuration and the secrets belong to whoever runs the programs.
      chown -hR "$user:" "$P2PDASH_STATE_DIR"
      return 0
    fi
    echo "Note: the programs run as root, because the user $user cannot reach $P2PDASH_ROOT and $P2PDASH_STATE_DIR." >&2
  fi
  run_as=
  P2PDASH_NGINX_USER='user root;'
  if pid=$(supervisor_pid); then
    [ "$(stat -c %u "/proc/$pid")" -eq 0 ] || fail "This stack runs as another user; stop it first: make down"
  else
    # If it was another user's: what that one put there is not root's to run.
    rm -rf "$P2PDASH_STATE_DIR/services"
  fi
  chown -hR root: "$P2PDASH_STATE_DIR"
}

check_port() {
  case $P2PDASH_PORT in *[!0-9]* | '' | ??????*) port=0 ;; *) port=$P2PDASH_PORT ;; esac
  if [ "$port" -lt 1 ] || [ "$port" -gt 65535 ]; then fail "P2PDASH_PORT must be from 1 to 65535, not $P2PDASH_PORT"; fi
  first=$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null || echo 1024)
  [ "$(id -u)" -eq 0 ] || [ "$P2PDASH_PORT" -ge "$first" ] ||
    fail "Port $P2PDASH_PORT needs root; choose another: make up P2PDASH_PORT=8080"
  owner=$(port_owner)
  [ -z "$owner" ] || fail "Port $P2PDASH_PORT is taken by $owner; choose another: make up P2PDASH_PORT=8081"
}

check_port
choose_user
# What is below the state directory may be a trap of that user's: nothing there is root's to touch any more.
# shellcheck disable=SC2086 # a command
exec $run_as "$P2PDASH_ROOT/scripts/start.sh"
