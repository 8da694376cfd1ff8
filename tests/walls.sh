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

C='common fcgi relay reporter'
JS='static/js'

# Libraries.
# shellcheck disable=SC2086 # lists of folders
{
  wall 'FastCGI'            '#include <fcgi'                     'fcgi/http[a-z_]*\.[ch]'     $C
  wall 'libjwt'             '#include <jwt'                      'common/token\.c'            $C
  wall 'cJSON'              '#include <cjson|#include "cJSON'    'common/json[a-z_]*\.c'      $C
  wall 'Redis, synchronous' '#include <hiredis/(hiredis\.h|sds)' 'fcgi/store/[a-z_]*\.[ch]|relay/bus\.c|common/redis_tls\.c' $C
  wall 'Redis, with TLS'    '#include <(hiredis/hiredis_ssl|openssl/ssl)' 'common/redis_tls\.c' $C
  wall 'Redis, asynchronous' '#include <hiredis/(async|adapters)' 'relay/bus\.c'              $C
  wall 'libwebsockets'      '#include <libwebsockets'            'relay/ws(_http)?\.c'        $C
  wall 'libcurl'            '#include <curl'                     'reporter/http\.c'           $C
  wall 'sd-bus'             '#include <systemd/sd-bus'           'reporter/(bus|systemd_[a-z]+|driver_systemd)\.[ch]' $C
  wall 'the journal'        '#include <systemd/sd-journal'       'reporter/(source_journal|journal_[a-z]+)\.[ch]' $C

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

# Files that hold more than one idea.
for file in $(git ls-files -- '*.c' '*.h' '*.js' '*.sh' '*.css'); do
  lines=$(wc -l <"$file")
  [ "$lines" -le 500 ] || { echo "$file has $lines lines; 500 is where a file is split"; broken=1; }
done

exit $broken
