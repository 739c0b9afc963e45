#!/usr/bin/env bash
# Tries the certificates by SCEP with clients that others wrote: strongSwan's pki and micromdm's scepclient, both of Debian.
# An enrolled device's own messages are signed by OpenSSL, by way of SHA-1 too, as Apple's published client does.
# Status 77: something of that is missing, and said.
#
#   LANYARD_BIN=target/debug/lanyard tests/scep/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=$(cd ../.. && pwd)
# shellcheck source=../../scripts/lib.sh
. "$root/scripts/lib.sh"
binary=$(cd "$root" && realpath "${LANYARD_BIN:?name the program to be checked}")

missing() { say "$*"; exit 77; }
for tool in python3 openssl curl; do have "$tool" || missing "$tool is missing (on Debian: sudo apt-get install $tool)"; done
# It fetches by a plugin of its own, which Debian keeps elsewhere.
strongswan() { have pki && pki --help 2>&1 | grep -q -- --scep && pki --help 2>&1 | grep -q 'loaded plugins:.* curl'; }
strongswan || install strongswan-pki libstrongswan-extra-plugins || true
have scepclient || install scep || true
strongswan || have scepclient ||
  missing "neither strongSwan's pki nor scepclient is here (on Debian: sudo apt-get install strongswan-pki libstrongswan-extra-plugins scep)"

work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; fi
  server=
}
finish() { stop || true; rm -rf "$work"; }
trap finish EXIT

passed=0 failed=0 skipped=0
pass() { passed=$((passed + 1)); echo "ok: $1"; }
fail() { failed=$((failed + 1)); echo "FAILED: $1"; }
# is WHAT COMMAND...: the command must succeed.
is() { local what=$1; shift; if "$@" >"$work/said" 2>&1; then pass "$what"; else fail "$what"; tail -n 5 "$work/said"; fi; }
# refused WHAT WORD COMMAND...: it must fail, and say that word.
refused() {
  local what=$1 word=$2
  shift 2
  if "$@" >"$work/said" 2>&1; then fail "$what"; elif grep -q -- "$word" "$work/said"; then pass "$what"; else
    fail "$what: it does not say \"$word\""
    tail -n 5 "$work/said"
  fi
}
# logged WHAT WORDS: the service's log must say so since the last call.
logged() { if grep -q -- "$2" "$work/log"; then pass "$1"; else fail "$1: the log does not say \"$2\""; fi; : >"$work/log"; }

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
address=http://127.0.0.1:$port
lanyard() { "$binary" --config "$work/lanyard.toml" "$@"; }
# start SETTINGS: serves with further lines of settings.
start() {
  cat >"$work/lanyard.toml" <<SETTINGS
organisation = "Interoperability"
address = "$address"
listen = "127.0.0.1:$port"
policy = "$root/policy"
$1
SETTINGS
  "$binary" --config "$work/lanyard.toml" serve >>"$work/log" 2>&1 &
  server=$!
  for _ in $(seq 240); do
    if curl -sf "$address/readyz" >/dev/null; then return; fi
    if ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.5
  done
  say "the service did not start; it said:"; cat "$work/log" >&2; exit 1
}

# profile SERIAL: makes an enrolment profile; sets challenge, name and fingerprint.
profile() {
  lanyard enrol apple --serial "$1" --unsigned --out "$work/$1.$RANDOM.plist" >/dev/null
  local file
  file=$(ls -t "$work/$1".*.plist | head -n 1)
  read -r challenge name fingerprint < <(python3 - "$file" <<'PYTHON'
import plistlib, sys
profile = plistlib.load(open(sys.argv[1], "rb"))
scep = next(p for p in profile["PayloadContent"] if p["PayloadType"] == "com.apple.security.scep")["PayloadContent"]
name = next(pair[0][1] for pair in scep["Subject"] if pair[0][0] == "CN")
print(scep["Challenge"], name, scep["CAFingerprint"].hex())
PYTHON
  )
}
device() {
  lanyard asset add --serial "$1" --kind iphone --holder 100 >/dev/null
  profile "$1"
}

# The certificate is of the device, from the authority, for that key.
good() {
  openssl verify -CAfile "$work/ca.pem" "$1" &&
    openssl x509 -in "$1" -noout -subject -nameopt multiline | grep -q "$name" &&
    cmp <(openssl x509 -in "$1" -noout -pubkey) <(openssl pkey -in "$2" -pubout)
}

