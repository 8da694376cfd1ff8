#!/bin/sh
# systemd.sh FOLDER: a real systemd manager with a bus of its own at FOLDER/bus, in a mount namespace of its own, until it
# is ended. It is the user manager, which speaks the same D-Bus interface as the system's and runs without booting
# anything; units are read from FOLDER/systemd/user.
set -eu

[ "${2-}" = inside ] || exec unshare --mount "$0" "$1" inside

# Nothing but the bus is started, whatever else this machine has for its users.
mkdir -p "$1/systemd/user"
cd "$1/systemd/user"
printf '[Unit]\nWants=dbus.service\n' >default.target
printf '[Socket]\nListenStream=%s/bus\n' "$1" >dbus.socket
cat >dbus.service <<'UNIT'
[Unit]
Requires=dbus.socket
[Service]
ExecStart=dbus-daemon --session --address=systemd: --nofork --nopidfile --systemd-activation
UNIT

mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system # systemd's sign of a system it runs on
exec env HOME="$1" XDG_RUNTIME_DIR="$1" XDG_CONFIG_HOME="$1" /lib/systemd/systemd --user --log-target=console
