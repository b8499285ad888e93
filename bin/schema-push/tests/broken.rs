//! Pushes that are broken off.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use sunset_core::ErrorKind;
use sunset_core::plans::schemas::schema_named;
use sunset_core::ports::progress::Silent;
use sunset_core::ports::schema::SchemaWriter as _;
use sunset_core::schema::diff::Directions;
use sunset_core::schema::steps::Step;
use sunset_engine::schema::{plan, push, undo};
use sunset_targets::postgres::LiveReader;

use crate::PROGRAM;
use crate::breaking::Breaking;
use crate::scratch::{Scratch, finish};

#[tokio::test]
async fn a_push_broken_off_at_any_batch_goes_on() {
    let partly = include_str!("partly.sql");
    let mut whole: Option<BTreeSet<String>> = None;
    for batches in 0.. {
        let Some(scratch) = Scratch::with(partly).await else {
            return;
        };
        let wanted = schema_named("sales-ai", "public").expect("plan");
        let reader = LiveReader::new(scratch.database().await);
        let (first, live) = plan(&reader, &wanted, &Directions::default())
            .await
            .expect("plan");
        let run = scratch.begin().await;
        let writer = Breaking::before(run.schema(), batches);
        let broken = push(&reader, &writer, &wanted, (&first, &live), &Silent).await;
        finish(run).await;
        let ended = broken.is_ok();
        if !ended {
            assert_eq!(broken.expect_err("broken").kind(), ErrorKind::Interrupted);
            let said = scratch.say(PROGRAM, &[]);
            assert_eq!(said.status, 0, "after {batches} batches: {}", said.shown());
        }
        let shape: BTreeSet<String> = scratch
            .structure()
            .await
            .lines()
            .map(str::to_owned)
            .collect();
        let first = whole.get_or_insert_with(|| shape.clone());
        let differing: Vec<_> = first.symmetric_difference(&shape).collect();
        assert!(
            differing.is_empty(),
            "after {batches} batches: {differing:?}"
        );
        if ended {
            assert!(batches > 5, "only {batches} batches");
            return;
        }
    }
}

#[tokio::test]
async fn a_program_killed_at_some_moment_goes_on() {
    for delay in [5, 20, 40, 60, 80, 110, 150, 200] {
        let Some(scratch) = Scratch::with(include_str!("partly.sql")).await else {
            return;
        };
        let mut child = scratch
            .program(PROGRAM, &[])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("program");
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().expect("kill");
        child.wait().expect("wait");
        let said = scratch.say(PROGRAM, &[]);
        assert_eq!(said.status, 0, "after {delay} ms: {}", said.shown());
        assert_eq!(
            scratch.say(PROGRAM, &["--check"]).status,
            0,
            "after {delay} ms"
        );
    }
}