# put FILE CONTENT-TYPE DIGEST KEY CERTIFICATE: a device's message, signed apart from it; prints the status.
put() {
  local signature
  signature=$(openssl cms -sign -binary -md "$3" -signer "$5" -inkey "$4" -in "$1" -outform DER | base64 -w 0)
  curl -s -o /dev/null -w '%{http_code}' -X PUT --data-binary "@$1" -H "Content-Type: $2" -H "Mdm-Signature: $signature" "$address/apple/mdm"
}
plist() {
  python3 -c 'import plistlib, sys; print(plistlib.dumps(dict(a.split("=", 1) if "=" in a else (a, b"token") for a in sys.argv[1:])).decode())' "$@"
}
# manage SERIAL KEY CERTIFICATE: brings the device under management.
manage() {
  local topic=Topic=com.apple.mgmt.External.lanyard-without-push checkin=application/x-apple-aspen-mdm-checkin
  plist MessageType=Authenticate "UDID=U-$1" "$topic" "SerialNumber=$1" >"$work/authenticate"
  plist MessageType=TokenUpdate "UDID=U-$1" "$topic" PushMagic=magic Token >"$work/token"
  [ "$(put "$work/authenticate" $checkin sha256 "$2" "$3")" = 200 ] && [ "$(put "$work/token" $checkin sha256 "$2" "$3")" = 200 ]
}
idle() { plist Status=Idle "UDID=U-$1" >"$work/idle"; put "$work/idle" application/x-apple-aspen-mdm "$2" "$3" "$4"; }
key() { openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:$2" -out "$work/$1" 2>/dev/null; }

start ''
lanyard person add --force norfolk --number 100 --name "Alex Reed" >/dev/null
lanyard terms accept --person 100 >/dev/null
device SCEP0001
curl -sf "$address/scep?operation=GetCACert" | openssl x509 -inform DER -out "$work/ca.pem"
of_authority() { openssl x509 -in "$work/ca.pem" -noout -fingerprint -sha1 | tr -d : | grep -qi "$fingerprint"; }
is "the profile's fingerprint is SHA-1 of what GetCACert gives" of_authority

if strongswan; then
  # swan KEY CERTIFICATE CHALLENGE [more]: asks by strongSwan's client.
  swan() {
    local out=$2 word=$3 more=("${@:4}")
    pki --scep --url "$address/scep" --in "$work/$1" --dn "O=Interoperability, CN=$name" ${word:+--password "$word"} \
      --cacert-enc "$work/ca.pem" --cacert-sig "$work/ca.pem" --outform pem "${more[@]}" >"$work/$out"
  }
  is "strongSwan: GetCACert" pki --scepca --url "$address/scep" --caout "$work/swan-ca" --outform pem --force
  key swan1 2048; key swan2 2048; key short 1024
  refused "strongSwan: RSA of 1024 bits is refused" badAlg swan short none "$challenge"
  logged "... and the log says why" "the key is too short: RSA of 1024 bits"
  refused "strongSwan: triple DES is refused where no setting allows it" badAlg swan swan1 none "$challenge" --cipher des3
  refused "strongSwan: RSASSA-PSS is refused" badAlg swan swan1 none "$challenge" --rsa-padding pss
  refused "strongSwan: SHA-1 is refused where no setting allows it" badAlg swan swan1 none "$challenge" --digest sha1
  logged "... and the log says why" "SHA-1, which the settings do not allow"
  is "strongSwan: none of these spent the challenge" swan swan1 swan1.pem "$challenge"
  is "... and the certificate is the device's" good "$work/swan1.pem" "$work/swan1"
  is "strongSwan: asked again, the answer is given again" swan swan1 again.pem "$challenge"
  is "... the same certificate" cmp "$work/swan1.pem" "$work/again.pem"
  refused "strongSwan: another key gets nothing for a spent challenge" badRequest swan swan2 none "$challenge"
  refused "strongSwan: a challenge that was made up gets nothing" badRequest swan swan2 none made-up
  is "the device comes under management" manage SCEP0001 "$work/swan1" "$work/swan1.pem"
  is "strongSwan: renewal with the device's certificate" \
    swan swan2 swan2.pem "" --digest sha512 --cert "$work/swan1.pem" --key "$work/swan1"
  is "... and the new certificate is the device's" good "$work/swan2.pem" "$work/swan2"
  answered() { [ "$(idle "$@")" = "$want" ]; }
  want=200 is "a message signed by way of SHA-1 is taken" answered SCEP0001 sha1 "$work/swan1" "$work/swan1.pem"
  want=200 is "the new certificate takes over" answered SCEP0001 sha256 "$work/swan2" "$work/swan2.pem"
  want=403 is "the old one has ended" answered SCEP0001 sha256 "$work/swan1" "$work/swan1.pem"
else
  skipped=$((skipped + 19))
  say "skipped: strongSwan's pki with --scep and its curl plugin are not here"
fi

# micro: asks by micromdm's client, which leaves its files where it runs. The one that Debian has signs by way of SHA-1 and
# encrypts with single DES, whatever the service says that it takes: no setting lets it in, and it must hear why.
micro() (
  mkdir -p "$work/micro" && cd "$work/micro" &&
    scepclient -server-url "$address/scep" -private-key "$work/micro.key" -certificate "$work/micro.pem" -cn "$name" \
      -challenge "$challenge"
)
if have scepclient; then
  device SCEP0002
  : >"$work/log"
  refused "scepclient: SHA-1 is refused where no setting allows it" badAlg micro
  logged "... and the log says why" "SHA-1, which the settings do not allow"
else
  skipped=$((skipped + 2))
  say "skipped: scepclient is not here"
fi

stop || true
start '
[scep]
allow_sha1 = true
allow_3des = true
[apple]
accept_sha1_messages = false'
if strongswan; then
  device SCEP0003
  key swan3 2048
  is "strongSwan: triple DES and SHA-1 where the settings allow them" \
    swan swan3 swan3.pem "$challenge" --cipher des3 --digest sha1
  is "... and the certificate is the device's" good "$work/swan3.pem" "$work/swan3"
  is "the device comes under management" manage SCEP0003 "$work/swan3" "$work/swan3.pem"
  want=400 is "a message signed by way of SHA-1 is refused where the settings say so" \
    answered SCEP0003 sha1 "$work/swan3" "$work/swan3.pem"
  want=200 is "and one by way of SHA-256 is taken" answered SCEP0003 sha256 "$work/swan3" "$work/swan3.pem"
else
  skipped=$((skipped + 5))
fi
if have scepclient; then
  profile SCEP0002
  : >"$work/log"
  refused "scepclient: single DES is refused whatever the settings" badAlg micro
  logged "... and the log says why" "an algorithm that is not supported"
else
  skipped=$((skipped + 2))
fi

printf '# pass %s\n# fail %s\n# skipped %s\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
