#!/bin/sh
# install-packages.sh PURPOSE ...: installs what scripts/packages.txt lists for these purposes, if it is missing.
# Services that the packages bring (Redis on its TCP port, nginx on port 80) are neither started nor enabled:
# the stack runs instances of its own. A service that was there before is left as it was.
set -eu

here=$(dirname "$0")
[ $# -gt 0 ] || { echo "usage: $0 PURPOSE ... (build, run, test, compose, check, bench)" >&2; exit 2; }

wanted=$(for purpose; do
  sed -n "s/#.*//; s/^$purpose  *//p" "$here/packages.txt"
done)

missing=
for package in $wanted; do
  case $package in *:*) command -v "${package#*:}" >/dev/null && continue ;; esac
  case $package in *\?) apt-cache show "${package%\?}" >/dev/null 2>&1 || continue ;; esac
  package=${package%[:?]*}
  state=$(dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null || true)
  case $state in i*) ;; *) missing="$missing $package" ;; esac
done
[ -n "$missing" ] || exit 0

as_root() { "$@"; }
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "These packages are missing, and only root can install them: apt-get install$missing" >&2
    exit 1
  }
  as_root() { sudo "$@"; }
fi

log=$(mktemp)
policy=/usr/sbin/policy-rc.d
ours=
clean_up() {
  rm -f "$log"
  [ -z "$ours" ] || as_root rm -f $policy
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# Debian asks this program before it starts a service; ours says no for as long as we install.
if [ ! -e $policy ]; then
  ours=yes
  printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
  as_root chmod 755 $policy
fi

unwelcome=
if command -v systemctl >/dev/null; then
  for service in redis-server nginx webdis collectd monit prometheus prometheus-node-exporter; do
    systemctl cat "$service" >/dev/null 2>&1 || unwelcome="$unwelcome $service"
  done
fi

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1
}
echo "Installing$missing"
# A fresh machine's package lists are empty or old, so the first try may fail.
# shellcheck disable=SC2086 # a list of words
apt install --no-install-recommends $missing ||
  { apt update && apt install --no-install-recommends $missing; } ||
  { cat "$log" >&2; exit 1; }

for service in $unwelcome; do
  as_root systemctl --quiet disable "$service" 2>/dev/null || true
done
