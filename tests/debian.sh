#!/bin/sh
# debian.sh [SUITE ...]: types the README's first and second command into minimal Debian trees that have no compiler,
# no make, nothing, and sees that the first ends with the page and /health answering, the second with
# `N passed, 0 failed`. Needs root, debootstrap and some minutes; leaves nothing running.
#
# Pristine trees are kept in P2PDASH_TREES (default ~/.cache/p2pdash/trees), one folder a suite; each run works on a
# copy. What is tested is the commit, not the working tree. The network is the host's, so the port is a free one.
set -eu

cd "$(dirname "$0")/.."
trees=${P2PDASH_TREES:-${XDG_CACHE_HOME:-$HOME/.cache}/p2pdash/trees}
mirror=${P2PDASH_MIRROR:-http://deb.debian.org/debian}
[ "$(id -u)" -eq 0 ] || { echo "debian.sh needs root" >&2; exit 1; }
[ $# -gt 0 ] || set -- bookworm trixie

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 1' HUP INT TERM

# readme_command N: the N-th shell block of the README, as a user would copy it.
readme_command() {
  awk -v wanted="$1" '/^```sh/ { block++; inside = 1; next } /^```/ { inside = 0 } inside && block == wanted' README.md
}

make_tree() {
  [ -d "$trees/$1" ] || {
    mkdir -p "$trees"
    debootstrap --variant=minbase "$1" "$trees/$1.new" "$mirror"
    rm -f "$trees/$1.new/etc/hostname"
    mv "$trees/$1.new" "$trees/$1"
  }
  cp -a "$trees/$1" "$2"
  cp /etc/resolv.conf "$2/etc/resolv.conf"
  # Networks with an authority of their own: packages and npm are fetched through them.
  mkdir -p "$2/usr/local/share/ca-certificates" "$2/srv/p2pdash"
  cp /usr/local/share/ca-certificates/*.crt "$2/usr/local/share/ca-certificates/" 2>/dev/null || true
  git archive HEAD | tar -x -C "$2/srv/p2pdash"
}

# shellcheck disable=SC2016 # expanded by the inner shell
# in_tree TREE: runs /typed of the tree with process numbers and mounts of its own; whatever is left running ends with it.
in_tree() {
  unshare --mount --pid --fork --kill-child sh -c '
    set -e
    mount --make-rprivate /
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    mount -t tmpfs tmpfs "$1/dev/shm" 2>/dev/null || true
    exec env -i HOME=/root TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt P2PDASH_PORT="$2" \
      ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
      chroot "$1" sh -e /typed
  ' sh "$1" "$port"
}

free_port() { awk 'BEGIN { srand(); print 20000 + int(rand() * 10000) }'; }

failed=
for suite; do
  tree=$work/$suite
  port=$(free_port)
  make_tree "$suite" "$tree"
  {
    echo 'cd /srv/p2pdash'
    readme_command 1
    # shellcheck disable=SC2016 # expanded in the tree
    echo 'curl --silent --fail "http://localhost:$P2PDASH_PORT/health"; echo'
    # shellcheck disable=SC2016
    echo 'curl --silent --fail "http://localhost:$P2PDASH_PORT/dashboard" | grep -q "<html" && echo "the page answers"'
    readme_command 2
    echo 'make down'
  } >"$tree/typed"
  echo "== $suite"
  in_tree "$tree" 2>&1 | tee "$work/$suite.log"
  if grep -q '^the page answers$' "$work/$suite.log" && grep -qE '^[1-9][0-9]* passed, 0 failed$' "$work/$suite.log"; then
    echo "== $suite: both commands did what the README says"
  else
    echo "== $suite: FAILED"
    failed=yes
  fi
  rm -rf --one-file-system "$tree"
done
[ -z "$failed" ]
