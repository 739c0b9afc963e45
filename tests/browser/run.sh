#!/bin/sh
# Checks Lanyard's pages in a real browser: the sample pages always; if $LANYARD_BIN names the binary (as in:
# LANYARD_BIN=target/release/lanyard tests/browser/run.sh), a running demonstration too, signing in through a provider that
# others wrote, and what pages do with a script. $GALLERY_BIN names what writes the sample pages, where it is built already:
# building it alone builds half of everything once more. Needs node 20, npm and Debian's chromium.
set -eu
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)

chromium=${CHROMIUM:-/usr/bin/chromium}
if ! command -v node >/dev/null || [ ! -x "$chromium" ]; then
  echo "node or $chromium is missing: apt-get install nodejs npm chromium" >&2
  exit 1
fi
if [ ! -e node_modules/.installed ] || [ package-lock.json -nt node_modules/.installed ]; then
  npm ci --no-audit --no-fund --loglevel=error
  touch node_modules/.installed
fi

work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap stop EXIT INT TERM

if [ -n "${GALLERY_BIN:-}" ]; then
  "$(cd "$root" && realpath "$GALLERY_BIN")" "$work/gallery"
else
  (cd "$root" && cargo run --quiet --package web --example gallery -- "$work/gallery")
fi
LANYARD_GALLERY="$work/gallery" node --test pages.test.mjs

if [ -z "${LANYARD_BIN:-}" ]; then
  echo "LANYARD_BIN is not set: the running demonstration was not walked, and nobody signed in"
  exit 0
fi
binary=$(cd "$root" && realpath "$LANYARD_BIN")
LANYARD_BIN=$binary node --test provider.test.mjs sign-in.test.mjs
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
address="http://127.0.0.1:$port"
(cd "$root" && exec "$binary" demo --port "$port" --data "$work/data") >"$work/log" 2>&1 &
server=$!

# Waits for one thing, half a second at a time; fails with the demonstration's own words when it does not come.
wait_for() {
  what=$1 tries=$2
  shift 2
  until "$@"; do
    tries=$((tries - 1))
    if [ "$tries" -le 0 ] || ! kill -0 "$server" 2>/dev/null; then
      echo "$what did not come; the demonstration said:" >&2
      cat "$work/log" >&2
      exit 1
    fi
    sleep 0.5
  done
}
answers() {
  node -e "fetch('$address/sign-in').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"
}
wait_for "the first answer" 120 answers
wait_for "the first judged device" 240 node judged.mjs "$address"
LANYARD_URL="$address" node --test walk.test.mjs
