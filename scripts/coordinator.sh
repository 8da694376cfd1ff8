#!/bin/sh
# coordinator.sh: the first account, and the token and configuration of the coordinator's own reporter. Needs Redis.
# What exists is kept; only the reporter's `coordinator` line follows the port.
set -eu

. "$(dirname "$0")/environment.sh"
umask 077
export P2PDASH_REDIS="unix:$P2PDASH_STATE_DIR/redis.sock" P2PDASH_SECRET_FILE="$P2PDASH_STATE_DIR/jwt-secret"

password=$P2PDASH_STATE_DIR/admin-password
if ! "$P2PDASH_BIN/p2pdash" user list | awk '$1 == "admin" { found = 1 } END { exit !found }'; then
  [ -s "$password" ] || openssl rand -base64 18 >"$password"
  "$P2PDASH_BIN/p2pdash" user add admin --role admin <"$password" >/dev/null
fi

folder=$P2PDASH_STATE_DIR/coordinator
if [ ! -s "$folder/token" ]; then
  "$P2PDASH_BIN/p2pdash" token create --node coordinator >"$folder/token.new"
  mv "$folder/token.new" "$folder/token"
fi

config=$folder/reporter.conf
if [ -s "$config" ]; then
  sed -i "s|^coordinator *=.*|coordinator = $P2PDASH_URL|" "$config"
  exit 0
fi

# A command to stop or start a part travels through the parts themselves, so they can only be restarted; the API by
# a fresh set of processes, nginx by reading its configuration again, neither of which drops the call that asked.
service() {
  dir=$P2PDASH_STATE_DIR/services/$1
  printf '\n[service %s]\ndriver = exec\ndescription = %s\n' "$1" "$2"
  printf 'status = %s/scripts/service-status.sh %s\n' "$P2PDASH_ROOT" "$dir"
  [ -z "$3" ] || printf 'restart = %s %s\nactions = restart\n' "$3" "$dir"
}

# nginx logs every request, this reporter's own among them: at WARNING its lines do not feed on themselves.
log() {
  printf '\n[log %s]\nsource = file\npath = %s/log/%s/current\nlogger = %s\nlevel = %s\n' \
    "$1" "$P2PDASH_STATE_DIR" "$1" "$2" "$3"
}

{
  cat <<END
# The coordinator's own reporter. Made once by \`make up\`; yours to extend.

[reporter]
coordinator = $P2PDASH_URL
node_id = coordinator
token_file = $folder/token
${P2PDASH_TLS_CERT:+ca_file = $P2PDASH_TLS_CERT
}state_dir = $folder/state
control_socket = $folder/reporter.sock
min_interval = 1
max_interval = 5
END
  service redis 'Store of the cluster' ''
  service api 'FastCGI pool' '/usr/bin/sv hup'
  service relay 'WebSocket and command streams' '/usr/bin/sv -w 30 restart'
  service nginx 'Web server' '/usr/bin/sv hup'
  log redis redis INFO
  log api p2pdash.api INFO
  log relay p2pdash.relay INFO
  log nginx nginx WARNING
  log reporter p2pdash.reporter WARNING
} >"$config.new"
mv "$config.new" "$config"
