#!/usr/bin/env bash
# Every test, with the servers they need started and stopped here.
set -eu

cd "$(dirname "$0")/.."
export SUNSET_LOCAL_DIR=$PWD/.local/test SUNSET_LOCAL_FSYNC=off
export SUNSET_TEST_BIN_DIR=$PWD/target/debug LOCAL_S3_BIN=$PWD/target/debug/local-s3

# What the developer's own configuration names is never touched by a test.
for name in $(env | sed -n 's/^\(\(CLOUDFLARE\|FIREBASE\|V2\)_[A-Z0-9_]*\)=.*/\1/p') DATABASE_URL MIGRATION_USER_ID; do
    unset "$name"
done

# Hundreds of databases are made and dropped. Where memory is plenty their files lie there: some file
# systems take most of the processor's time for them (ext4 uses no number of a file again for minutes,
# and goes through all of them for every new one).
free_gib() { df -Pk "$1" | awk 'NR == 2 { print int($4 / 1048576) }'; }
memory_gib() { awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo; }
if [ -z "${SUNSET_LOCAL_DATA:-}" ] && [ -w /dev/shm ] && [ "$(stat -f -c %T /dev/shm)" = tmpfs ] &&
    [ "$(free_gib /dev/shm)" -ge 8 ] && [ "$(memory_gib)" -ge 12 ]; then
    export SUNSET_LOCAL_DATA=/dev/shm
fi

# Built as the tests are: other packages together would be other features, and everything twice.
cargo build --workspace --all-targets
scripts/local.sh reset
newer() { SUNSET_LOCAL_DIR=$PWD/.local/test-newer "$@"; }
# Kept from one time to the next: they are large.
objects() { SUNSET_LOCAL_DIR=$PWD/.local/objects scripts/object-servers.sh "$@"; }
trap 'objects stop; scripts/local.sh reset; newer scripts/local.sh reset' EXIT
scripts/local.sh up

# A test looks at its database with psql, which may be the private server's own.
PATH=$PATH:$(cat "$SUNSET_LOCAL_DIR/postgres.bin")
export PATH

# Some tests start servers of their own, and a PgBouncer where there is one.
SUNSET_POSTGRES_BIN=$(cat "$SUNSET_LOCAL_DIR/postgres.bin")
export SUNSET_POSTGRES_BIN
if pgbouncer=$(scripts/pgbouncer.sh); then
    export SUNSET_TEST_PGBOUNCER=$pgbouncer
fi

if drizzle=$(scripts/drizzle.sh); then
    export SUNSET_TEST_DRIZZLE=$drizzle
fi

# Servers that tests start: what is not to be had here is said, and skipped.
for server in nginx redis; do
    if folder=$(scripts/servers.sh "$server"); then PATH=$PATH:$folder; fi
done

# The object servers that one suite is run against, beside local-s3.
for server in gcs seaweedfs r2-simulator; do
    if settings=$(objects start "$server"); then eval "$settings"; fi
done

# Pages are looked at in a browser, and judged, where both can be had.
if chromium=$(scripts/browser.sh) && axe=$(scripts/axe.sh); then
    export SUNSET_TEST_CHROMIUM=$chromium SUNSET_TEST_AXE=$axe
fi

# What kustomize makes of the manifests is looked at, where a kubectl can be had.
if kubectl=$(scripts/kubectl.sh); then
    export SUNSET_TEST_KUBECTL=$kubectl
fi

# What is told on /metrics is judged by Prometheus' own parser, where it can be had.
if python=$(scripts/prometheus.sh); then
    export SUNSET_TEST_PROMETHEUS=$python
fi

setting() { sed -n "s/^$1=//p" "$SUNSET_LOCAL_DIR/env"; }
database=$(setting DATABASE_URL)
export SUNSET_TEST_DATABASE_URL=${database%/*}/postgres
SUNSET_TEST_S3_ENDPOINT=$(setting CLOUDFLARE_R2_ENDPOINT)
SUNSET_TEST_S3_ACCESS_KEY=$(setting CLOUDFLARE_R2_ACCESS_KEY)
SUNSET_TEST_S3_SECRET_KEY=$(setting CLOUDFLARE_R2_SECRET_KEY)
SUNSET_TEST_S3_PUBLIC=$SUNSET_TEST_S3_ENDPOINT/public
export SUNSET_TEST_S3_ENDPOINT SUNSET_TEST_S3_ACCESS_KEY SUNSET_TEST_S3_SECRET_KEY SUNSET_TEST_S3_PUBLIC

# What speaks with the database is tried again on a newer one.
if bin=$(newer scripts/newer-postgres.sh "$SUNSET_POSTGRES_BIN"); then
    SUNSET_POSTGRES_BIN=$bin newer scripts/local.sh up
    database=$(newer scripts/local.sh env | sed -n 's/^DATABASE_URL=//p')
    export SUNSET_TEST_NEWER_DATABASE_URL=${database%/*}/postgres
fi

cargo test --workspace "$@"
