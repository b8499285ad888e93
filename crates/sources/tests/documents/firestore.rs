//! Firestore by REST, against a server that fails on command.

mod faults;
mod tokens;

use std::collections::BTreeSet;

use serde_json::json;
use sunset_core::ErrorKind;
use sunset_core::instant::Instant;
use sunset_core::ports::documents::DocumentSource;
use sunset_sources::firestore::{Firestore, FirestoreSettings, ReadOptions};
use sunset_sources::folder::Folder;
use sunset_testkit::firestore::{FakeFirestore, Fault, READ_TIME};

use self::tokens::with_account;
use super::reading::{COLLECTIONS, Delivered, deliver, sample, sample_documents, try_deliver};
use crate::keys::private_key;

const ROOT: &str = "projects/p/databases/(default)/documents";

fn settings(fake: &FakeFirestore) -> FirestoreSettings {
    FirestoreSettings {
        emulator: Some(fake.host()),
        ..FirestoreSettings::new("p")
    }
}

fn source(fake: &FakeFirestore, options: ReadOptions) -> Firestore {
    Firestore::new(&settings(fake), options).expect("a client")
}

/// Pages of 20, one stream, so that little data makes many requests.
fn small() -> ReadOptions {
    ReadOptions {
        first_page: 20,
        streams: 1,
        ..ReadOptions::default()
    }
}

fn put(fake: &FakeFirestore, path: &str, number: usize) {
    fake.put(json!({
        "name": format!("{ROOT}/{path}"),
        "fields": { "number": { "integerValue": number.to_string() }, "text": { "stringValue": "}]\",{" } },
        "createTime": "2025-01-01T00:00:00Z",
        "updateTime": "2025-01-02T00:00:00Z",
    }));
}

/// A server with `count` cases, and others beside them.
async fn with_cases(count: usize) -> FakeFirestore {
    let fake = FakeFirestore::start().await.expect("a server");
    for number in 0..count {
        put(&fake, &format!("cases/case-{number:04}"), number);
    }
    put(&fake, "cases/case-0001/notes/n", 0);
    put(&fake, "aaa/1", 0);
    put(&fake, "zzz/1", 0);
    fake
}

