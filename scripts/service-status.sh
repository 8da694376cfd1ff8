#!/bin/sh
# service-status.sh DIR: a supervised service's state as LSB's exit status: 0 running, 3 stopped, 4 not known.
case $(sv status "$1") in
  run:*) exit 0 ;;
  down:*) exit 3 ;;
  *) exit 4 ;;
esac
