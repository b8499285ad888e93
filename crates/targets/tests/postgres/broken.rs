//! Connections that break, with and without a word, through a proxy that does it on command.

use std::time::{Duration, Instant};

use sunset_core::ErrorKind;
use sunset_core::ports::rows::{Item, ItemOutcome, OnConflict, RowWriter};
use sunset_core::ports::runs::RunEnd;
use sunset_core::secret::Secret;
use sunset_engine::retry::{Retries, retry};
use sunset_targets::postgres::{ActiveRun, ConnectOptions, Database, Ledger};
use sunset_testkit::proxy::{Door, Manner, Proxy};

use super::server::{Scratch, permit, start};
use super::v3::{conversation, item, opportunity};

/// A proxy before the server of a database.
fn proxy(scratch: &Scratch) -> (Proxy, Secret) {
    let url = url::Url::parse(scratch.url.expose()).expect("a URL");
    let host = url.host_str().expect("a host");
    let proxy = Proxy::to(&format!("{host}:{}", url.port().unwrap_or(5432))).expect("a proxy");
    let before = Secret::new(proxy.before(scratch.url.expose()));
    (proxy, before)
}

fn impatient() -> ConnectOptions {
    ConnectOptions {
        glance: Duration::from_millis(200),
        attempt_time_out: Duration::from_secs(3),
        patience: Duration::from_secs(10),
        ..ConnectOptions::for_program("test")
    }
}

async fn run_through(url: &Secret) -> ActiveRun {
    let database = Database::connect(url, impatient()).await.expect("connect");
    let permit = permit(&database);
    let ledger = Ledger::install(&database, &permit).await.expect("ledger");
    ledger
        .begin_run(&permit, &start("data-migrate"))
        .await
        .expect("run")
}

/// About a megabyte.
fn batch(number: usize) -> Vec<Item> {
    let mut items = vec![item(
        "leads",
        &format!("o{number}"),
        vec![opportunity(
            &format!("o{number}"),
            &format!("202511-{number:06}"),
            "ACME",
        )],
    )];
    for index in 0..250 {
        let id = format!("c{number}-{index}");
        let title = format!("{number} {}", "x".repeat(4_000));
        let row = conversation(&id, &format!("o{number}"), None, &title);
        items.push(item("conversations", &id, vec![row]));
    }
    items
}

/// Sessions of the run that are in a transaction, other than the one that keeps the lock.
async fn left_open(scratch: &Scratch) -> String {
    scratch
        .text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND application_name = 'sunset/test' AND xact_start IS NOT NULL",
        )
        .await
}

/// Heartbeats and glances have transactions, too, for a moment.
async fn nothing_left_open(scratch: &Scratch) -> bool {
    for _ in 0..50 {
        if left_open(scratch).await == "0" {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    false
}

#[tokio::test]
async fn a_batch_whose_connection_breaks_anywhere_is_written_once() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let (proxy, url) = proxy(&scratch);
    let run = run_through(&url).await;
    let store = run.rows(OnConflict::Keep);
    let mut number = 0;
    // In the middle of the COPY, near its end, and in the ledger's entries behind it.
    for (manner, places) in [
        (
            Manner::Both,
            &[900, 40_000, 500_000, 1_060_000, 1_090_000][..],
        ),
        (Manner::Client, &[500_000, 1_060_000]),
        (Manner::Nobody, &[500_000]),
    ] {
        for bytes in places {
            number += 1;
            let items = batch(number);
            let cut = proxy.passed().cut;
            proxy.manner(manner);
            proxy.cut_in(*bytes);
            let began = Instant::now();
            let outcome = retry(Retries(5), || store.load(&items)).await;
            let outcome = outcome.unwrap_or_else(|fault| panic!("{manner:?} {bytes}: {fault}"));
            assert_eq!(outcome.items.len(), items.len());
            assert_eq!(proxy.passed().cut, cut + 1, "{manner:?} {bytes}");
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "{manner:?} {bytes}"
            );
            let left = nothing_left_open(&scratch).await;
            assert!(left, "{manner:?} {bytes}");
        }
    }
    let counted = "SELECT count(*) || ' ' || (SELECT count(*) FROM sunset.provenance) || ' ' || \
                   (SELECT count(*) FROM sunset.items WHERE state = 'migrated') FROM conversations";
    let (rows, all) = (number * 250, number * 251);
    assert_eq!(scratch.text(counted).await, format!("{rows} {all} {all}"));
    run.finish(&RunEnd::done(serde_json::json!({}), serde_json::json!({})))
        .await
        .expect("finish");
}

