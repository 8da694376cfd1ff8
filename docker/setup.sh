#!/bin/sh
# setup NODE ...: what a stack needs before its programs start: the secret that tokens are signed with, the
# administrator, and a token for each NODE. What is there stays, so it may run as often as one likes; what was given
# as a compose secret is taken instead of made.
set -eu
umask 077

home=/var/lib/p2pdash
given=/run/secrets

# keep FILE: standard input becomes FILE, whole or not at all, and the programs' user owns it.
keep() {
  cat >"$home/$1.new"
  [ "$(id -u)" -ne 0 ] || chown p2pdash: "$home/$1.new"
  mv "$home/$1.new" "$home/$1"
}

random_words() { head -c "$1" /dev/urandom | base64 -w 0; }

# secret NAME BYTES: given, kept from an earlier start, or made. Succeeds if it is another one than before.
secret() {
  if [ -s "$given/$1" ]; then
    cmp -s "$given/$1" "$home/secrets/$1" && return 1
    keep "secrets/$1" <"$given/$1"
  else
    [ -s "$home/secrets/$1" ] && return 1
    random_words "$2" | keep "secrets/$1"
  fi
}

administrator() {
  if ! p2pdash user list | grep -q '^admin '; then
    p2pdash user add admin --role admin <"$home/secrets/admin-password"
  elif [ "$1" = changed ]; then
    p2pdash user passwd admin <"$home/secrets/admin-password"
  fi
}

# The id that the store knows a token by stands in the token's middle part.
token_id() {
  part=$(cut -d. -f2 "$1" | tr -- '-_' '+/')
  echo "$part==" | base64 -di 2>/dev/null | sed -n 's/.*"jti": *"\([^"]*\)".*/\1/p'
}

token() {
  file=$home/tokens/$1
  # Older than the secret: signed with another one. Unknown to the store: revoked, or the store was emptied.
  [ -s "$file" ] && [ -z "$(find "$home/secrets/jwt-secret" -newer "$file")" ] &&
    p2pdash token list | grep -q "^$(token_id "$file") " && return
  p2pdash token create --node "$1" | keep "tokens/$1"
}

secret jwt-secret 48 || true
if secret admin-password 18; then administrator changed; else administrator same; fi
for node; do token "$node"; done
echo "ready: the administrator is admin, the password is in $home/secrets/admin-password" >&2
