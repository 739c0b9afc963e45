#!/bin/sh
# Compiles app.scss to dist/app.css with the packages of package-lock.json, and puts the script and the logo beside it as
# they are. Packages and output are not in the repository.
# A second run works without a network: npm is asked only when the lock file has changed since the last time.
set -eu
cd "$(dirname "$0")"

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "node and npm are missing: install node 20 or later (on Debian: apt-get install nodejs npm)" >&2
  exit 1
fi

if [ ! -e node_modules/.installed ] || [ package-lock.json -nt node_modules/.installed ]; then
  npm ci --omit=optional --no-audit --no-fund --loglevel=error
  touch node_modules/.installed
fi

mkdir -p dist
node node_modules/sass/sass.js --no-source-map --style=compressed --load-path=node_modules \
  --quiet-deps app.scss dist/app.css.new
cp logo.svg app.js dist/
# Last, because its time is what says that the folder is whole.
mv dist/app.css.new dist/app.css
touch dist/app.css
