//! What taking back costs is said before: its locks are those that the server then takes.

use std::collections::BTreeMap;

use sunset_core::schema::steps::LockMode;
use sunset_core::schema::undo::TakenFirst;
use sunset_engine::schema::plan_undo;
use sunset_targets::postgres::{Ledger, LiveReader};

use crate::PROGRAM;
use crate::generations::pushed;
use crate::scratch::Scratch;

const LEADS: &str = include_str!("generations/leads.sql");

const KEYED: &str = "CREATE TABLE users (id text PRIMARY KEY); \
    CREATE TABLE opportunities (id text PRIMARY KEY, status varchar(20), opportunity_score bigint); \
    CREATE TABLE conversations (id varchar(40) PRIMARY KEY, opportunity_id text REFERENCES opportunities (id), duration double precision NOT NULL DEFAULT 1.5); \
    CREATE TABLE alerts (id text PRIMARY KEY, user_id text REFERENCES users (id), created_at timestamptz DEFAULT now()); \
    INSERT INTO opportunities VALUES ('o1', 'new', 5); INSERT INTO conversations VALUES ('c1', 'o1', 2.5);";

#[tokio::test]
async fn the_locks_of_taking_back_are_those_that_the_server_takes() {
    for sql in [LEADS, KEYED] {
        let Some(scratch) = Scratch::with(sql).await else {
            return;
        };
        pushed(&scratch).await;
        scratch.say(PROGRAM, &[]);
        let database = scratch.database().await;
        let ledger = Ledger::open(&database)
            .await
            .expect("open")
            .expect("ledger");
        let recorded = ledger.schema_steps().await.expect("steps");
        let reader = LiveReader::new(database);
        let (plan, _) = plan_undo(&reader, recorded, TakenFirst::Nothing)
            .await
            .expect("plan");
        assert_eq!(plan.costs.len(), plan.steps.len());
        assert!(plan.costs.len() > 20);
        for (step, cost) in plan.steps.iter().zip(&plan.costs) {
            assert_eq!(cost.sql, step.inverse);
            // ROW EXCLUSIVE keeps nobody from reading or writing; a DELETE takes it on tables, too,
            // whose foreign keys go along with it.
            let keeps_out = |mode: &LockMode| *mode > LockMode::RowExclusive;
            let foreseen: BTreeMap<String, LockMode> = cost
                .locks
                .iter()
                .filter(|lock| keeps_out(&lock.mode))
                .map(|lock| (lock.table.clone(), lock.mode))
                .collect();
            if step
                .inverse
                .iter()
                .any(|sql| sql.contains(" CONCURRENTLY "))
            {
                // Behind it nobody can look any more: PostgreSQL's manual says what it locks.
                for sql in &step.inverse {
                    scratch.run(sql).await;
                }
                let modes: Vec<_> = foreseen.values().collect();
                assert_eq!(modes, [&LockMode::ShareUpdateExclusive], "{}", step.title);
                continue;
            }
            let mut taken = taken(&scratch, step.id, &step.inverse).await;
            taken.retain(|_, mode| keeps_out(mode));
            assert_eq!(foreseen, taken, "{}: {:#?}", step.title, step.inverse);
        }
    }
}

/// Runs an inverse, and looks from outside at what it has locked until then.
async fn taken(scratch: &Scratch, id: i64, inverse: &[String]) -> BTreeMap<String, LockMode> {
    let mut connection = scratch.connect().await;
    let run = async |connection: &mut sqlx::PgConnection, sql: &str| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
            .execute(connection)
            .await
            .unwrap_or_else(|fault| panic!("{sql}: {fault}"));
    };
    run(&mut connection, "BEGIN").await;
    let settings = format!(
        "SELECT set_config('sunset.step', '{id}', true), set_config('sunset.from', '(0,0)', true), set_config('sunset.to', '(100000,0)', true)"
    );
    run(&mut connection, &settings).await;
    for sql in inverse {
        run(&mut connection, sql).await;
    }
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(&mut connection)
        .await
        .expect("pid");
    let held = scratch
        .text(&format!(
            "SELECT coalesce(string_agg(concat_ws('=', c.relname, l.mode), ','), '') FROM pg_locks AS l \
             JOIN pg_class AS c ON c.oid = l.relation JOIN pg_namespace AS n ON n.oid = c.relnamespace \
             WHERE l.pid = {pid} AND c.relkind IN ('r', 'p') AND n.nspname = 'public'"
        ))
        .await;
    run(&mut connection, "COMMIT").await;
    let mut locks = BTreeMap::new();
    for (table, mode) in held.split(',').filter_map(|held| held.split_once('=')) {
        let mode = match mode {
            "RowExclusiveLock" => LockMode::RowExclusive,
            "ShareUpdateExclusiveLock" => LockMode::ShareUpdateExclusive,
            "ShareLock" | "ShareRowExclusiveLock" => LockMode::ShareRowExclusive,
            "AccessExclusiveLock" => LockMode::AccessExclusive,
            _ => continue,
        };
        let known = locks.entry(table.to_owned()).or_insert(mode);
        *known = (*known).max(mode);
    }
    locks
}
