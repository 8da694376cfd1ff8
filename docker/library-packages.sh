#!/bin/sh
# library-packages.sh PROGRAM ...: the Debian packages that hold the programs' shared libraries, one a line. Asked of
# the linker and of dpkg, because their names change from one Debian to the next (libhiredis0.14, libhiredis1.1.0).
set -eu

ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u | while read -r library; do
  # A library may be registered below /lib and found below /usr/lib, or the other way round.
  real=$(realpath "$library")
  dpkg-query --search "$real" 2>/dev/null || dpkg-query --search "${real#/usr}" 2>/dev/null ||
    dpkg-query --search "$library"
done | cut -d: -f1 | sort -u