#[tokio::test]
async fn a_lock_whose_connection_broke_is_taken_again_and_given_back() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let (proxy, url) = proxy(&scratch);
    for manner in [Manner::Both, Manner::Client, Manner::Nobody] {
        let run = run_through(&url).await;
        proxy.manner(manner);
        proxy.cut();
        // The first batch behind it finds all connections of the pool dead.
        let store = run.rows(OnConflict::Keep);
        let items = batch(1);
        let outcome = retry(Retries(5), || store.load(&items[..1])).await;
        outcome.unwrap_or_else(|fault| panic!("{manner:?}: {fault}"));
        let began = Instant::now();
        run.finish(&RunEnd::done(serde_json::json!({}), serde_json::json!({})))
            .await
            .expect("finish");
        assert!(began.elapsed() < Duration::from_secs(20), "{manner:?}");
    }
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM sunset.runs WHERE state = 'done'")
            .await,
        "3"
    );
}

#[tokio::test]
async fn what_a_lost_machine_left_in_the_server_does_not_stop_the_next_run() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let (proxy, url) = proxy(&scratch);
    let lost = run_through(&url).await;
    let store = lost.rows(OnConflict::Keep);
    proxy.manner(Manner::Nobody);
    proxy.cut_in(500_000);
    let items = batch(1);
    let cut = async {
        while proxy.passed().cut == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        loaded = store.load(&items) => panic!("it does not hang in its COPY: {loaded:?}"),
        () = cut => {}
    }
    assert_eq!(left_open(&scratch).await, "1");
    // The machine is gone: its lock's session ends, the one with the batch does not.
    drop((store, lost));
    scratch
        .run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
              WHERE datname = current_database() AND application_name = 'sunset/run-lock'",
        )
        .await;
    let began = Instant::now();
    let next = run_through(&scratch.url).await;
    let store = next.rows(OnConflict::Keep);
    let outcome = retry(Retries(5), || store.load(&items))
        .await
        .expect("load");
    assert!(
        outcome
            .items
            .iter()
            .all(|item| *item == ItemOutcome::Written)
    );
    assert!(began.elapsed() < Duration::from_secs(15));
    assert!(nothing_left_open(&scratch).await);
}

#[tokio::test]
async fn a_server_that_is_waking_is_waited_for() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let (proxy, url) = proxy(&scratch);
    // The door, how long it stays so, and whether that is one's patience.
    for (door, time, waits) in [
        (Door::Slammed, 3_500, true),
        (Door::Shut, 1_200, true),
        (Door::Shut, 6_000, false),
    ] {
        proxy.door(door);
        let connecting = Database::connect(&url, impatient());
        let opening = async {
            tokio::time::sleep(Duration::from_millis(time)).await;
            proxy.door(Door::Open);
        };
        let (connected, ()) = tokio::join!(connecting, opening);
        assert_eq!(connected.is_ok(), waits, "{door:?} {connected:?}");
        if let Err(fault) = connected {
            assert_eq!(fault.kind(), ErrorKind::Unreachable);
        }
    }
    // What was there before is waited for longer.
    let run = run_through(&url).await;
    let store = run.rows(OnConflict::Keep);
    for (door, number) in [(Door::Shut, 1), (Door::Slammed, 2)] {
        proxy.door(door);
        proxy.cut();
        let opening = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            proxy.door(Door::Open);
        };
        let items = &batch(number)[..1];
        let (loaded, ()) = tokio::join!(retry(Retries(3), || store.load(items)), opening);
        assert_eq!(
            loaded.expect("load").items,
            [ItemOutcome::Written],
            "{door:?}"
        );
    }
}

#[tokio::test]
async fn a_batch_waits_for_somebody_s_lock_and_goes_on() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let database = Database::connect(&scratch.url, impatient())
        .await
        .expect("connect");
    let permit = permit(&database);
    let ledger = Ledger::install(&database, &permit).await.expect("ledger");
    let run = ledger
        .begin_run(&permit, &start("data-migrate"))
        .await
        .expect("run");
    let store = run.rows(OnConflict::Keep);
    store.load(&batch(1)[..1]).await.expect("load");
    let mut somebody = scratch.connect().await;
    let hold = "BEGIN; UPDATE opportunities SET opportunity_score = 1 WHERE id = 'o1'; \
                LOCK TABLE conversations IN SHARE MODE";
    sqlx::raw_sql(hold)
        .execute(&mut somebody)
        .await
        .expect("held");
    let items = batch(1);
    let letting_go = async {
        // Longer than it takes to give up a session of ours that does not move.
        tokio::time::sleep(Duration::from_secs(2)).await;
        sqlx::raw_sql("ROLLBACK")
            .execute(&mut somebody)
            .await
            .expect("still there");
    };
    let (loaded, ()) = tokio::join!(store.load(&items), letting_go);
    let written = loaded.expect("load").items;
    assert_eq!(
        written
            .iter()
            .filter(|item| **item == ItemOutcome::Written)
            .count(),
        250
    );
}
