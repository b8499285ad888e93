#!/usr/bin/env bash
# Measures decoding, loading, copying, plans in place and a rollout's decisions with private servers,
# and prints a table in Markdown.
#
#   BENCH_SIZE=full   the large sizes: an hour, 25 GB of disk (default: small, some ten minutes)
#   BENCH_ARGS='…'    more options of sunset-bench: --only loading, --rounds 5
set -eu

cd "$(dirname "$0")/.."
export SUNSET_LOCAL_DIR=${SUNSET_LOCAL_DIR:-$PWD/.local/bench}
export LOCAL_S3_BIN=$PWD/target/release/local-s3

cargo build --release -p sunset-bench -p data-migrate -p final-check -p schema-push \
    -p audio-migrate -p local-s3
# A server in the state of its making. Generated projects beside it are kept for the next time.
stop() { scripts/local.sh down; }
trap stop EXIT
scripts/local.sh up

setting() { sed -n "s/^$1=//p" "$SUNSET_LOCAL_DIR/env"; }
database=$(setting DATABASE_URL)
psql=$(cat "$SUNSET_LOCAL_DIR/postgres.bin")/psql
[ -x "$psql" ] || psql=psql
mkdir -p "$SUNSET_LOCAL_DIR/work"

# What is not to be had here is said, and its comparison skipped.
others=()
objects() { SUNSET_LOCAL_DIR=$PWD/.local/objects scripts/object-servers.sh "$@"; }
if gcs=$(objects program gcs); then others+=(--gcs-server "$gcs"); fi
if rclone=$(objects program rclone); then others+=(--rclone "$rclone"); fi

# shellcheck disable=SC2086  # several words on purpose
target/release/sunset-bench run --size "${BENCH_SIZE:-small}" --server "${database%/*}" \
    --psql "$psql" --bin-dir "$PWD/target/release" --work-dir "$SUNSET_LOCAL_DIR/work" \
    ${others[@]+"${others[@]}"} \
    ${BENCH_ARGS:-}

# What a flag costs is measured by a benchmark of its own.
if [ -z "${BENCH_ARGS:-}" ]; then cargo bench -p sunset-rollout; fi
