#!/bin/sh
# start: writes the configuration for the settings of this container, then becomes nginx.
set -eu

prefix=/run/p2pdash/nginx
export P2PDASH_ROOT=/opt/p2pdash P2PDASH_STATE_DIR=/run/p2pdash P2PDASH_PORT=8080 \
  P2PDASH_VENDOR=/opt/p2pdash/vendor

/opt/p2pdash/scripts/nginx-config.sh "$prefix"
exec nginx -e stderr -p "$prefix/" -c "$prefix/nginx.conf"
