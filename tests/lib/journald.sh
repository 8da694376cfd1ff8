#!/bin/sh
# journald.sh [NAMESPACE]: a real journald, of a journal namespace if one is given, in a mount namespace of its own, until
# it is ended. Programs that are to use it enter the mount namespace: journald is always found at the same place.
set -eu

[ "${1-}" = inside ] || exec unshare --mount "$0" inside "$@"
shift

mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p "/run/systemd/journal${1:+.$1}"
[ ! -d /var/log/journal ] || mount -t tmpfs tmpfs /var/log/journal
exec /lib/systemd/systemd-journald "$@"
