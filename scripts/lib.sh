# What ./run and ./test share; sourced, not run. Installs only where it may: as root on a system with apt-get.
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

apt_ready=
# install PACKAGE...: true if apt installed them.
install() {
  [ "$(id -u)" = 0 ] && have apt-get || return 1
  if [ -z "$apt_ready" ]; then
    apt-get update -qq >/dev/null 2>&1 || say "apt-get update failed; trying with the lists that are there"
    apt_ready=1
  fi
  say "installing $*"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

# need COMMAND PURPOSE PACKAGE...: the command is there, or was installed; otherwise says what to do and fails.
need() {
  local command=$1 purpose=$2
  shift 2
  if have "$command"; then return 0; fi
  if [ $# -gt 0 ] && install "$@" && have "$command"; then return 0; fi
  say "$command is missing; it is needed $purpose."
  if [ $# -gt 0 ]; then say "  On Debian or Ubuntu: sudo apt-get install $*"; fi
  return 1
}

# What building takes. Reports everything that is missing, not only the first.
need_build_tools() {
  local missing=0
  if ! have cargo && [ -x "$HOME/.cargo/bin/cargo" ]; then PATH="$HOME/.cargo/bin:$PATH"; fi
  if ! have cargo; then
    say "cargo is missing; it builds Lanyard. Install Rust as https://rustup.rs describes, then run this again."
    missing=1
  fi
  need cc "to build SQLite and the cryptography" build-essential || missing=1
  need node "to build the look of the pages" nodejs || missing=1
  need npm "to fetch what the look is built from" npm || missing=1
  return "$missing"
}
