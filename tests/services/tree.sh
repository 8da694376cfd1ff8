#!/bin/sh
# tree.sh FOLDER [PACKAGE ...]: makes FOLDER a Debian system that boots in a container: systemd, its bus and its journal,
# nothing else but these packages.
# A pristine tree that is there already (P2PDASH_BASE_TREES/RELEASE, only read) saves half a minute. Needs root.
set -eu

folder=$1
release=${P2PDASH_RELEASE:-bookworm}
base=${P2PDASH_BASE_TREES:-/var/cache/trees}/$release
shift
packages=$(echo systemd systemd-sysv dbus "$@" | tr -s ' ' ,)

if [ -d "$base" ]; then
  cp -a "$base" "$folder"
  cp /etc/resolv.conf "$folder/etc/resolv.conf"
  cp /usr/local/share/ca-certificates/*.crt "$folder/usr/local/share/ca-certificates/" 2>/dev/null || true
  printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"
  chmod 755 "$folder/usr/sbin/policy-rc.d"
  # shellcheck disable=SC2016 # expanded by the inner shell
  unshare --mount --pid --fork --kill-child sh -e -c '
    mount --make-rprivate /
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    export DEBIAN_FRONTEND=noninteractive
    packages=$(echo "$2" | tr , " ")
    chroot "$1" apt-get -q -y install --no-install-recommends $packages ||
      { chroot "$1" apt-get -q update; chroot "$1" apt-get -q -y install --no-install-recommends $packages; }
  ' sh "$folder" "$packages"
else
  debootstrap --variant=minbase --include="$packages" "$release" "$folder"
fi
rm -f "$folder/etc/hostname" # it would override the machine's name
: >"$folder/etc/machine-id"
mkdir -p "$folder/var/log/journal" # the journal is kept on disk, where it can be read from outside
