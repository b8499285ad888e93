//! Items: written once, changed, and what goes with them.

use sunset_core::ErrorKind;
use sunset_core::ports::rows::{
    Assignment, Item, ItemKey, ItemOutcome, OnConflict, Quarantine, RowWriter, Settled,
    SettledItems, Warning,
};
use sunset_core::row::Cell;

use super::server::Scratch;
use super::v3::{analysis, conversation, item, opportunity};

fn case(title: &str) -> Vec<Item> {
    vec![
        // Children first: the writer knows which tables refer to which.
        item(
            "conversations",
            "c",
            vec![
                conversation("c", "o", Some("202511-IC001"), title),
                analysis("m", "c", "o"),
            ],
        ),
        item(
            "leads",
            "o",
            vec![opportunity("o", "202511-000001", "ACME")],
        ),
    ]
}

#[tokio::test]
async fn rows_are_written_once_and_changed_when_v2_changes() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep);
    let keys: Vec<ItemKey> = case("one").into_iter().map(|item| item.key).collect();
    assert_eq!(store.settled(&keys).await.expect("settled"), [None, None]);
    let outcome = store.load(&case("one")).await.expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Written, ItemOutcome::Written]);
    assert_eq!(outcome.rows["conversations"].inserted, 1);
    assert_eq!(
        store.settled(&keys).await.expect("settled"),
        case("one")
            .iter()
            .map(|item| Some(Settled {
                outcome: item.outcome_digest,
                basis: item.basis,
            }))
            .collect::<Vec<_>>()
    );
    let before = (scratch.dump().await, ledger_dump(&scratch).await);
    let outcome = store.load(&case("one")).await.expect("load");
    assert_eq!(
        outcome.items,
        [ItemOutcome::Unchanged, ItemOutcome::Unchanged]
    );
    assert_eq!(before, (scratch.dump().await, ledger_dump(&scratch).await));

    let outcome = store.load(&case("two")).await.expect("load");
    assert_eq!(
        outcome.items,
        [ItemOutcome::Written, ItemOutcome::Unchanged]
    );
    assert_eq!(outcome.rows["conversations"].updated, 1);
    assert_eq!(outcome.rows["meddic_analyses"].unchanged, 1);
    assert_eq!(scratch.text("SELECT title FROM conversations").await, "two");
    assert_eq!(
        scratch
            .text("SELECT image ->> 'title' FROM sunset.before_images")
            .await,
        "one"
    );
    // JSON's null is not NULL, in the row and in its image.
    assert_eq!(
        scratch.text("SELECT transcript FROM conversations").await,
        "null"
    );
    assert_eq!(
        scratch
            .text("SELECT json_nulls FROM sunset.before_images")
            .await,
        "{transcript}"
    );
}

async fn ledger_dump(scratch: &Scratch) -> String {
    let mut dump = String::new();
    for table in [
        "items",
        "provenance",
        "warnings",
        "quarantine",
        "conflicts",
        "before_images",
    ] {
        let sql =
            format!("SELECT string_agg(x::text, E'\\n' ORDER BY x::text) FROM sunset.{table} AS x");
        dump.push_str(&scratch.text(&sql).await);
    }
    dump
}

#[tokio::test]
async fn a_row_that_v2_gives_no_longer_goes_and_its_children_before_it() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep);
    store.load(&case("one")).await.expect("load");
    let mut bare = item(
        "conversations",
        "c",
        vec![conversation("c", "o", None, "one")],
    );
    bare.outcome_digest.0[0] ^= 1;
    let outcome = store.load(std::slice::from_ref(&bare)).await.expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Written]);
    assert_eq!(outcome.rows["meddic_analyses"].removed, 1);
    assert_eq!(
        scratch.text("SELECT count(*) FROM meddic_analyses").await,
        "0"
    );
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM sunset.before_images")
            .await,
        "2"
    );

    // Quarantined now: the conversation stays, and goes where pruning was asked for.
    let mut orphan = item("conversations", "c", vec![]);
    orphan.quarantine = Some(Quarantine {
        reason: "orphan".into(),
        detail: "no lead o".into(),
        raw: b"{\0}".to_vec(),
        place: None,
    });
    orphan.outcome_digest.0[0] ^= 2;
    let outcome = store
        .load(std::slice::from_ref(&orphan))
        .await
        .expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Quarantined]);
    assert_eq!(outcome.rows["conversations"].held, 1);
    assert_eq!(
        scratch.text("SELECT count(*) FROM conversations").await,
        "1"
    );
    let pruning = run.rows(OnConflict::Keep).pruning(true);
    let outcome = pruning
        .load(std::slice::from_ref(&orphan))
        .await
        .expect("load");
    assert_eq!(outcome.rows["conversations"].removed, 1);
    assert_eq!(
        scratch.text("SELECT count(*) FROM conversations").await,
        "0"
    );
    assert_eq!(
        scratch
            .text("SELECT encode(raw, 'hex') FROM sunset.quarantine")
            .await,
        "7b007d"
    );
    assert_eq!(
        scratch
            .text("SELECT state FROM sunset.items WHERE document_id = 'c'")
            .await,
        "quarantined"
    );
    // Mended.
    store.load(&case("one")).await.expect("load");
    assert_eq!(
        scratch.text("SELECT count(*) FROM sunset.quarantine").await,
        "0"
    );
    assert_eq!(
        scratch.text("SELECT count(*) FROM meddic_analyses").await,
        "1"
    );
}

