#!/bin/sh
# nginx-config.sh TARGET: copies nginx/ to the folder TARGET (the instance's prefix) and fills in the variables.
# Everything has a default for one host, all under P2PDASH_STATE_DIR; nginx/README.md lists what can be set.
set -eu

. "$(dirname "$0")/environment.sh"
target=${1:?usage: nginx-config.sh TARGET}

: "${P2PDASH_TLS_CERT:=}" "${P2PDASH_TLS_KEY:=}" "${P2PDASH_METRICS_ALLOW:=}" "${P2PDASH_TRUSTED_PROXY:=}"
: "${P2PDASH_NGINX_USER:=}" "${P2PDASH_NGINX_WORKERS:=2}"
# As many idle connections as the pool has processes, shared by nginx's workers: each process can hold two.
: "${P2PDASH_API_KEEPALIVE:=$((${P2PDASH_WORKERS:-16} / P2PDASH_NGINX_WORKERS))}"
: "${P2PDASH_API:=unix:$P2PDASH_STATE_DIR/api.sock}"
: "${P2PDASH_API_WAIT:=unix:$P2PDASH_STATE_DIR/api-wait.sock}"
: "${P2PDASH_RELAY:=unix:$P2PDASH_STATE_DIR/relay.sock}"
: "${P2PDASH_STATIC:=$P2PDASH_ROOT/static}"
: "${P2PDASH_VENDOR:=$P2PDASH_ROOT/build/static/vendor}"
: "${P2PDASH_ERRORS:=$P2PDASH_ROOT/nginx/errors}"
: "${P2PDASH_BIND:=}" "${P2PDASH_RESOLVER:=}" "${P2PDASH_BASE_PATH:=}"

# What /health tells while the API cannot.
P2PDASH_VERSION=$(sed -n 's/^#define P2PDASH_VERSION "\(.*\)"/\1/p' "$P2PDASH_ROOT/common/version.h")

# With a resolver, P2PDASH_API and the others are names that are looked up again and again.
P2PDASH_UPSTREAMS=addresses
[ -z "$P2PDASH_RESOLVER" ] || P2PDASH_UPSTREAMS=names

P2PDASH_SITE=plain
options=
http2=
if [ -n "$P2PDASH_TLS_CERT" ]; then
  P2PDASH_SITE=tls
  options=' ssl'
  # HTTP/2 was a word of `listen` before nginx 1.25.1 and is a directive since.
  newest=$({ nginx -v 2>&1 | sed 's|.*/\([0-9.]*\).*|\1|'; echo 1.25.1; } | sort -V | tail -n 1)
  if [ "$newest" = 1.25.1 ]; then options=' ssl http2'; else http2='    http2 on;'; fi
fi

# `listen` lines: all addresses of the machine, or the one that is asked for.
listen() { echo "    listen $1:$P2PDASH_PORT$options;"; }
if [ -n "$P2PDASH_BIND" ]; then
  P2PDASH_LISTEN_DIRECTIVES=$(listen "$P2PDASH_BIND")
# Its lines are the machine's IPv6 addresses. Files in /proc have size 0, whatever is in them, so it is read.
elif grep -q . /proc/net/if_inet6 2>/dev/null; then
  P2PDASH_LISTEN_DIRECTIVES=$(listen '*'; listen '[::]')
else
  P2PDASH_LISTEN_DIRECTIVES=$(listen '*')
fi
[ -z "$http2" ] || P2PDASH_LISTEN_DIRECTIVES="$P2PDASH_LISTEN_DIRECTIVES
$http2"

# addresses VARIABLE TEXT: the list's addresses and networks, one a line; a list by commas is one, too.
addresses() {
  for address in $(echo "$2" | tr ',' ' '); do
    case $address in
      *[!0-9a-fA-F.:/]*)
        echo "nginx-config.sh: $1: $address is no address and no network" >&2
        return 2
        ;;
    esac
    echo "$address"
  done
}
proxies=$(addresses P2PDASH_TRUSTED_PROXY "$P2PDASH_TRUSTED_PROXY")
P2PDASH_TRUSTED_PROXY_RULES=$(for address in $proxies; do echo "    $address trusted;"; done)
P2PDASH_REAL_IP=
if [ -n "$proxies" ]; then
  P2PDASH_REAL_IP=$(
    for address in $proxies; do echo "set_real_ip_from $address;"; done
    echo 'real_ip_header X-Forwarded-For;'
    echo 'real_ip_recursive on;'
  )
