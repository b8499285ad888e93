//! A large table that others write to while it is repaired.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::PROGRAM;
use crate::scratch::Scratch;

const ROWS: u64 = 1_000_000;

/// What others are asked to bear: the server gives a statement up that waits longer than this for
/// one lock, whoever has it, and however busy the machine is otherwise.
const PATIENCE: [&str; 2] = ["SET lock_timeout = '1s'", "SET application_name = 'client'"];

/// The longest that a client was seen to wait for a lock, in milliseconds, until it is to stop.
async fn longest_wait(mut connection: sqlx::PgConnection, stop: Arc<AtomicBool>) -> i64 {
    let mut longest = 0;
    while !stop.load(Ordering::Relaxed) {
        let waits: Option<i64> = sqlx::query_scalar(
            "SELECT max(ceil(1000 * extract(epoch FROM clock_timestamp() - waitstart))::bigint) \
               FROM pg_locks JOIN pg_stat_activity USING (pid) \
              WHERE NOT granted AND datname = current_database() AND application_name = 'client'",
        )
        .fetch_one(&mut connection)
        .await
        .expect("waits");
        longest = longest.max(waits.unwrap_or_default());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    longest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_waits_for_a_second_while_columns_are_filled_and_carried() {
    let Some(scratch) = Scratch::with(&format!(
        "CREATE TABLE \"user\" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE); \
         CREATE TABLE opportunities (id text PRIMARY KEY, customer_number text, notes text); \
         INSERT INTO opportunities SELECT i, i FROM generate_series(1, {ROWS}) AS i; \
         CREATE TABLE conversations (id text PRIMARY KEY, lead_id text, type text NOT NULL, summary text); \
         INSERT INTO conversations SELECT i, i, 'demo' FROM generate_series(1, {ROWS}) AS i; \
         CREATE TABLE others AS SELECT i::text AS id, '' AS summary FROM generate_series(1, {ROWS}) AS i; \
         CREATE INDEX ON others (id); \
         ANALYZE"
    ))
    .await
    else {
        return;
    };
    let stop = Arc::new(AtomicBool::new(false));
    let slowest = Arc::new(AtomicU64::new(0));
    // How long a statement takes on this machine, meanwhile, that nothing is in the way of.
    let usual = Arc::new(AtomicU64::new(0));
    let mut clients = Vec::new();
    for client in 0..5_u64 {
        let stop = Arc::clone(&stop);
        let slowest = Arc::clone(if client == 4 { &usual } else { &slowest });
        let mut connection = scratch.connect().await;
        for sql in PATIENCE {
            sqlx::query(sql)
                .execute(&mut connection)
                .await
                .expect("set");
        }
        clients.push(tokio::spawn(async move {
            let mut number = client * 7919;
            while !stop.load(Ordering::Relaxed) {
                number += 104_729;
                let sql = match client {
                    4 => "UPDATE others SET summary = 's' WHERE id = $1",
                    0 | 2 => "UPDATE opportunities SET notes = 'n' WHERE id = $1",
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
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }));
    }
    let look = Arc::clone(&stop);
    let looking = tokio::spawn(longest_wait(scratch.connect().await, look));
    let mut command = scratch.program(PROGRAM, &[]);
    let output = tokio::task::spawn_blocking(move || command.output().expect("program"))
        .await
        .expect("join");
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.expect("client");
    }
    let shown = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown}");
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM conversations WHERE opportunity_id = lead_id")
            .await,
        ROWS.to_string()
    );
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM opportunities WHERE company_name LIKE 'Company_%' AND user_id LIKE 'migration-user-%'")
            .await,
        ROWS.to_string()
    );
    let slowest = slowest.load(Ordering::Relaxed);
    let usual = usual.load(Ordering::Relaxed);
    let waited = looking.await.expect("the longest wait");
    println!(
        "the longest wait for a lock took {waited} ms, the slowest statement {slowest} ms, of those on another table {usual} ms"
    );
    assert!(waited <= 1_000, "a statement waited {waited} ms for a lock");
    assert!(
        slowest < 1_000 + usual,
        "a statement waited {slowest} ms, one on another table {usual} ms\n{shown}"
    );
}
