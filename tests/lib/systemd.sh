#!/bin/sh
# systemd.sh FOLDER: runs a real systemd manager with a bus of its own at FOLDER/bus, in a mount namespace of its own,
# until it is killed. It is the user manager, which has the same D-Bus interface as the system's and runs without
# booting anything. It reads units from FOLDER/systemd/user.
set -eu

[ "${2-}" = inside ] || exec unshare --mount "$0" "$1" inside

# It starts nothing but the bus, whatever other units this machine has for its users.
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
mkdir -p /run/systemd/system # by this folder programs see that systemd runs
exec env HOME="$1" XDG_RUNTIME_DIR="$1" XDG_CONFIG_HOME="$1" /lib/systemd/systemd --user --log-target=console
