#!/bin/sh
# install-coordinator.sh: a systemd unit that starts the stack of this clone at boot, with the settings of now.
set -eu

. "$(dirname "$0")/environment.sh"
unit=/etc/systemd/system/p2pdash.service

[ "$(id -u)" -eq 0 ] || { echo "Only root can install a unit: sudo make install-coordinator" >&2; exit 1; }
command -v systemctl >/dev/null || { echo "There is no systemd on this machine." >&2; exit 1; }

# In quotes, and with what systemd would expand taken literally.
ENVIRONMENT=$(env | grep '^P2PDASH_' | sort | sed 's/[\\"]/\\&/g; s/%/%%/g; s/.*/Environment="&"/')
export ENVIRONMENT
# shellcheck disable=SC2016 # envsubst wants the names as they are
envsubst '${ENVIRONMENT} ${P2PDASH_ROOT}' <"$P2PDASH_ROOT/scripts/p2pdash.service.in" >"$unit.new"
mv "$unit.new" "$unit"
systemctl daemon-reload
systemctl --quiet enable p2pdash
echo "The stack starts at boot from now on; to start it at once: systemctl start p2pdash"