fi

# The path below which a proxy shows us. Our own addresses cannot begin it: /api would be both.
P2PDASH_BASE_PATH=${P2PDASH_BASE_PATH%/}
case $P2PDASH_BASE_PATH/ in
  /) ;;
  /api/* | /auth/* | /dashboard/* | /errors/* | /health/* | /metrics/* | /rpc/* | /static/* | /ws/*)
    echo "P2PDASH_BASE_PATH: the dashboard has addresses of its own below $P2PDASH_BASE_PATH; choose another path" >&2
    exit 2
    ;;
  [!/]* | *[!A-Za-z0-9._~/-]* | *//* | */.*)
    echo "P2PDASH_BASE_PATH must be a path such as /mon, of letters, digits and . _ ~ - between slashes; it is" \
      "$P2PDASH_BASE_PATH" >&2
    exit 2
    ;;
esac
P2PDASH_BASE_PATH_MAP='' P2PDASH_BASE_PATH_REWRITE='' P2PDASH_BASE_PATH_FILTERS=''
if [ -n "$P2PDASH_BASE_PATH" ]; then
  pattern=$(echo "$P2PDASH_BASE_PATH" | sed 's/\./\\./g')
  P2PDASH_BASE_PATH_MAP="    ~^$pattern(?<below_base_path>/.*)\$ \$below_base_path;"
  # What is rewritten counts as internal, so the error files, which are internal, are left out.
  # shellcheck disable=SC2016 # nginx's variables
  P2PDASH_BASE_PATH_REWRITE=$(printf 'rewrite "(?s)^%s(?!/errors/)(?:/(.*))?$" /$1;' "$pattern")
  P2PDASH_BASE_PATH_FILTERS=$(
    echo 'sub_filter_once off;'
    echo "sub_filter ' data-base-path=\"\"' ' data-base-path=\"$P2PDASH_BASE_PATH\"';"
    echo "sub_filter '=\"/static/' '=\"$P2PDASH_BASE_PATH/static/';"
  )
fi

metrics=$(addresses P2PDASH_METRICS_ALLOW "$P2PDASH_METRICS_ALLOW")
P2PDASH_METRICS_RULES=$(for address in $metrics; do echo "    $address 1;"; done)

# A pool too small to lend a process keeps no connection.
P2PDASH_KEEPALIVE=
[ "$P2PDASH_API_KEEPALIVE" -eq 0 ] || P2PDASH_KEEPALIVE="keepalive $P2PDASH_API_KEEPALIVE;"

export P2PDASH_SITE P2PDASH_UPSTREAMS P2PDASH_RESOLVER P2PDASH_LISTEN_DIRECTIVES P2PDASH_METRICS_RULES \
  P2PDASH_REAL_IP P2PDASH_TRUSTED_PROXY_RULES P2PDASH_BASE_PATH P2PDASH_BASE_PATH_MAP P2PDASH_BASE_PATH_REWRITE \
  P2PDASH_BASE_PATH_FILTERS \
  P2PDASH_NGINX_USER P2PDASH_NGINX_WORKERS P2PDASH_KEEPALIVE P2PDASH_API P2PDASH_API_WAIT P2PDASH_RELAY \
  P2PDASH_STATIC P2PDASH_VENDOR P2PDASH_ERRORS P2PDASH_VERSION P2PDASH_TLS_CERT P2PDASH_TLS_KEY

# Only our own names are filled in: nginx has variables too.
# shellcheck disable=SC2016 # envsubst wants the names as they are
names=$(env | sed -n 's/^\(P2PDASH_[A-Z_]*\)=.*/${\1}/p')
mkdir -p "$target/tmp"
cd "$P2PDASH_ROOT/nginx"
find . -name '*.conf' | while read -r file; do
  mkdir -p "$target/$(dirname "$file")"
  envsubst "$names" <"$file" >"$target/$file.new"
  mv "$target/$file.new" "$target/$file"
done
