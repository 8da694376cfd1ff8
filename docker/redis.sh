#!/bin/sh
# start: the store of a stack of containers. It listens to a network that only the API and the relay share.
exec redis-server /etc/p2pdash/redis.conf --port 6379 --bind 0.0.0.0 --protected-mode no \
  --dir /var/lib/p2pdash/redis --pidfile '' --maxmemory "${P2PDASH_REDIS_MAXMEMORY:-384mb}" \
  --appendfsync "${P2PDASH_REDIS_APPENDFSYNC:-always}"
