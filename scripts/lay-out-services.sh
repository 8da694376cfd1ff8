#!/bin/sh
# lay-out-services.sh: the supervisor's folder of each service: its run script, a log beside it, and runit's own
# folders. Runs as the user of the programs.
set -eu
umask 077

. "$(dirname "$0")/environment.sh"
here=$P2PDASH_ROOT/scripts

for name in $SERVICES; do
  dir=$(service_dir "$name")
  mkdir -p "$dir/log" "$P2PDASH_STATE_DIR/log/$name"
  ln -sfn "$here/services/$name" "$dir/run"
  ln -sfn "$here/services/log" "$dir/log/run"
  # Rotated at 1 MB, five old ones kept.
  printf 's1000000\nn5\n' >"$P2PDASH_STATE_DIR/log/$name/config"
done
# The coordinator's reporter starts once it has its token.
touch "$(service_dir reporter)/down"
