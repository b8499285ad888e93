#!/usr/bin/env bash
# Builds the programs as they are released: the same source gives the same bytes, wherever it lies.
#
#   scripts/release-build.sh [PROGRAM…]   into target/package/release
#
# CARGO_TARGET_DIR names another folder than target/package. It is one of its own because paths are
# cut off by compiler flags, and flags that differ from those of `make build` would make each of
# the two builds begin from nothing whenever the other was made.
set -eu
cd "$(dirname "$0")/.."

programs=("$@")
if [ ${#programs[@]} -eq 0 ]; then
    for folder in bin/*/; do
        program=$(basename "$folder")
        # The server for trying and testing is of use in a checkout alone.
        case $program in local-*) continue ;; esac; programs+=("$program")
    done
fi

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target/package}
case $CARGO_TARGET_DIR in /*) ;; *) CARGO_TARGET_DIR=$PWD/$CARGO_TARGET_DIR ;; esac
home=${CARGO_HOME:-$HOME/.cargo}
# Of several that fit, the last one counts. What build scripts write lies in the target folder.
RUSTFLAGS="--remap-path-prefix=$PWD=/sunset --remap-path-prefix=$home=/cargo"
RUSTFLAGS="$RUSTFLAGS --remap-path-prefix=$CARGO_TARGET_DIR=/target"
export RUSTFLAGS
# Nothing of this machine: C code is compiled without its paths, too.
CFLAGS="-ffile-prefix-map=$PWD=/sunset -ffile-prefix-map=$home=/cargo"
CFLAGS="$CFLAGS -ffile-prefix-map=$CARGO_TARGET_DIR=/target"
export CFLAGS
# The commit's time, for what writes times.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH

packages=()
for program in "${programs[@]}"; do packages+=(-p "$program"); done
cargo build --locked --release "${packages[@]}"
