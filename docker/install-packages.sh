#!/bin/sh
# install-packages PACKAGE ...: installs them and leaves no caches behind.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends "$@"
rm -rf /var/lib/apt/lists/*
