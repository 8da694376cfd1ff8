#!/bin/sh
# base-image.sh [RELEASE]: makes sure that the engine has debian:RELEASE-slim. Pulled where there is a registry;
# otherwise made from Debian's own packages the way the official one is, by debootstrap and without documentation.
set -eu

release=${1:-bookworm}
image=debian:$release-slim

docker image inspect "$image" >/dev/null 2>&1 && exit 0
docker pull -q "$image" >/dev/null 2>&1 && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A tree that is there already (P2PDASH_BASE_TREES/RELEASE) saves half a minute. It is only read.
tree=${P2PDASH_BASE_TREES:-/var/cache/trees}/$release
if [ ! -d "$tree" ]; then
  tree=$work/tree
  debootstrap --variant=minbase "$release" "$tree" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
fi

# No daemon starts while a package is installed, packages bring no documentation and leave no caches, and the
# network's own authorities are trusted as they are on this machine.
mkdir -p "$work/extra/usr/sbin" "$work/extra/etc/dpkg/dpkg.cfg.d" "$work/extra/etc/apt/apt.conf.d" \
  "$work/extra/usr/local/share/ca-certificates"
printf '#!/bin/sh\nexit 101\n' >"$work/extra/usr/sbin/policy-rc.d"
chmod 755 "$work/extra/usr/sbin/policy-rc.d"
printf 'path-exclude /usr/share/%s/*\n' doc man locale info lintian >"$work/extra/etc/dpkg/dpkg.cfg.d/docker"
cat >"$work/extra/etc/apt/apt.conf.d/docker-clean" <<'END'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
END
cp /usr/local/share/ca-certificates/*.crt "$work/extra/usr/local/share/ca-certificates/" 2>/dev/null || true

tar -C "$tree" --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' \
  --exclude='./usr/share/info/*' --exclude='./var/lib/apt/lists/*' --exclude='./var/cache/apt/*.bin' \
  --exclude='./var/cache/apt/archives/*.deb' --exclude='./etc/hostname' --exclude=./usr/sbin/policy-rc.d -cf "$work/base.tar" .
(cd "$work/extra" && find . -type f -print0) | tar -C "$work/extra" -rf "$work/base.tar" --null -T -
docker import "$work/base.tar" "$image" >/dev/null
