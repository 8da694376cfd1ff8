#!/bin/sh
# walls.sh: the walls of the architecture. Each library and each kind of knowledge has one home, so that a change has
# one place; a use elsewhere is printed and fails.
set -u

cd "$(dirname "$0")/.." || exit 1
broken=0

# wall WHAT PATTERN HOMES FOLDER ...: lines that match PATTERN stand only in files that match HOMES (both extended
# regular expressions; HOMES '-' is nowhere).
wall() {
  what=$1 pattern=$2 homes=$3
  shift 3
  found=$(grep -rnE --include='*.c' --include='*.h' --include='*.js' --include='*.html' -- "$pattern" "$@" 2>/dev/null |
    grep -vE "^($homes):|/\* SAMPLE")
  [ -n "$found" ] || return 0
  echo "$what belongs in $homes, but stands in:"
  echo "$found" | sed 's/^/  /'
  broken=1
}

C='common feed fcgi relay reporter'
JS='static/js'

# Libraries.
# shellcheck disable=SC2086 # lists of folders
{
  wall 'FastCGI'            '#include <fcgi'                     'fcgi/http/fastcgi\.[ch]'    $C
  wall 'libjwt'             '#include <jwt'                      'common/token\.c'            $C
  wall 'cJSON'              '#include <cjson|#include "cJSON'    'common/json[a-z_]*\.c'      $C
  wall 'Redis, synchronous' '#include <hiredis/(hiredis\.h|sds)' 'fcgi/store/[a-z_]*\.[ch]|feed/(redis_link|question)\.c|common/redis_tls\.c' $C
  wall 'Redis, with TLS'    '#include <(hiredis/hiredis_ssl|openssl/ssl)' 'common/redis_tls\.c' $C
  wall 'Redis, asynchronous' '#include <hiredis/(async|adapters)' 'feed/redis_link\.c'         $C
  wall 'libwebsockets'      '#include <libwebsockets'            'relay/(connection|ws|ws_http)\.c' $C
  wall 'libcurl'            '#include <curl'                     'reporter/base/http_client\.c' $C
  wall 'sd-bus'             '#include <systemd/sd-bus'           'reporter/(base/dbus|services/systemd[a-z_]*)\.[ch]' $C
  wall 'the journal'        '#include <systemd/sd-journal'       'reporter/(base/(journal_match|drain)|services/journal_tail|logs/(source_journal|journal_fields))\.[ch]' $C

  # Knowledge.
  wall 'the environment'    '[^a-z_](secure_)?getenv\('          'common/settings\.c'         $C
  wall 'Redis keys'         '"p2pdash:'                          'common/keys\.[ch]'          $C

  # What is never used: unbounded copies, parsers that cannot fail.
  wall 'nothing like this'  '[^a-z_](strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atoll|gets|system|popen)\(' '-' $C
}

# The page.
wall 'HTTP'                 '[^a-zA-Z.]fetch\('                  'static/js/api\.js'          $JS
wall 'the WebSocket'        'new WebSocket'                      'static/js/socket\.js'       $JS
wall 'Chart.js'             '[^a-zA-Z]Chart\b.*[(.]|chart\.umd'  'static/js/chart\.js'        $JS
wall 'HTML from data'       'innerHTML|outerHTML|insertAdjacentHTML|document\.write|[^a-z]eval\(|new Function' '-' $JS
wall 'inline code'          '<script>|<style>| on[a-z]+="| style="' '-'                       static

# Rooms: which folders a folder's files may include headers of, beside common and itself. A room names only rooms that
# stand above it here, so there is no circle. `fcgi` and `reporter` alone are the files that put the rooms together.
rooms='
feed
relay                  feed

fcgi/store
fcgi/http              fcgi/store
fcgi/pool              fcgi/http
fcgi/report
fcgi/model             fcgi/http fcgi/store
fcgi/rpc               fcgi/http fcgi/model fcgi/store
fcgi/api               fcgi/http fcgi/model fcgi/report fcgi/rpc fcgi/store
fcgi/cli               fcgi/model fcgi/store
fcgi                   fcgi/api fcgi/http fcgi/pool fcgi/store

reporter/base
reporter/config        reporter/base
reporter/metrics       reporter/base
reporter/certificates  reporter/base reporter/config
reporter/services      reporter/base reporter/config
reporter/spool         reporter/base
reporter/uplink        reporter/base reporter/config
reporter/logs          reporter/base reporter/config reporter/spool reporter/uplink
reporter/report        reporter/base reporter/certificates reporter/config reporter/logs reporter/metrics reporter/services
                       reporter/uplink
reporter/commands      reporter/base reporter/report reporter/services reporter/uplink
reporter/ctl           reporter/base reporter/commands reporter/report
reporter               reporter/base reporter/certificates reporter/commands reporter/config reporter/ctl reporter/logs
                       reporter/metrics reporter/report reporter/services reporter/spool reporter/uplink
'
rooms=$(printf '%s\n' "$rooms" | sed -e :join -e '$!N; s/\n  */ /; tjoin' -e 'P; D')

# includes ROOM: the folders that the room's files include headers of, a line each: FILE FOLDER.
includes() {
  grep -oE '^#include "[^"]+/' "$1"/*.[ch] 2>/dev/null | sed 's/:#include "/ /; s|/$||' | sort -u
}
above=' common '
while read -r room allowed; do
  [ -n "$room" ] || continue
  for other in $allowed; do
    case $above in
    *" $other "*) ;;
    *) echo "the room $room names $other, which does not stand above it" && broken=1 ;;
    esac
  done
  above="$above$room "
  found=$(includes "$room" | while read -r file folder; do
    case " common $room $allowed " in
    *" $folder "*) ;;
    *) echo "  $file includes $folder" ;;
    esac
  done)
  [ -z "$found" ] || { echo "The room $room may not include:" && echo "$found" && broken=1; }
done <<END
$rooms
END
for folder in $(git ls-files -- 'fcgi/*.[ch]' 'feed/*.[ch]' 'relay/*.[ch]' 'reporter/*.[ch]' | sed 's|/[^/]*$||' | sort -u); do
  case $above in
  *" $folder "*) ;;
  *) echo "$folder is not among the rooms" && broken=1 ;;
  esac
done

# Files that hold more than one idea.
for file in $(git ls-files -- '*.c' '*.h' '*.js' '*.sh' '*.css'); do
  lines=$(wc -l <"$file")
  [ "$lines" -le 500 ] || { echo "$file has $lines lines; 500 is where a file is split"; broken=1; }
done

exit $broken
