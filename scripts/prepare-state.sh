#!/bin/sh
# prepare-state.sh: makes the state directory, its secret and nginx's configuration. What is there already stays,
# but the configuration, which is made anew. Needs no running program.
set -eu

. "$(dirname "$0")/environment.sh"

# A socket's address has room for 107 bytes; the longest name is api-wait.sock.
[ ${#P2PDASH_STATE_DIR} -le 90 ] || {
  echo "P2PDASH_STATE_DIR is too long for a unix socket in it (at most 90 bytes): $P2PDASH_STATE_DIR" >&2
  exit 2
}

# nginx's configuration names it unquoted.
case $P2PDASH_STATE_DIR$P2PDASH_ROOT in
  *[[:space:]]* | *[\;{}\"\'\$]*)
    echo "Blanks, quotes and ; { } \$ cannot stand in these paths: $P2PDASH_STATE_DIR and $P2PDASH_ROOT" >&2
    exit 2
    ;;
esac

umask 077
mkdir -p "$P2PDASH_STATE_DIR/log" "$P2PDASH_STATE_DIR/redis" "$P2PDASH_STATE_DIR/coordinator"

secret=$P2PDASH_STATE_DIR/jwt-secret
if [ ! -s "$secret" ]; then
  head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$secret.new"
  mv "$secret.new" "$secret"
fi

"$(dirname "$0")/nginx-config.sh" "$P2PDASH_STATE_DIR/nginx"
