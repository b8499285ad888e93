#!/usr/bin/env bash
# The chain of programs: scripts/migrate.sh migrate|dry-run|rollback.
#
# With DATABASE_URL in the environment, .env.migration or .env it works on what they name;
# otherwise on the sample, with private servers below .local/.
# BIN_DIR names the folder of the programs, PLAN another plan than sales-ai.
set -eu

cd "$(dirname "$0")/.."
BIN_DIR=${BIN_DIR:-target/release}
case $BIN_DIR in /*) ;; *) BIN_DIR=$PWD/$BIN_DIR ;; esac

say() { printf '%s\n' "$*" >&2; }

if [ -n "${DATABASE_URL:-}${DIRECT_URL:-}" ] || [ -f .env.migration ] || [ -f .env ]; then
    say "Using the configured source and target."
else
    say "Nothing is configured: using samples/${PLAN:-sales-ai} and private servers below .local/."
    private=yes
    LOCAL_S3_BIN=$BIN_DIR/local-s3 scripts/local.sh up
    while IFS='=' read -r name value; do
        export "$name=$value"
    done <"${SUNSET_LOCAL_DIR:-.local}/env"
fi

plan=()
if [ -n "${PLAN:-}" ]; then plan=(--plan "$PLAN"); fi

# The sample of a plan that works in place: a database of its own on the private server.
sample_database() {
    local name=$1 file=$2 bin psql server
    bin=$(cat "${SUNSET_LOCAL_DIR:-.local}/postgres.bin")
    psql=$bin/psql
    [ -x "$psql" ] || psql=$(command -v psql)
    server=${DATABASE_URL%/*}
    DATABASE_URL=$server/$name
    export DATABASE_URL
    if "$psql" -Atqc 'SELECT 1' "$DATABASE_URL" >/dev/null 2>&1; then return 0; fi
    # Made under another name first: a load that was broken off leaves nothing that looks whole.
    "$psql" -qc "DROP DATABASE IF EXISTS ${name}_new" -c "CREATE DATABASE ${name}_new" "$server/postgres" 2>/dev/null
    "$psql" -v ON_ERROR_STOP=1 -qf "$file" "$server/${name}_new"
    "$psql" -qc "ALTER DATABASE ${name}_new RENAME TO $name" "$server/postgres"
}

case ${private:-}:${PLAN:-} in
    yes:leora-phase2) sample_database leora_sample samples/leora-phase2/database.sql ;;
    yes:main-server) sample_database main_server_sample samples/main-server/database.sql ;;
    yes:voice-agent) sample_database voice_sample samples/voice-agent/database.sql ;;
esac

worst=0
# Runs one program. Status 3 means that it is done but that some items wait for a person: the
# chain goes on, and ends with 3. Every other failure stops it.
step() {
    local program=$1 status=0
    shift
    say ""
    say "== $program"
    "$BIN_DIR/$program" "$@" ${plan[@]+"${plan[@]}"} || status=$?
    case $status in
        0) ;;
        3) worst=3 ;;
        *)
            say "$program ended with status $status; nothing behind it was run."
            exit "$status"
            ;;
    esac
}

case ${PLAN:-}:${1:-} in
    # A plan that works in place brings its schema itself, where it is best for its rows.
    main-server:migrate)
        if [ -z "${private:-}" ]; then
            step backup
            step backup verify latest
        else
            # The private server's own programs fit it, where it has them.
            bin=$(cat "${SUNSET_LOCAL_DIR:-.local}/postgres.bin")
            if [ -x "$bin/pg_dump" ] && [ -x "$bin/psql" ]; then export PG_BIN_DIR=$bin; fi
            if [ -n "${PG_BIN_DIR:-}" ] || command -v pg_dump >/dev/null; then
                step backup --dir "${SUNSET_LOCAL_DIR:-.local}/backups"
                step backup verify latest --dir "${SUNSET_LOCAL_DIR:-.local}/backups"
            else
                say "skipped: the backup, for there is no pg_dump here"
            fi
        fi
        step data-migrate
        step final-check
        if [ -n "${private:-}" ]; then
            say ""
            say "== rehearsal of the rollout"
            BIN_DIR=$BIN_DIR scripts/rehearse.sh
        fi
        exit "$worst"
        ;;
    voice-agent:migrate)
        step schema-push
        step data-migrate
        step final-check
        exit "$worst"
        ;;
    leora-phase2:migrate)
        step data-migrate
        step final-check
        exit "$worst"
        ;;
    leora-phase2:dry-run | main-server:dry-run | voice-agent:dry-run)
        step data-migrate --dry-run
        exit "$worst"
        ;;
esac

case ${1:-} in
    migrate)
        step schema-push
        step fix-schema
        step data-migrate
        step audio-migrate
        step check-r2
        step final-check
        ;;
    dry-run)
        step schema-push --dry-run
        step fix-schema --dry-run
        step data-migrate --dry-run
        step audio-migrate --dry-run
        ;;
    rollback) step rollback ;;
    *)
        say "usage: scripts/migrate.sh migrate|dry-run|rollback"
        exit 2
        ;;
esac
exit "$worst"
