//! The ledger, and the lock that lets one run write.

use std::time::Duration;

use sunset_core::ErrorKind;
use sunset_core::permit::{Consent, TargetIdentity, WritePermit};
use sunset_core::ports::rows::{OnConflict, RowWriter};
use sunset_core::ports::runs::{RunEnd, RunStart, RunState};
use sunset_targets::postgres::Ledger;

use super::server::{Scratch, permit, start};
use super::v3::{item, opportunity};

#[tokio::test]
async fn it_is_made_once_however_many_make_it() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let database = scratch.database().await;
    assert!(Ledger::open(&database).await.expect("open").is_none());
    let mut makers = Vec::new();
    for _ in 0..6 {
        let database = scratch.database().await;
        makers.push(tokio::spawn(async move {
            Ledger::install(&database, &permit(&database))
                .await
                .map(drop)
        }));
    }
    for maker in makers {
        maker.await.expect("task").expect("install");
    }
    assert!(Ledger::open(&database).await.expect("open").is_some());
    assert_eq!(
        scratch.text("SELECT count(*) FROM sunset.ledger").await,
        "1"
    );
}

#[tokio::test]
async fn leave_for_another_database_is_no_leave() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let database = scratch.database().await;
    let other = TargetIdentity::database("1", "other");
    let foreign = WritePermit::bind(&Consent::given_by_arguments(), other);
    let error = Ledger::install(&database, &foreign)
        .await
        .expect_err("foreign");
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(
        scratch.text("SELECT to_regclass('sunset.ledger')").await,
        "-"
    );
}

#[tokio::test]
async fn a_copy_of_the_database_is_refused() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let ledger = scratch.ledger().await;
    ledger.database().close().await;
    let copy = Scratch::copy_of(&scratch).await.expect("copy");
    let database = copy.database().await;
    for error in [
        Ledger::open(&database).await.expect_err("copy"),
        Ledger::install(&database, &permit(&database))
            .await
            .expect_err("copy"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.to_string().contains(&scratch.name), "{error}");
    }
}

#[tokio::test]
async fn a_ledger_of_another_version_is_brought_up_to_date_by_whoever_may_write() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let database = scratch.database().await;
    let leave = permit(&database);
    let none = Ledger::open_or_upgrade(&database, &leave).await;
    assert!(none.expect("asked").is_none(), "none is made");
    assert_eq!(
        scratch.text("SELECT to_regclass('sunset.ledger')").await,
        "-"
    );
    scratch.ledger().await;
    // As a version that knew of fewer columns left it.
    scratch
        .run(
            "ALTER TABLE sunset.quarantine DROP COLUMN gone_run; \
             UPDATE sunset.ledger SET scripts = 'of before'",
        )
        .await;
    let error = Ledger::open(&database).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let remedy = error.remedy_text().unwrap_or_default().to_owned();
    assert!(remedy.contains("bring the ledger up to date"), "{remedy}");
    let ledger = Ledger::open_or_upgrade(&database, &leave).await;
    let ledger = ledger.expect("brought up to date").expect("a ledger");
    assert!(ledger.backups(None).await.expect("read").is_empty());
    assert!(Ledger::open(&database).await.expect("open").is_some());
}

#[tokio::test]
async fn the_second_run_is_told_who_is_first() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let first = scratch.run_of("data-migrate").await;
    let ledger = scratch.ledger().await;
    let leave = permit(ledger.database());
    let error = ledger
        .begin_run(&leave, &start("audio-migrate"))
        .await
        .err()
        .expect("refused");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let text = error.to_string();
    for part in ["data-migrate", "4711", "testhost", "since 20"] {
        assert!(text.contains(part), "{text}");
    }
    let id = first.id();
    first
        .finish(&RunEnd::done(
            serde_json::json!({"leads": 3}),
            serde_json::json!({}),
        ))
        .await
        .expect("finish");
    let second = ledger
        .begin_run(&leave, &start("audio-migrate"))
        .await
        .expect("free");
    let runs = ledger.runs().await.expect("runs");
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0].id, id);
    assert_eq!(runs[0].state, RunState::Done);
    assert_eq!(runs[0].counts["leads"], 3);
    assert_eq!(runs[1].state, RunState::Running);
    assert_eq!(runs[1].origin, second.id());
}

