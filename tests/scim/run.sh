#!/usr/bin/env bash
# Checks the SCIM service with two conformance testers that others wrote (scim2-tester and scim-sanity, of PyPI), against an
# instance of its own on loopback. Needs python3 with venv, and the network the first time. Status 77: something of that is missing, and said.
#
#   LANYARD_BIN=target/debug/lanyard tests/scim/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=$(cd ../.. && pwd)
binary=$(cd "$root" && realpath "${LANYARD_BIN:?name the program to be checked}")

missing() { echo "$*" >&2; exit 77; }
command -v python3 >/dev/null || missing "python3 is missing (on Debian: sudo apt-get install python3 python3-venv)"
venv=${CARGO_TARGET_DIR:-$root/target}/scim-venv
if [ ! -e "$venv/.installed" ] || [ requirements.txt -nt "$venv/.installed" ]; then
  python3 -m venv "$venv" 2>/dev/null || missing "python3 has no venv (on Debian: sudo apt-get install python3-venv)"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt >&2 ||
    missing "the testers cannot be installed: PyPI does not answer"
  touch "$venv/.installed"
fi

work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap stop EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/lanyard.toml" <<SETTINGS
organisation = "Conformance"
address = "http://127.0.0.1:$port"
listen = "127.0.0.1:$port"
policy = "$root/policy"
SETTINGS
"$binary" --config "$work/lanyard.toml" serve >"$work/log" 2>&1 &
server=$!
ready() { python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/readyz')" 2>/dev/null; }
for _ in $(seq 120); do
  if ready; then break; fi
  if ! kill -0 "$server" 2>/dev/null; then break; fi
  sleep 0.5
done
ready || { echo "the service did not start; it said:" >&2; cat "$work/log" >&2; exit 1; }

SCIM_TOKEN=$("$binary" --config "$work/lanyard.toml" token make --name conformance --force norfolk)
export SCIM_TOKEN
status=0
"$venv/bin/python" conformance.py "http://127.0.0.1:$port/scim/v2" || status=1
echo "scim-sanity:"
"$venv/bin/python" sanity.py "http://127.0.0.1:$port/scim/v2" || status=1
exit "$status"
