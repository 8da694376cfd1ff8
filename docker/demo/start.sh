#!/bin/sh
# A demo worker: the certificates and services that its reporter's configuration (P2PDASH_CONFIG) names, then the
# reporter that watches them.
set -eu

run=/run/p2pdash
mkdir -p "$run/log" "$run/certificates"

# certificate NAME DAYS
certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "$2" \
    -subj "/O=Demo/CN=$1.example" -addext "subjectAltName=DNS:$1.example,DNS:www.$1.example" \
    -keyout /dev/null -out "$run/certificates/$1.pem" 2>/dev/null
}

while read -r kind name days; do
  case $kind in
    '#certificate') certificate "$name" "$days" ;;
    '#running') /opt/demo/service.sh start "$name" ;;
  esac
done <"$P2PDASH_CONFIG"

exec p2pdash-reporter