#[tokio::test]
async fn warnings_are_those_of_the_document_as_it_is_now() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep);
    let warn = |path: &str| Warning {
        code: "coerced_text".into(),
        path: path.into(),
        raw: "{\"integerValue\":\"1\"}".into(),
    };
    let with = |warnings: Vec<Warning>| {
        let plain = item("leads", "o", vec![opportunity("o", "1", "A")]);
        Item::new(
            plain.key,
            plain.source_digest,
            plain.rows,
            warnings,
            None,
            vec![],
        )
    };
    store
        .load(&[with(vec![warn("a"), warn("b\0b")])])
        .await
        .expect("load");
    assert_eq!(
        scratch.text("SELECT count(*) FROM sunset.warnings").await,
        "2"
    );
    store.load(&[with(vec![warn("c")])]).await.expect("load");
    assert_eq!(
        scratch
            .text("SELECT string_agg(path, ',') FROM sunset.warnings")
            .await,
        "c"
    );
    store.load(&[with(vec![])]).await.expect("load");
    assert_eq!(
        scratch.text("SELECT count(*) FROM sunset.warnings").await,
        "0"
    );
}

#[tokio::test]
async fn an_assigned_number_never_moves() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep);
    let with = |id: &str, number: &str| {
        let mut item = item("leads", id, vec![opportunity(id, number, "A")]);
        item.assigned = vec![Assignment {
            kind: "customer".into(),
            number: number.into(),
        }];
        item
    };
    store
        .load(&[with("a", "202511-000001")])
        .await
        .expect("load");
    store
        .load(&[with("a", "202511-000001")])
        .await
        .expect("again");
    for (id, number) in [("b", "202511-000001"), ("a", "202511-000002")] {
        let mut stranger = with(id, number);
        stranger.rows.clear();
        stranger.row_digests.clear();
        stranger.outcome_digest.0[0] ^= 1;
        let error = store.load(&[stranger]).await.expect_err(id);
        assert_eq!(error.kind(), ErrorKind::Internal);
    }
    assert_eq!(
        scratch
            .text("SELECT number || document_id FROM sunset.assigned_numbers")
            .await,
        "202511-000001a"
    );
}

#[tokio::test]
async fn a_table_that_is_not_there_sends_to_schema_push() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let error = run
        .rows(OnConflict::Keep)
        .load(&[item("leads", "o", vec![opportunity("o", "1", "A")])])
        .await
        .expect_err("no table");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error
            .to_string()
            .contains("\"opportunities\" does not exist"),
        "{error}"
    );
    assert!(
        error
            .remedy_text()
            .is_some_and(|text| text.contains("schema-push"))
    );
}

#[tokio::test]
async fn transcripts_are_compressed_with_lz4_where_the_server_has_it() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    // Asked here, not of the program.
    let offered = "SELECT count(*)::text FROM pg_settings \
                   WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)";
    if scratch.text(offered).await == "0" {
        println!("skipped: the server was built without lz4");
        return;
    }
    // The tables' owner chose the other one.
    let other = format!(
        "ALTER DATABASE \"{}\" SET default_toast_compression = 'pglz'",
        scratch.name
    );
    scratch.run(&other).await;
    let said = |words: &str| {
        let mut row = conversation("c", "o", None, words);
        row.cells[5] = Cell::Json(format!("\"{}\"", words.repeat(2_000)));
        let lead = item("leads", "o", vec![opportunity("o", "1", "A")]);
        [lead, item("conversations", "c", vec![row])]
    };
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep);
    let compression = "SELECT title || ' ' || pg_column_compression(transcript) FROM conversations";
    store.load(&said("new ")).await.expect("load");
    assert_eq!(scratch.text(compression).await, "new  lz4");
    store.load(&said("old ")).await.expect("load");
    assert_eq!(scratch.text(compression).await, "old  lz4");
}

#[tokio::test]
async fn several_batches_at_a_time_are_several_transactions() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let store = std::sync::Arc::new(run.rows(OnConflict::Keep));
    let mut batches = Vec::new();
    for batch in 0..8 {
        let store = std::sync::Arc::clone(&store);
        batches.push(tokio::spawn(async move {
            let items: Vec<Item> = (0..250)
                .map(|number| {
                    let id = format!("{batch}-{number}");
                    item("leads", &id, vec![opportunity(&id, &id, "A")])
                })
                .collect();
            store.load(&items).await
        }));
    }
    for batch in batches {
        batch.await.expect("task").expect("load");
    }
    assert_eq!(
        scratch.text("SELECT count(*) FROM opportunities").await,
        "2000"
    );
    assert_eq!(
        scratch.text("SELECT count(*) FROM sunset.provenance").await,
        "2000"
    );
}
