#!/bin/sh
# journald.sh: a real journald in a mount namespace of its own, until it is ended. Programs that are to use it enter the
# namespace: journald is always found at the same place.
set -eu

[ "${1-}" = inside ] || exec unshare --mount "$0" inside

mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal
exec /lib/systemd/systemd-journald