#[tokio::test]
async fn a_crash_leaves_no_lock_and_the_next_run_goes_on() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let first = scratch.run_of("data-migrate").await;
    let crashed = first.id();
    let rows = first.rows(OnConflict::Keep);
    rows.load(&[item("leads", "a", vec![opportunity("a", "1", "A")])])
        .await
        .expect("load");
    // As a killed process: no word to the server.
    drop(first);
    let second = scratch.run_of("data-migrate").await;
    let runs = scratch.ledger().await.runs().await.expect("runs");
    assert_eq!(runs[1].id, second.id());
    assert_eq!(runs[1].origin, crashed);
    assert_eq!(runs[0].state, RunState::Interrupted);
    // What of the first is still alive somewhere writes nothing any more.
    let error = rows
        .load(&[item("leads", "b", vec![opportunity("b", "2", "B")])])
        .await
        .expect_err("fenced");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(
        scratch.text("SELECT count(*) FROM opportunities").await,
        "1"
    );
}

/// What a run that reads from `source` is recorded as going on with; `None` fails before it knows.
async fn attempt(scratch: &Scratch, source: Option<&str>, succeeds: bool) -> (i64, i64) {
    let ledger = scratch.ledger().await;
    let unknown = RunStart {
        source: None,
        ..start("data-migrate")
    };
    let leave = permit(ledger.database());
    let run = ledger.begin_run(&leave, &unknown).await.expect("free");
    if let Some(source) = source {
        run.set_source(source, None).await.expect("recorded");
    }
    let end = if succeeds {
        RunEnd::done(serde_json::json!({}), serde_json::json!({}))
    } else {
        RunEnd::failed(&sunset_core::Error::new(ErrorKind::Conflict, "in the way"))
    };
    let id = run.id();
    run.finish(&end).await.expect("finish");
    let runs = ledger.runs().await.expect("runs");
    let record = runs.iter().find(|record| record.id == id).expect("listed");
    (id, record.origin)
}

#[tokio::test]
async fn what_a_run_goes_on_with_is_known_once_its_source_is() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    attempt(&scratch, None, false).await;
    let (alone, origin) = attempt(&scratch, Some("file:///v2"), true).await;
    assert_eq!(origin, alone);
    let (first, origin) = attempt(&scratch, Some("file:///v2"), false).await;
    assert_eq!(origin, first);
    attempt(&scratch, None, false).await;
    attempt(&scratch, Some("file:///other"), true).await;
    let (_, origin) = attempt(&scratch, Some("file:///v2"), false).await;
    assert_eq!(origin, first);
    let (_, origin) = attempt(&scratch, Some("file:///v2"), true).await;
    assert_eq!(origin, first);
    let (last, origin) = attempt(&scratch, Some("file:///v2"), true).await;
    assert_eq!(origin, last);
}

#[tokio::test]
async fn who_takes_over_waits_for_the_batch_under_way() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let first = scratch.run_of("data-migrate").await;
    let mut under_way = first.begin().await.expect("begin");
    sqlx::raw_sql("INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('x', 'u', 'x', 'x')")
        .execute(&mut *under_way)
        .await
        .expect("insert");
    drop(first);
    let taking = tokio::spawn({
        let ledger = scratch.ledger().await;
        async move {
            let leave = permit(ledger.database());
            ledger.begin_run(&leave, &start("data-migrate")).await
        }
    });
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(!taking.is_finished());
    under_way.commit().await.expect("commit");
    taking.await.expect("task").expect("run");
    assert_eq!(
        scratch.text("SELECT count(*) FROM opportunities").await,
        "1"
    );
}

#[tokio::test]
async fn a_lock_whose_connection_was_cut_is_taken_again() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    scratch
        .run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sunset/run-lock' AND datname = current_database()")
        .await;
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted \
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    for wanted in ["0", "1"] {
        let mut found = scratch.text(held).await;
        for _ in 0..100 {
            if found == wanted {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            found = scratch.text(held).await;
        }
        assert_eq!(found, wanted);
    }
    run.rows(OnConflict::Keep)
        .load(&[item("leads", "a", vec![opportunity("a", "1", "A")])])
        .await
        .expect("the lease is still ours");
}
