#!/bin/sh
# systemd.sh FOLDER: a real systemd manager with a bus of its own at FOLDER/bus, in a mount namespace of its own, until it
# is ended. It is the user manager, which speaks the same D-Bus interface as the system's and runs without booting
# anything; units are read from FOLDER/systemd/user.
set -eu

if [ "${2-}" != inside ]; then
  exec unshare --mount "$0" "$1" inside
fi

mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system # systemd's sign of a system it runs on
export HOME="$1" XDG_RUNTIME_DIR="$1" XDG_CONFIG_HOME="$1" DBUS_SESSION_BUS_ADDRESS="unix:path=$1/bus"
dbus-daemon --session --address="$DBUS_SESSION_BUS_ADDRESS" --nofork --nopidfile &
bus=$!
/lib/systemd/systemd --user --log-target=console &
manager=$!
# The manager stops its units in order; the bus must outlive it.
trap 'kill "$manager"; wait "$manager" || true; kill "$bus"; exit 0' TERM
wait "$manager"
