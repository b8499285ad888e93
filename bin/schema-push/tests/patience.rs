//! Waiting for others, with a word.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use sqlx::Connection as _;

use crate::PROGRAM;
use crate::scratch::{Said, Scratch};

/// Rows, and a unique constraint and an index that are missing.
const INDEXLESS: &str = "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x'); \
    INSERT INTO account (id, account_id, provider_id, user_id, updated_at) VALUES ('a', 'a', 'p', 'u', now()); \
    DROP INDEX \"account_userId_idx\"";

async fn indexless() -> Option<Scratch> {
    let scratch = Scratch::with("").await?;
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch.run(INDEXLESS).await;
    Some(scratch)
}

pub fn started(scratch: &Scratch, arguments: &[&str]) -> Child {
    scratch
        .program(PROGRAM, arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("program")
}

pub fn ended(child: Child, scratch: &Scratch) -> Said {
    Said::new(child.wait_with_output().expect("wait"), &scratch.name)
}

/// Waits until a query gives `wanted`.
async fn until(scratch: &Scratch, query: &str, wanted: &str) {
    let begun = Instant::now();
    loop {
        let found = scratch.text(query).await;
        if found == wanted {
            return;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{found}: {query}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

const BUILDING: &str = "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() \
    AND state = 'active' AND wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX CONCURRENTLY%'";

const DROPPING: &str = "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() \
    AND state = 'active' AND query LIKE 'DROP INDEX CONCURRENTLY%'";

#[tokio::test]
async fn an_index_that_waits_says_for_whom_and_is_built_when_they_are_done() {
    let Some(scratch) = indexless().await else {
        return;
    };
    // A role's time-outs are not meant for an index.
    scratch
        .run(&format!(
            "ALTER DATABASE \"{0}\" SET lock_timeout = '200ms'; ALTER DATABASE \"{0}\" SET statement_timeout = '300ms'",
            scratch.name
        ))
        .await;
    let mut holder = scratch.connect().await;
    let mut transaction = holder.begin().await.expect("begin");
    sqlx::raw_sql("SET LOCAL application_name = 'nightly import'; UPDATE account SET scope = 's'")
        .execute(&mut *transaction)
        .await
        .expect("update");
    // Killed meanwhile, it leaves a broken index behind.
    let mut child = started(&scratch, &[]);
    until(&scratch, BUILDING, "true").await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    child.kill().expect("kill");
    let said = ended(child, &scratch);
    assert!(
        said.err
            .contains("create index account_userId_idx: waiting for process")
            && said
                .err
                .contains("(nightly import), in a transaction since"),
        "{}",
        said.shown()
    );
    scratch
        .run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX%'")
        .await;
    let child = started(&scratch, &["--json"]);
    until(&scratch, DROPPING, "true").await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    transaction.rollback().await.expect("rollback");
    let said = ended(child, &scratch);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert!(said.err.contains("(nightly import)"), "{}", said.shown());
    serde_json::from_str::<serde_json::Value>(&said.out).expect("JSON");
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
}

#[tokio::test]
async fn an_index_that_was_broken_off_is_built_anew_within_the_same_run() {
    let Some(scratch) = indexless().await else {
        return;
    };
    let mut holder = scratch.connect().await;
    let mut transaction = holder.begin().await.expect("begin");
    sqlx::raw_sql("UPDATE account SET scope = 's'")
        .execute(&mut *transaction)
        .await
        .expect("update");
    let child = started(&scratch, &[]);
    until(&scratch, BUILDING, "true").await;
    scratch
        .run("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE 'CREATE INDEX CONCURRENTLY%'")
        .await;
    // What it left goes first, and waits for the same transaction.
    until(&scratch, DROPPING, "true").await;
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
            .await,
        "1"
    );
    transaction.rollback().await.expect("rollback");
    let said = ended(child, &scratch);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
    assert_eq!(
        scratch
            .text("SELECT concat_ws(' ', count(DISTINCT run), count(*), bool_and(state = 'done')) FROM sunset.schema_steps WHERE title = 'create index account_userId_idx' AND run > 1")
            .await,
        "1 1 t"
    );
}

#[tokio::test]
async fn an_index_that_a_killed_programs_connection_still_builds_is_waited_for() {
    let Some(scratch) = indexless().await else {
        return;
    };
    let mut holder = scratch.connect().await;
    let mut transaction = holder.begin().await.expect("begin");
    sqlx::raw_sql("UPDATE account SET scope = 's'")
        .execute(&mut *transaction)
        .await
        .expect("update");
    let mut child = started(&scratch, &[]);
    until(&scratch, BUILDING, "true").await;
    child.kill().expect("kill");
    ended(child, &scratch);
    // Its connection does not notice, and finishes the index beside the one that drops it.
    assert_eq!(scratch.text(BUILDING).await, "true");
    let child = started(&scratch, &[]);
    until(&scratch, DROPPING, "true").await;
    transaction.rollback().await.expect("rollback");
    let said = ended(child, &scratch);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
}

#[tokio::test]
async fn a_prepared_transaction_in_the_way_is_named() {
    let Some(scratch) = indexless().await else {
        return;
    };
    if scratch
        .text("SELECT current_setting('max_prepared_transactions')")
        .await
        == "0"
    {
        println!(
            "skipped: this server knows no prepared transactions (max_prepared_transactions = 0)"
        );
        return;
    }
    let gid = format!("it's {}", scratch.name);
    let quoted = gid.replace('\'', "''");
    scratch
        .run(&format!(
            "BEGIN; UPDATE account SET scope = 's'; UPDATE alerts SET status = 's'; PREPARE TRANSACTION '{quoted}'"
        ))
        .await;
    let child = started(&scratch, &[]);
    until(&scratch, BUILDING, "true").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    scratch.run(&format!("ROLLBACK PREPARED '{quoted}'")).await;
    let said = ended(child, &scratch);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert!(
        said.err
            .contains("waiting for the prepared transaction 'it''s "),
        "{}",
        said.shown()
    );

    scratch
        .run("ALTER TABLE alerts DROP COLUMN resolution")
        .await;
    scratch
        .run(&format!(
            "BEGIN; UPDATE alerts SET status = 's'; PREPARE TRANSACTION '{quoted}'"
        ))
        .await;
    let child = started(&scratch, &[]);
    tokio::time::sleep(Duration::from_secs(3)).await;
    scratch.run(&format!("ROLLBACK PREPARED '{quoted}'")).await;
    let said = ended(child, &scratch);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert!(
        said.err
            .contains("waiting: the tables are in use by the prepared transaction 'it''s ")
            && said.err.contains("ROLLBACK PREPARED ends"),
        "{}",
        said.shown()
    );
}

#[tokio::test]
async fn who_has_locked_a_table_is_named_when_it_is_taken_back_too() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    let mut holder = scratch.connect().await;
    let mut transaction = holder.begin().await.expect("begin");
    sqlx::raw_sql("SET LOCAL application_name = 'weekly report'; SELECT 1 FROM form_submissions")
        .execute(&mut *transaction)
        .await
        .expect("select");
    let run = scratch.begin().await;
    let last = sunset_core::ports::schema::SchemaWriter::recorded(&run.schema())
        .await
        .expect("recorded")
        .into_iter()
        .find(|step| step.title == "create table form_submissions")
        .expect("step");
    let fault = sunset_core::ports::schema::SchemaWriter::undo(&run.schema(), &last, None)
        .await
        .expect_err("locked");
    assert!(fault.what().contains("weekly report"), "{fault}");
    transaction.rollback().await.expect("rollback");
    crate::scratch::finish(run).await;
}
