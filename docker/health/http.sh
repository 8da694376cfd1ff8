#!/bin/bash
# http-status PORT PATH: prints the status this container answers a GET with. No HTTP client is needed for that.
set -eu

exec 3<>"/dev/tcp/127.0.0.1/$1"
printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
read -r -t 2 _ status _ <&3
echo "$status"
