#!/usr/bin/env bash
# Plan leora-phase2 against one hand-written UPDATE of the same rows without a ledger:
#
#   scripts/bench-in-place.sh [CUSTOMERS] [ROUNDS]     defaults: 200000 3
#
# DATABASE_URL names a server on which databases may be made (bench_hand and bench_plan are), or
# .local/ is used; BIN_DIR the folder of the programs. Both ways are timed in turn, each on its own
# copy of the same table, and compared by their medians: goal 0.7. Meanwhile another client
# writes single rows and notes its longest wait: goal under a second.
set -eu

cd "$(dirname "$0")/.."
customers=${1:-200000}
rounds=${2:-3}
BIN_DIR=${BIN_DIR:-target/release}
case $BIN_DIR in /*) ;; *) BIN_DIR=$PWD/$BIN_DIR ;; esac
AS_OF=2026-03-01

say() { printf '%s\n' "$*" >&2; }

if [ -z "${DATABASE_URL:-}" ]; then
    LOCAL_S3_BIN=$BIN_DIR/local-s3 scripts/local.sh up
    DATABASE_URL=$(sed -n 's/^DATABASE_URL=//p' "${SUNSET_LOCAL_DIR:-.local}/env")
    PATH=$PATH:$(cat "${SUNSET_LOCAL_DIR:-.local}/postgres.bin")
fi
server=${DATABASE_URL%/*}
folder=$(mktemp -d)
prober=
clean() {
    [ -z "$prober" ] || kill "$prober" 2>/dev/null || true
    for name in bench_base bench_hand bench_plan; do
        psql -qc "DROP DATABASE IF EXISTS $name WITH (FORCE)" "$server/postgres" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap clean EXIT

run() { psql -v ON_ERROR_STOP=1 -qAtX "$@"; }
# Seconds that a command takes.
timed() {
    local begun ended
    begun=$(date +%s%N)
    "$@" >"$folder/said" 2>&1 || { cat "$folder/said" >&2; return 1; }
    ended=$(date +%s%N)
    awk -v a="$begun" -v b="$ended" 'BEGIN { printf "%.2f\n", (b - a) / 1e9 }'
}
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

say "making $customers customers"
run "$server/postgres" -c 'DROP DATABASE IF EXISTS bench_base WITH (FORCE)' 2>/dev/null
run "$server/postgres" -c 'CREATE DATABASE bench_base'
run "$server/bench_base" -v n="$customers" <<'SQL'
CREATE TYPE "AccountType" AS ENUM ('ACTIVE', 'TARGET', 'PROSPECT');
CREATE TABLE "Tenant" (id uuid PRIMARY KEY, name text);
CREATE TABLE "CallPlan" (id uuid PRIMARY KEY, "tenantId" uuid, "userId" uuid, name text);
CREATE TABLE "ActivityType" (id uuid PRIMARY KEY, "tenantId" uuid, name text, code text);
CREATE TABLE "Customer" (id uuid, "tenantId" uuid NOT NULL, name text NOT NULL, email text,
    address text, "lastOrderDate" timestamp(3), "accountType" "AccountType", "createdAt" timestamp(3));
INSERT INTO "Customer"
SELECT md5(n::text)::uuid, md5((n % 40)::text)::uuid, 'Customer ' || n, 'mail' || n || '@example.org',
       'Street ' || n || ', 12345 Town', timestamp '2026-03-01' - (n % 900) * interval '1 day', NULL, now()
  FROM generate_series(1, :n) AS n;
ALTER TABLE "Customer" ADD PRIMARY KEY (id);
CREATE INDEX "Customer_tenantId_idx" ON "Customer" ("tenantId");
VACUUM ANALYZE "Customer";
CHECKPOINT;
SQL

# Writes single rows until it is stopped, and leaves its longest wait in a table.
probe() {
    run "$server/bench_plan" -c 'CREATE UNLOGGED TABLE IF NOT EXISTS waits (longest interval)' \
        -c 'INSERT INTO waits VALUES (interval $$0$$)'
    run "$server/bench_plan" -c "DO \$\$
DECLARE begun timestamptz; longest interval := '0';
BEGIN
    LOOP
        begun := clock_timestamp();
        UPDATE \"Customer\" SET name = name WHERE id = md5((1 + trunc(random() * $customers))::int::text)::uuid;
        COMMIT;
        IF clock_timestamp() - begun > longest THEN
            longest := clock_timestamp() - begun;
            UPDATE waits SET longest = greatest(waits.longest, clock_timestamp() - begun);
            COMMIT;
        END IF;
        PERFORM pg_sleep(0.02);
    END LOOP;
END \$\$" >/dev/null 2>&1 &
    prober=$!
}

hand_classification="UPDATE \"Customer\" AS t SET \"accountType\" = (CASE WHEN t.\"lastOrderDate\" >= date '$AS_OF' - 180 THEN 'ACTIVE'
    WHEN t.\"lastOrderDate\" >= date '$AS_OF' - 365 THEN 'TARGET' ELSE 'PROSPECT' END)::\"AccountType\""
hand_priorities="UPDATE \"Customer\" AS t SET \"accountPriority\" = (CASE t.\"accountType\" WHEN 'ACTIVE' THEN 'HIGH'
    WHEN 'TARGET' THEN 'MEDIUM' ELSE 'LOW' END)::\"AccountPriority\""
plan() { DATABASE_URL=$server/bench_plan "$BIN_DIR/data-migrate" --plan leora-phase2 --as-of "$AS_OF" --step "$1"; }

longest=0
for round in $(seq "$rounds"); do
    for name in bench_hand bench_plan; do
        run "$server/postgres" -c "DROP DATABASE IF EXISTS $name WITH (FORCE)" -c "CREATE DATABASE $name TEMPLATE bench_base" 2>/dev/null
    done
    timed run "$server/bench_hand" -c "$hand_classification" >>"$folder/hand.classification"
    probe
    timed plan classification >>"$folder/plan.classification"
    kill "$prober" 2>/dev/null || true
    wait "$prober" 2>/dev/null || true
    for name in bench_hand bench_plan; do
        DATABASE_URL=$server/$name "$BIN_DIR/schema-push" --plan leora-phase2 >/dev/null
        run "$server/$name" -c 'VACUUM ANALYZE "Customer"' -c CHECKPOINT
    done
    timed run "$server/bench_hand" -c "$hand_priorities" >>"$folder/hand.priorities"
    probe
    timed plan priorities >>"$folder/plan.priorities"
    kill "$prober" 2>/dev/null || true
    wait "$prober" 2>/dev/null || true
    prober=
    wait_ms=$(run "$server/bench_plan" -c 'SELECT ceil(extract(epoch FROM max(longest)) * 1000)::int FROM waits')
    [ "$wait_ms" -le "$longest" ] || longest=$wait_ms
    say "round $round: by hand $(tail -n 1 "$folder/hand.classification") s and $(tail -n 1 "$folder/hand.priorities") s, by the plan $(tail -n 1 "$folder/plan.classification") s and $(tail -n 1 "$folder/plan.priorities") s, longest wait $wait_ms ms"
done

for step in classification priorities; do
    hand=$(median "$folder/hand.$step")
    plan=$(median "$folder/plan.$step")
    awk -v s="$step" -v n="$customers" -v h="$hand" -v p="$plan" 'BEGIN {
        printf "in place, %s of %d customers: one UPDATE %.2f s, the plan %.2f s: %.2f x its speed (goal 0.7)\n", s, n, h, p, h / p }'
done
echo "in place, longest wait of another writer: $longest ms (goal under 1000)"
