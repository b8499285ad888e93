#!/usr/bin/env bash
# Private servers for trying and testing: a PostgreSQL and an S3 server below .local/.
#
#   scripts/local.sh up       start what is not running; writes .local/env
#   scripts/local.sh down     stop both
#   scripts/local.sh status   what runs
#   scripts/local.sh env      print the settings of the running servers
#   scripts/local.sh reset    stop and remove everything below .local/
#
# SUNSET_LOCAL_DIR names another folder than .local, SUNSET_LOCAL_DATA one for PostgreSQL's data,
# LOCAL_S3_BIN the program local-s3.
set -eu

cd "$(dirname "$0")/.."
REPO=$PWD
LOCAL=${SUNSET_LOCAL_DIR:-$REPO/.local}
case $LOCAL in /*) ;; *) LOCAL=$REPO/$LOCAL ;; esac
BUCKET=sunset-audio

say() { printf '%s\n' "$*" >&2; }

# shellcheck source=scripts/ports.sh
. scripts/ports.sh
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh

wait_gone() {
    local waited=0
    while kill -0 "$1" 2>/dev/null && [ "$waited" -lt 100 ]; do
        waited=$((waited + 1))
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null || true
}

random_text() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

s3_answers() {
    local address
    [ -f "$LOCAL/s3.address" ] || return 1
    address=$(cat "$LOCAL/s3.address")
    (exec 3<>"/dev/tcp/127.0.0.1/${address##*:}") 2>/dev/null
}

start_s3() {
    local waited=0
    s3_answers && return 0
    if [ ! -x "${LOCAL_S3_BIN:-}" ]; then
        say "The program local-s3 is not there: run 'cargo build -p local-s3' and set LOCAL_S3_BIN."
        return 1
    fi
    if [ ! -f "$LOCAL/s3.keys" ]; then
        (umask 077 && printf '%s\n%s\n' "local$(random_text 8)" "$(random_text 20)" >"$LOCAL/s3.keys")
    fi
    # The same port as before where it is free: recordings' URLs name it.
    if [ ! -f "$LOCAL/s3.port" ] || (exec 3<>"/dev/tcp/127.0.0.1/$(cat "$LOCAL/s3.port")") 2>/dev/null; then
        free_port >"$LOCAL/s3.port"
    fi
    rm -f "$LOCAL/s3.address"
    LOCAL_S3_ACCESS_KEY=$(sed -n 1p "$LOCAL/s3.keys") LOCAL_S3_SECRET_KEY=$(sed -n 2p "$LOCAL/s3.keys") \
        setsid "$LOCAL_S3_BIN" --root "$LOCAL/s3" --port "$(cat "$LOCAL/s3.port")" \
        --bucket "$BUCKET" --ready-file "$LOCAL/s3.address" \
        >>"$LOCAL/log/s3.log" 2>&1 </dev/null &
    echo $! >"$LOCAL/s3.pid"
    disown
    until s3_answers; do
        waited=$((waited + 1))
        if [ "$waited" -gt 300 ]; then
            say "The local S3 server did not start: see $LOCAL/log/s3.log"
            return 1
        fi
        sleep 0.1
    done
}

stop_s3() {
    local pid
    [ -f "$LOCAL/s3.pid" ] || return 0
    pid=$(cat "$LOCAL/s3.pid")
    if ps -p "$pid" -o command= 2>/dev/null | grep -q local-s3; then
        kill -TERM "$pid" 2>/dev/null || true
        wait_gone "$pid"
    fi
    rm -f "$LOCAL/s3.pid" "$LOCAL/s3.address"
}

write_env() {
    local port address
    port=$(cat "$LOCAL/postgres.port")
    address=$(cat "$LOCAL/s3.address")
    (
        umask 077
        cat >"$LOCAL/env.tmp" <<EOF
DATABASE_URL=postgresql://postgres@127.0.0.1:$port/sunset_sample
V2_FIRESTORE=file://$REPO/samples/sales-ai/firestore
V2_AUDIO=file://$REPO/samples/sales-ai/gcs
FIREBASE_STORAGE_BUCKET=sales-ai-audio-bucket
CLOUDFLARE_R2_ENDPOINT=$address
CLOUDFLARE_R2_ACCESS_KEY=$(sed -n 1p "$LOCAL/s3.keys")
CLOUDFLARE_R2_SECRET_KEY=$(sed -n 2p "$LOCAL/s3.keys")
CLOUDFLARE_R2_BUCKET=$BUCKET
CLOUDFLARE_R2_PUBLIC_URL=$address/public/$BUCKET
EOF
    )
    mv "$LOCAL/env.tmp" "$LOCAL/env"
}

# One statement to the private server, through its own single-purpose client or psql.
make_database() {
    local port psql
    port=$(cat "$LOCAL/postgres.port")
    psql=$PGBIN/psql
    [ -x "$psql" ] || psql=$(command -v psql || true)
    if [ -z "$psql" ]; then
        say "This PostgreSQL has no psql; install the package postgresql-client."
        return 1
    fi
    if ! "$psql" -h 127.0.0.1 -p "$port" -U postgres -Atqc 'SELECT 1' sunset_sample >/dev/null 2>&1; then
        "$psql" -h 127.0.0.1 -p "$port" -U postgres -qc 'CREATE DATABASE sunset_sample' postgres
    fi
}

case ${1:-} in
    up)
        mkdir -p "$LOCAL/log"
        find_postgres
        echo "$PGBIN" >"$LOCAL/postgres.bin"
        start_postgres
        make_database
        start_s3
        write_env
        ;;
    down)
        stop_s3
        if [ -d "$LOCAL" ]; then stop_postgres; fi
        ;;
    status)
        PGBIN=
        if [ -f "$LOCAL/postgres.port" ] && postgres_answers "$(cat "$LOCAL/postgres.port")"; then
            echo "PostgreSQL runs on port $(cat "$LOCAL/postgres.port")"
        else
            echo "PostgreSQL does not run"
        fi
        if s3_answers; then echo "S3 runs at $(cat "$LOCAL/s3.address")"; else echo "S3 does not run"; fi
        ;;
    env) cat "$LOCAL/env" ;;
    reset)
        "$0" down
        if [ -d "$LOCAL" ]; then rm -rf "$(data_dir)"; fi
        rm -rf "$LOCAL"
        ;;
    *)
        say "usage: scripts/local.sh up|down|status|env|reset"
        exit 2
        ;;
esac
