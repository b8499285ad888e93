//! A large table that others read and write meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::Connection as _;

use crate::PROGRAM;
use crate::scratch::Scratch;

const ROWS: u64 = 1_000_000;

/// What others are asked to bear: the server gives a statement up that waits longer than this for
/// one lock, whoever has it, and however busy the machine is otherwise.
const PATIENCE: [&str; 2] = ["SET lock_timeout = '1s'", "SET application_name = 'client'"];

/// Looks how long clients wait for locks until it is to stop, and keeps the longest that it saw, in
/// milliseconds.
async fn look(mut connection: sqlx::PgConnection, longest: Arc<AtomicI64>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        let waits: Option<i64> = sqlx::query_scalar(
            "SELECT max(ceil(1000 * extract(epoch FROM clock_timestamp() - waitstart))::bigint) \
               FROM pg_locks JOIN pg_stat_activity USING (pid) \
              WHERE NOT granted AND datname = current_database() AND application_name = 'client'",
        )
        .fetch_one(&mut connection)
        .await
        .expect("waits");
        longest.fetch_max(waits.unwrap_or_default(), Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Whoever looks sees a wait: a lock is kept from a client until it was seen to wait for it.
async fn a_wait_is_seen(scratch: &Scratch) {
    let longest = Arc::new(AtomicI64::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let connection = scratch.connect().await;
    let looking = tokio::spawn(look(connection, Arc::clone(&longest), Arc::clone(&stop)));
    let mut holder = scratch.connect().await;
    let mut transaction = holder.begin().await.expect("begin");
    sqlx::query("LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *transaction)
        .await
        .expect("lock");
    let mut client = scratch.connect().await;
    let client = tokio::spawn(async move {
        for sql in [PATIENCE[1], "SELECT FROM conversations LIMIT 1"] {
            sqlx::query(sql)
                .execute(&mut client)
                .await
                .expect("the lock");
        }
    });
    let begun = Instant::now();
    while longest.load(Ordering::Relaxed) == 0 {
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "a client waits, and nobody sees it"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    transaction.rollback().await.expect("rollback");
    client.await.expect("client");
    stop.store(true, Ordering::Relaxed);
    looking.await.expect("look");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_waits_longer_than_a_second() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run(&format!(
            "ALTER TABLE conversations DROP COLUMN title, DROP COLUMN created_by, DROP CONSTRAINT conversations_case_number_unique, \
             DROP CONSTRAINT conversations_opportunity_id_opportunities_id_fk, ALTER opportunity_id DROP NOT NULL, ALTER type DROP NOT NULL; \
             INSERT INTO \"user\" (id, name, email) VALUES ('u', 'n', 'e'); \
             INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'c', 'n'); \
             INSERT INTO conversations (id, opportunity_id, case_number, type) SELECT i, 'o', i, 'demo' FROM generate_series(1, {ROWS}) AS i; \
             CREATE SCHEMA apart; CREATE TABLE apart.others AS SELECT i::text AS id, '' AS summary FROM generate_series(1, {ROWS}) AS i; \
             CREATE INDEX ON apart.others (id); ANALYZE conversations"
        ))
        .await;
    insta::assert_snapshot!(
        "a_million_rows_plan",
        scratch.say(PROGRAM, &["--dry-run"]).shown()
    );
    a_wait_is_seen(&scratch).await;
    let stop = Arc::new(AtomicBool::new(false));
    let longest = Arc::new(AtomicI64::new(0));
    let slowest = Arc::new(AtomicU64::new(0));
    // How long a statement takes on this machine, meanwhile, that nothing is in the way of.
    let usual = Arc::new(AtomicU64::new(0));
    let done = Arc::new(AtomicU64::new(0));
    let mut clients = Vec::new();
    for client in 0..5_u64 {
        let slowest = Arc::clone(if client == 4 { &usual } else { &slowest });
        let (stop, done) = (Arc::clone(&stop), Arc::clone(&done));
        let mut connection = scratch.connect().await;
        for sql in PATIENCE {
            sqlx::query(sql)
                .execute(&mut connection)
                .await
                .expect("set");
        }
        clients.push(tokio::spawn(async move {
            let mut number = client;
            while !stop.load(Ordering::Relaxed) {
                number += 4;
                let sql = match client {
                    4 => "UPDATE apart.others SET summary = 's' WHERE id = $1",
                    0 | 2 => "SELECT status FROM conversations WHERE id = $1",
                    _ => "UPDATE conversations SET summary = 's' WHERE id = $1",
                };
                let begun = Instant::now();
                sqlx::query(sql)
                    .bind((number % ROWS + 1).to_string())
                    .execute(&mut connection)
                    .await
                    .expect("a lock within a second");
                let took = u64::try_from(begun.elapsed().as_millis()).expect("ms");
                slowest.fetch_max(took, Ordering::Relaxed);
                done.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }));
    }
    let connection = scratch.connect().await;
    let looking = tokio::spawn(look(connection, Arc::clone(&longest), Arc::clone(&stop)));
    // Somebody's long report, in the way of every strong lock for a while.
    let mut report = scratch.connect().await;
    sqlx::raw_sql("BEGIN; SELECT count(*) FROM conversations")
        .execute(&mut report)
        .await
        .expect("count");
    let report = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(3)).await;
        sqlx::raw_sql("COMMIT")
            .execute(&mut report)
            .await
            .expect("commit");
    });
    let mut command = scratch.program(PROGRAM, &[]);
    let output = tokio::task::spawn_blocking(move || command.output().expect("program"))
        .await
        .expect("join");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    stop.store(true, Ordering::Relaxed);
    report.await.expect("report");
    for client in clients {
        client.await.expect("client");
    }
    assert!(output.status.success(), "{shown}");
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
    assert!(done.load(Ordering::Relaxed) > 100);
    let slowest = slowest.load(Ordering::Relaxed);
    let usual = usual.load(Ordering::Relaxed);
    looking.await.expect("look");
    let waited = longest.load(Ordering::Relaxed);
    println!(
        "the longest wait for a lock took {waited} ms, the slowest statement {slowest} ms, of those on another table {usual} ms"
    );
    assert!(waited <= 1_000, "a statement waited {waited} ms for a lock");
    assert!(
        slowest < 1_000 + usual,
        "a statement waited {slowest} ms, one on another table {usual} ms\n{shown}"
    );
}

#[tokio::test]
async fn who_holds_the_lock_for_ever_is_named() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run("ALTER TABLE alerts DROP COLUMN resolution")
        .await;
    let before = scratch.dump().await;
    let mut holder = scratch.connect().await;
    let mut transaction = holder.begin().await.expect("begin");
    sqlx::query("SET LOCAL application_name = 'nightly report'")
        .execute(&mut *transaction)
        .await
        .expect("set");
    sqlx::query("SELECT 1 FROM alerts")
        .execute(&mut *transaction)
        .await
        .expect("select");
    let database = scratch.database().await;
    let run = scratch.begin().await;
    let wanted = sunset_core::plans::schemas::schema_named("sales-ai", "public").expect("plan");
    let reader = sunset_targets::postgres::LiveReader::new(database);
    let directions = sunset_core::schema::diff::Directions::default();
    let (plan, _) = sunset_engine::schema::plan(&reader, &wanted, &directions)
        .await
        .expect("plan");
    use sunset_core::ports::schema::SchemaWriter as _;
    let begun = Instant::now();
    let error = run
        .schema()
        .apply("public", &plan.steps)
        .await
        .expect_err("locked");
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(error.kind(), sunset_core::ErrorKind::Contended);
    assert!(error.what().contains("nightly report"), "{error}");
    transaction.rollback().await.expect("rollback");
    assert_eq!(scratch.dump().await, before);
    crate::scratch::finish(run).await;
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
}
