# shellcheck shell=sh
# Sourced by the scripts: where things are. What is exported here is the programs' environment.
# Callers may set P2PDASH_STATE_DIR, P2PDASH_PORT, P2PDASH_BIN (the folder of the programs).

P2PDASH_ROOT=${P2PDASH_ROOT:-$(cd "$(dirname "$0")/.." && pwd)}
P2PDASH_STATE_DIR=$(realpath -m "${P2PDASH_STATE_DIR:-$P2PDASH_ROOT/run}")
P2PDASH_BIN=$(realpath -m "${P2PDASH_BIN:-$P2PDASH_ROOT/build}")
P2PDASH_PORT=${P2PDASH_PORT:-8080}
export P2PDASH_ROOT P2PDASH_STATE_DIR P2PDASH_BIN P2PDASH_PORT
