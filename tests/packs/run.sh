#!/usr/bin/env bash
# Makes packs with the program and checks them with what others would use: docs/verify/verify_pack.py (Python's standard library
# alone) and the OSCAL models of compliance-trestle (of PyPI). A second service is the witness of the first. Needs python3 with
# venv, and the network the first time. Status 77: something of that is missing, and said.
#
#   LANYARD_BIN=target/debug/lanyard tests/packs/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=$(cd ../.. && pwd)
binary=$(cd "$root" && realpath "${LANYARD_BIN:?name the program to be checked}")

missing() { echo "$*" >&2; exit 77; }
command -v python3 >/dev/null || missing "python3 is missing (on Debian: sudo apt-get install python3 python3-venv)"
venv=${CARGO_TARGET_DIR:-$root/target}/packs-venv
if [ ! -e "$venv/.installed" ] || [ requirements.txt -nt "$venv/.installed" ]; then
  python3 -m venv "$venv" 2>/dev/null || missing "python3 has no venv (on Debian: sudo apt-get install python3-venv)"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt >&2 ||
    missing "compliance-trestle cannot be installed: PyPI does not answer"
  touch "$venv/.installed"
fi

work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap stop EXIT

passed=0 failed=0
# good NAME COMMAND..., bad NAME COMMAND...: a command that has to succeed, or to fail.
good() { local name=$1; shift; if "$@" >"$work/said" 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "not ok: $name"; cat "$work/said"; fi; }
bad() { local name=$1; shift; if "$@" >"$work/said" 2>&1; then failed=$((failed + 1)); echo "not ok: $name was taken"; else passed=$((passed + 1)); fi; }

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
settings() {
  mkdir -p "$work/$1"
  cat >"$work/$1/lanyard.toml" <<SETTINGS
organisation = "$1"
address = "http://127.0.0.1:$port"
listen = "127.0.0.1:$port"
policy = "$root/policy"
ledger_name = "$1.test/ledger"
SETTINGS
}
settings first
settings neighbour
first() { "$binary" --config "$work/first/lanyard.toml" "$@"; }
neighbour() { "$binary" --config "$work/neighbour/lanyard.toml" "$@"; }

# Not by the function: what is stopped at the end has to be the program itself.
"$binary" --config "$work/first/lanyard.toml" serve >"$work/log" 2>&1 &
server=$!
ready() { python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/readyz')" 2>/dev/null; }
for _ in $(seq 120); do
  if ready; then break; fi
  if ! kill -0 "$server" 2>/dev/null; then break; fi
  sleep 0.5
done
ready || { echo "the service did not start; it said:" >&2; cat "$work/log" >&2; exit 1; }
force=$(sed -nE 's/^word = "(.*)"/\1/p' "$root/policy/forces.toml" | head -1)
for number in 7001 7002 7003 7004; do
  first person add --force "$force" --number "$number" --name "Person $number" --role officer >/dev/null
done
# The service judges documents and people by itself, which takes a moment: packs are asked for until there is something to pack.
packed() {
  local file=$work/$1
  for _ in $(seq 60); do
    if first pack "${@:2}" --out "$file" 2>"$work/said"; then return 0; fi
    rm -f "$file"
    sleep 0.5
  done
  echo "no pack could be made:" >&2
  cat "$work/said" >&2
  return 1
}
year=$(date +%Y)
key=$work/first/data/ledger.pub
good "a document" packed document.zip --document mobile-device-use
good "a sample" packed sample.zip --sample 2 --of joiners --year "$year" --seed 4711
good "the same sample again" first pack --sample 2 --of joiners --year "$year" --seed 4711 --out "$work/again.zip"

second() { python3 "$root/docs/verify/verify_pack.py" "$@"; }
for pack in document sample again; do
  good "$pack, by the program" "$binary" verify "$work/$pack.zip" --key "$key"
  good "$pack, in Python" second "$work/$pack.zip" --key "$key"
  good "$pack, as OSCAL" "$venv/bin/python" oscal.py "$work/$pack.zip"
done
same_subjects() { python3 - "$work/sample.zip" "$work/again.zip" <<'PYTHON'
import json, sys, zipfile
one, two = (json.loads(zipfile.ZipFile(path).read("findings.json")) for path in sys.argv[1:])
assert one["subjects"] == two["subjects"] and len(one["subjects"]) == 2, (one["subjects"], two["subjects"])
PYTHON
}
good "the seed draws the same" same_subjects

# Each file changed, and each left out: the check in Python says no, and yes to a copy with nothing changed. The program refuses any copy that
# another tool wrote; its own cases are in gateway/tests/service/packs.rs.
python3 tamper.py "$work/document.zip" "$work/bent"
good "a copy with nothing changed, in Python" second "$work/bent/same/copy.zip" --key "$key"
for bent in "$work"/bent/*.zip; do
  bad "$(basename "$bent"), in Python" second "$bent" --key "$key"
done

# The neighbour is the witness: it needs a database, which it makes by being asked.
neighbour migrate >/dev/null
witness() { first ledger ask-witness --from "$1" | neighbour ledger witness --ledger "$key" "${@:2}" 2>"$work/witness" >"$work/cosigned"; }
good "a first checkpoint is cosigned" witness 0 --first
size=$(sed -n 2p "$work/cosigned")
witness_key=$(sed -nE 's/^this witness.s public key: //p' "$work/witness")
good "the cosignature is kept" first ledger cosigned "$work/cosigned" --witness "$witness_key"
good "the ledger is whole, cosignatures and findings too" first ledger verify --witness "$witness_key"
bad "a step back" witness 0
good "a pack under the cosigned checkpoint" first pack --document mobile-device-use --out "$work/cosigned.zip"
good "the next checkpoint is cosigned" witness "$size"
good "and kept" first ledger cosigned "$work/cosigned" --witness "$witness_key"
good "a pack under that" first pack --document mobile-device-use --out "$work/witnessed.zip"
good "its witness, by the program" "$binary" verify "$work/witnessed.zip" --key "$key" --witness "$witness_key"
good "its witness, in Python" second "$work/witnessed.zip" --key "$key" --witness "$witness_key"
bad "a pack from before, by the program" "$binary" verify "$work/document.zip" --key "$key" --witness "$witness_key"
bad "a pack from before, in Python" second "$work/document.zip" --key "$key" --witness "$witness_key"

echo "# pass $passed"
echo "# fail $failed"
[ "$failed" -eq 0 ]