/// Starts the program and kills it when the database says so. What it was doing there ends with it,
/// as it does when a machine is lost.
async fn killed_when(scratch: &Scratch, it_is_there: &str) {
    let mut child = scratch
        .program(PROGRAM, &[])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("program");
    let begun = Instant::now();
    while scratch.text(it_is_there).await != "true" {
        let ended = child.try_wait().expect("wait");
        assert!(ended.is_none(), "it ended before it came there: {ended:?}");
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "it never came there"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    child.kill().expect("kill");
    child.wait().expect("wait");
    let theirs = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sunset/schema-push'";
    scratch
        .run(&format!("SELECT pg_terminate_backend(pid) {theirs}"))
        .await;
    while scratch.text(&format!("SELECT count(*) {theirs}")).await != "0" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Goes on where it was killed, and has what a push has that nobody disturbs.
async fn goes_on(scratch: &Scratch, whole: &str, told: &str) {
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{told}: {}", said.shown());
    let check = scratch.say(PROGRAM, &["--check"]);
    assert_eq!(check.status, 0, "{told}: {}", check.shown());
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (shape, whole) = (lines(&scratch.structure().await), lines(whole));
    let differing: Vec<_> = whole.symmetric_difference(&shape).collect();
    assert!(differing.is_empty(), "{told}: {differing:?}");
}

/// A database that nobody has pushed to, and what a push makes of it.
async fn partly() -> Option<(Scratch, String)> {
    let pushed = Scratch::with(include_str!("partly.sql")).await?;
    assert_eq!(pushed.say(PROGRAM, &[]).status, 0);
    let whole = pushed.structure().await;
    let scratch = Scratch::with(include_str!("partly.sql")).await?;
    // The ledger stands before the push, for what watches over it here.
    finish(scratch.begin().await).await;
    Some((scratch, whole))
}

/// Makes the program stand still at one step, within its transaction, until it is killed.
const PAUSE: &str = "CREATE SCHEMA apart; \
    CREATE FUNCTION apart.pause() RETURNS trigger LANGUAGE plpgsql AS \
    'BEGIN PERFORM pg_catalog.pg_sleep(600); RETURN NEW; END'";

const PAUSED: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity \
    WHERE datname = current_database() AND wait_event = 'PgSleep')";

const DONE: &str = "SELECT count(*) FROM sunset.schema_steps WHERE state = 'done'";

#[tokio::test]
async fn a_killed_program_goes_on_or_is_taken_back_wherever_it_was() {
    let Some((scratch, whole)) = partly().await else {
        return;
    };
    let before = scratch.dump().await;
    scratch.run(PAUSE).await;
    let wanted = schema_named("sales-ai", "public").expect("plan");
    let reader = LiveReader::new(scratch.database().await);
    let (steps, _) = plan(&reader, &wanted, &Directions::default())
        .await
        .expect("plan");
    // The last step of each batch: with it all the others of its transaction come to nothing. Of
    // batches of one step the last of their stage is enough.
    let mut stops: Vec<(usize, &Step)> = Vec::new();
    let mut done = 0;
    for batch in steps.batches() {
        if let Some(step) = batch.last() {
            stops.retain(|(_, other)| other.stage != step.stage);
            stops.push((done, step));
        }
        done += batch.len();
    }
    let amid = stops.iter().filter(|(done, _)| *done > 0).count();
    assert!(amid > 4, "{stops:?}");
    for (done, step) in stops {
        for is_taken_back in [true, false] {
            let was: usize = scratch.text(DONE).await.parse().expect("number");
            let title = step.title.replace('\'', "''");
            scratch
                .run(&format!(
                    "CREATE TRIGGER pause BEFORE INSERT ON sunset.schema_steps FOR EACH ROW \
                     WHEN (NEW.title = '{title}') EXECUTE FUNCTION apart.pause()"
                ))
                .await;
            killed_when(&scratch, PAUSED).await;
            scratch
                .run("DROP TRIGGER pause ON sunset.schema_steps")
                .await;
            // It was in the middle: exactly what was committed before is done and in the ledger.
            let is: usize = scratch.text(DONE).await.parse().expect("number");
            assert_eq!(is - was, done, "{}", step.title);
            if !is_taken_back {
                goes_on(&scratch, &whole, &step.title).await;
            }
            scratch.take_back().await;
            assert_eq!(scratch.dump().await, before, "{}", step.title);
        }
    }
}

#[tokio::test]
async fn a_program_killed_while_an_index_is_built_goes_on_or_is_taken_back() {
    let Some((scratch, whole)) = partly().await else {
        return;
    };
    let before = scratch.dump().await;
    let building = "SELECT EXISTS (SELECT FROM pg_stat_activity \
        WHERE datname = current_database() AND wait_event = 'virtualxid')";
    for is_taken_back in [true, false] {
        // Nobody can see rows of before an index once it is valid: it waits for this one.
        let mut looking = scratch.connect().await;
        let mut transaction = looking.begin().await.expect("begin");
        for sql in [
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "SELECT 1",
        ] {
            sqlx::query(sql)
                .execute(&mut *transaction)
                .await
                .expect("look");
        }
        killed_when(&scratch, building).await;
        transaction.rollback().await.expect("rollback");
        for (what, count) in [
            ("SELECT count(*) FROM pg_index WHERE NOT indisvalid", "1"),
            (
                "SELECT count(*) FROM sunset.schema_steps WHERE state = 'begun'",
                "1",
            ),
        ] {
            assert_eq!(scratch.text(what).await, count, "{what}");
        }
        let done: u32 = scratch.text(DONE).await.parse().expect("number");
        assert!(done > 20, "{done}");
        if is_taken_back {
            let rest = scratch.say(PROGRAM, &["--dry-run"]);
            insta::assert_snapshot!("plan_of_the_rest", rest.shown());
        } else {
            goes_on(&scratch, &whole, "an index").await;
        }
        scratch.take_back().await;
        assert_eq!(scratch.dump().await, before);
    }
}

#[tokio::test]
async fn taking_back_that_is_broken_off_at_any_step_goes_on() {
    let Some(scratch) = Scratch::with(include_str!("partly.sql")).await else {
        return;
    };
    let before = scratch.dump().await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    let reader = LiveReader::new(scratch.database().await);
    let left = "SELECT count(*) FROM sunset.schema_steps WHERE state <> 'undone' AND cardinality(inverse) > 0";
    let all: usize = scratch.text(left).await.parse().expect("number");
    // Each run comes one step further before it breaks off, and the next plans from what it finds:
    // so every step is one that somebody begins with, behind whatever was taken back before.
    for undone in 0.. {
        let is: usize = scratch.text(left).await.parse().expect("number");
        assert_eq!(is, all - undone);
        let run = scratch.begin().await;
        let writer = Breaking::before(run.schema(), 1);
        let ended = undo(&reader, &writer, false, &Silent).await;
        finish(run).await;
        match ended {
            Err(fault) => assert_eq!(fault.kind(), ErrorKind::Interrupted, "{undone}: {fault}"),
            Ok(last) => {
                assert_eq!(last.steps.len() + last.gone.len(), 1, "{last:?}");
                assert!(undone > 60, "only {undone}");
                break;
            }
        }
    }
    assert_eq!(scratch.text(left).await, "0");
    assert_eq!(scratch.dump().await, before);
    // And in one go, after it was broken off in the middle.
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    let run = scratch.begin().await;
    let writer = Breaking::before(run.schema(), all / 2);
    let broken = undo(&reader, &writer, false, &Silent).await;
    assert_eq!(broken.expect_err("broken").kind(), ErrorKind::Interrupted);
    undo(&reader, &run.schema(), false, &Silent)
        .await
        .expect("undo");
    finish(run).await;
    assert_eq!(scratch.dump().await, before);
}

#[tokio::test]
async fn an_index_that_was_built_without_the_word_getting_back() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run(
            "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x'); \
             INSERT INTO account (id, account_id, provider_id, user_id, updated_at) VALUES ('a', 'a', 'p', 'u', now()); \
             DROP INDEX \"account_userId_idx\"",
        )
        .await;
    let wanted = schema_named("sales-ai", "public").expect("plan");
    let reader = LiveReader::new(scratch.database().await);
    let (steps, _) = plan(&reader, &wanted, &Directions::default())
        .await
        .expect("plan");
    let run = scratch.begin().await;
    run.schema()
        .apply("public", &steps.steps)
        .await
        .expect("built");
    scratch
        .run("UPDATE sunset.schema_steps SET state = 'begun' WHERE stage = 'index'")
        .await;
    // The engine repeats what it heard nothing of.
    run.schema()
        .apply("public", &steps.steps)
        .await
        .expect("once more");
    finish(run).await;
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
    let open = "SELECT count(*) FROM sunset.schema_steps WHERE state = 'begun'";
    assert_eq!(scratch.text(open).await, "0");
}
