#!/bin/sh
# vendor-assets.sh TARGET: fetches the page's libraries with npm, as package-lock.json pins them, and copies what is
# served to TARGET/PACKAGE-VERSION/, each file beside a .gz of it. The version is in the path, so that browsers may
# keep the files for ever (nginx/http/caching.conf). The icons that static/icons.txt names become TARGET/icons.svg.
set -eu

target=$(realpath -m "${1:?usage: vendor-assets.sh TARGET}")
cd "$(dirname "$0")/.."

version_of() { sed -n "s/^  *\"version\": \"\(.*\)\",/\1/p" "$1/package.json" 2>/dev/null; }
pinned() { sed -n "\|^    \"node_modules/$1\": {|,/}/s/^ *\"version\": \"\(.*\)\",/\1/p" package-lock.json; }

# What is installed already (by the tests, say) is not fetched again.
for package in bootstrap bootstrap-icons chart.js; do
  [ "$(version_of "node_modules/$package")" = "$(pinned $package)" ] && continue
  npm ci --omit=dev
  break
done

# copy PACKAGE FOLDER FILE ...: FOLDER/FILE of the package.
copy() {
  package=$1 folder=node_modules/$1/$2
  version=$(version_of "node_modules/$package")
  shift 2
  for file; do
    to=$target.new/$package-$version/$file
    mkdir -p "$(dirname "$to")"
    cp "$folder/$file" "$to"
    # Source maps are not served: a browser's console must not ask for them in vain.
    case $file in *.js | *.css) sed -i '/sourceMappingURL=/d' "$to" ;; esac
    gzip -9 -n -k "$to"
  done
}

rm -rf "$target.new"
copy bootstrap dist css/bootstrap.min.css
copy chart.js dist chart.umd.min.js

# One file with a <symbol> for each icon, used as <use href="/static/vendor/icons.svg#NAME">.
{
  echo '<svg xmlns="http://www.w3.org/2000/svg">'
  echo "<!-- Bootstrap Icons $(version_of node_modules/bootstrap-icons), MIT licence -->"
  sed 's/#.*//' static/icons.txt | tr -s ' ' '\n' | grep . | sort -u | while read -r name; do
    echo "<symbol id=\"$name\" viewBox=\"0 0 16 16\" fill=\"currentColor\">"
    sed '/^<svg /d; /^<\/svg>/d' "node_modules/bootstrap-icons/icons/$name.svg"
    echo '</symbol>'
  done
  echo '</svg>'
} >"$target.new/icons.svg"
gzip -9 -n -k "$target.new/icons.svg"
rm -rf "$target"
mv "$target.new" "$target"