fn assert_all_once(delivered: &Delivered, count: usize) {
    assert!(delivered.bad.is_empty());
    let ids: Vec<&str> = delivered.documents.iter().map(|d| d.id.as_str()).collect();
    let expected: Vec<String> = (0..count).map(|n| format!("case-{n:04}")).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn the_sample_comes_as_from_its_files() {
    let fake = FakeFirestore::start().await.expect("a server");
    for document in sample_documents() {
        fake.put(document);
    }
    let from_files = deliver(&Folder::new(sample("firestore")), &COLLECTIONS).await;
    let settings = FirestoreSettings {
        emulator: Some(fake.host()),
        ..FirestoreSettings::new("sales-ai-demo")
    };
    let source = Firestore::new(&settings, ReadOptions::default()).expect("a client");
    let from_server = deliver(&source, &COLLECTIONS).await;
    assert_eq!(from_server.documents, from_files.documents);
    assert!(from_server.bad.is_empty());
}

#[tokio::test]
async fn everything_is_read_as_of_one_time() {
    let fake = with_cases(50).await;
    let source = source(&fake, small());
    let snapshot = source.open().await.expect("a server");
    assert_eq!(snapshot.source, "firestore://p/(default)");
    assert_eq!(snapshot.read_time.as_deref(), Some(READ_TIME));
    assert_all_once(&deliver(&source, &["cases"]).await, 50);
    assert_all_once(&deliver(&source, &["cases"]).await, 50);
    let times: BTreeSet<Option<String>> = fake
        .requests()
        .into_iter()
        .skip(1)
        .map(|(_, body)| body["readTime"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(times, BTreeSet::from([Some(READ_TIME.to_owned())]));
}

#[tokio::test]
async fn another_time_can_be_asked_for() {
    let fake = with_cases(30).await;
    let time = "2025-11-03T02:00:00Z";
    let source = source(
        &fake,
        ReadOptions {
            read_time: Instant::parse_rfc3339(time, false),
            ..small()
        },
    );
    let snapshot = source.open().await.expect("a server");
    assert_eq!(snapshot.read_time.as_deref(), Some(time));
    assert_all_once(&deliver(&source, &["cases"]).await, 30);
    let requests = fake.requests();
    assert!(requests.iter().all(|(_, body)| body["readTime"] == time));
}

#[tokio::test]
async fn a_snapshot_that_is_gone_is_told_with_what_to_do() {
    // In the middle of the reading, and not tried again.
    let fake = with_cases(90).await;
    fake.fail([Fault::Empty, Fault::SnapshotTooOld, Fault::Empty]);
    let error = try_deliver(&source(&fake, small()), &["cases"])
        .await
        .expect_err("too old");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("too old"), "{error}");
    let remedy = error.remedy_text().expect("a remedy");
    assert!(
        remedy.contains("run again") && remedy.contains("--read-time"),
        "{remedy}"
    );
    assert_eq!(fake.faults_left(), 1);
}

#[tokio::test]
async fn only_what_is_billed_is_counted() {
    let fake = with_cases(45).await;
    let free = source(&fake, small());
    deliver(&free, &["cases"]).await;
    assert_eq!(free.billed_reads(), None);
    assert_eq!(
        free.expected_reads(&["cases"], 2).await.expect("a server"),
        None
    );
    let Some(key) = private_key() else {
        println!("skipped: there is no openssl to make a key with");
        return;
    };
    let billed = Firestore::new(&with_account(&fake, key), small()).expect("a client");
    assert_eq!(billed.billed_reads(), Some(0));
    // Twice, a look at the names, and one for the collection that is empty, twice.
    let expected = billed.expected_reads(&["cases", "none"], 2).await;
    assert_eq!(expected.expect("a server"), Some(45 * 3 + 2));
    // The probe and two counts.
    assert_eq!(billed.billed_reads(), Some(3));
    fake.fail([Fault::Cut(7)]);
    deliver(&billed, &["cases", "none"]).await;
    // What comes twice is billed twice; here the broken answer was gone on with behind its end.
    assert_eq!(billed.billed_reads(), Some(3 + 45 + 1));
}

#[tokio::test]
async fn what_is_beside_and_below_the_plan_is_told() {
    let fake = with_cases(45).await;
    put(&fake, "leads/gone/calls/c/parts/p", 0);
    let source = source(&fake, small());
    assert_eq!(
        source.not_planned(&COLLECTIONS).await.expect("readable"),
        ["aaa", "cases/*/notes", "leads/*/calls/*/parts", "zzz"]
    );
}

/// A document of another database is delivered under its own name.
#[tokio::test]
async fn the_database_that_is_read_is_known() {
    let fake = with_cases(1).await;
    let source = source(&fake, small());
    assert_eq!(
        source.expected_database().as_deref(),
        Some("projects/p/databases/(default)")
    );
}

#[tokio::test]
async fn a_collection_is_read_in_parts_where_the_server_cuts_it() {
    let fake = with_cases(203).await;
    fake.with_partitions();
    fake.fail([Fault::Reset(3), Fault::Cut(0), Fault::Drip(100)]);
    let options = ReadOptions {
        streams: 4,
        ..small()
    };
    assert_all_once(&deliver(&source(&fake, options), &["cases"]).await, 203);
    let ranges = fake
        .requests()
        .into_iter()
        .filter(|(_, body)| body["structuredQuery"]["endAt"].is_object())
        .map(|(_, body)| body["structuredQuery"]["endAt"].to_string())
        .collect::<BTreeSet<String>>();
    assert_eq!(ranges.len(), 3, "four ranges, of which one has no end");
}

#[tokio::test]
async fn numbers_and_unusual_ids_are_read_in_any_order() {
    let fake = FakeFirestore::start().await.expect("a server");
    let ids = [
        "__id9__",
        "__id10__",
        "__id-3__",
        "é",
        "~",
        "a b",
        "\u{1f600}",
        "202511–1",
    ];
    for (number, id) in ids.iter().enumerate() {
        put(&fake, &format!("cases/{id}"), number);
    }
    fake.with_partitions();
    fake.fail([Fault::Cut(1), Fault::Cut(1)]);
    let delivered = deliver(&source(&fake, ReadOptions::default()), &["cases"]).await;
    let found: BTreeSet<&str> = delivered.documents.iter().map(|d| d.id.as_str()).collect();
    assert_eq!(found, BTreeSet::from(ids));
    assert_eq!(delivered.documents.len(), ids.len());
    let first = delivered
        .documents
        .first()
        .map(|d| d.fields.get("number").is_some());
    assert_eq!(first, Some(true));
}
