#!/usr/bin/env bash
# Prints the path of cargo-deb of the pinned version: one that is installed, or else one that is
# compiled from the registry, once, into .local/tools (two minutes of processor). CARGO_DEB names
# another one.
set -eu
cd "$(dirname "$0")/.."

VERSION=3.8.0
TOOLS=$PWD/.local/tools/cargo-deb-$VERSION

right() { [ "$("$1" deb --version 2>/dev/null)" = "cargo-deb $VERSION" ]; }

for candidate in "${CARGO_DEB:-}" "$(command -v cargo-deb || true)" "$TOOLS/bin/cargo-deb"; do
    if [ -n "$candidate" ] && right "$candidate"; then
        echo "$candidate"
        exit 0
    fi
done
# Without its default features: packages are compressed by gzip, which Debian's oldest tools read.
env -u RUSTFLAGS -u CARGO_TARGET_DIR cargo install --quiet --locked --root "$TOOLS" \
    --no-default-features --features gzip "cargo-deb@$VERSION" >&2
echo "$TOOLS/bin/cargo-deb"
