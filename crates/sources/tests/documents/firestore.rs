//! Firestore by REST, against a server that fails on command.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use sunset_core::ErrorKind;
use sunset_core::config::ServiceAccount;
use sunset_core::instant::Instant;
use sunset_core::ports::documents::DocumentSource;
use sunset_core::secret::Secret;
use sunset_sources::firestore::{Firestore, FirestoreSettings, ReadOptions};
use sunset_sources::folder::Folder;
use sunset_testkit::firestore::{FakeFirestore, Fault, READ_TIME};

use super::heard::Heard;
use super::reading::{COLLECTIONS, Delivered, deliver, sample, sample_documents, try_deliver};

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

#[tokio::test]
async fn no_fault_makes_a_gap_or_a_repetition() {
    let status = |code, status, retry_after| Fault::Status {
        code,
        status,
        retry_after,
    };
    for fault in [
        status(503, "UNAVAILABLE", None),
        status(500, "INTERNAL", None),
        status(429, "RESOURCE_EXHAUSTED", Some(0)),
        status(409, "ABORTED", None),
        status(502, "", None),
        Fault::Reset(0),
        Fault::Reset(13),
        Fault::Cut(0),
        Fault::Cut(7),
        Fault::Unclosed(0),
        Fault::Unclosed(19),
        Fault::Unclosed(20),
        Fault::ErrorWithin(5, "UNAVAILABLE"),
        Fault::ErrorWithin(20, "DEADLINE_EXCEEDED"),
        Fault::BareError("UNAVAILABLE"),
        Fault::Drip(100),
        Fault::Empty,
    ] {
        let fake = with_cases(90).await;
        // The second page, the third, and the one behind it.
        fake.fail([Fault::Empty, fault.clone(), fault.clone()]);
        let delivered = deliver(&source(&fake, small()), &["cases"]).await;
        assert_all_once(&delivered, 90);
        assert_eq!(fake.faults_left(), 0, "{fault:?} was never met");
    }
}

/// Which of several deliveries counts is decided where all of them are known.
#[tokio::test]
async fn what_an_answer_repeats_is_delivered_as_often_and_makes_no_gap() {
    for (fault, documents) in [(Fault::Duplicates, 130), (Fault::RepeatedAtEnd, 92)] {
        let fake = with_cases(90).await;
        fake.fail([Fault::Empty, fault.clone()]);
        let mut delivered = deliver(&source(&fake, small()), &["cases"]).await;
        assert_eq!(delivered.documents.len(), documents, "{fault:?}");
        delivered.documents.dedup_by(|a, b| a.id == b.id);
        assert_all_once(&delivered, 90);
    }
    // What a broken answer had delivered comes once, whatever the next one repeats.
    let fake = with_cases(90).await;
    fake.fail([Fault::Cut(7), Fault::Empty]);
    assert_all_once(&deliver(&source(&fake, small()), &["cases"]).await, 90);
}

#[tokio::test]
async fn an_array_that_is_none_is_refused() {
    let fake = with_cases(10).await;
    fake.fail([Fault::NoCommas]);
    let error = try_deliver(&source(&fake, small()), &["cases"])
        .await
        .expect_err("no JSON");
    assert_eq!(error.kind(), ErrorKind::Malformed);
}

#[tokio::test]
async fn long_waits_are_said_and_too_long_ones_are_none() {
    let asks = |seconds| Fault::Status {
        code: 429,
        status: "RESOURCE_EXHAUSTED",
        retry_after: Some(seconds),
    };
    let heard = Heard::default();
    let _listening = tracing::subscriber::set_default(heard.clone());
    let fake = with_cases(10).await;
    fake.fail([asks(5)]);
    assert_all_once(&deliver(&source(&fake, small()), &["cases"]).await, 10);
    let said = heard.lines();
    assert!(
        matches!(said.as_slice(), [line] if line.starts_with("V2 is asked again in 5 s: ")
            && line.contains("RESOURCE_EXHAUSTED")),
        "{said:?}"
    );
    let fake = with_cases(10).await;
    fake.fail([asks(601)]);
    let error = try_deliver(&source(&fake, small()), &["cases"])
        .await
        .expect_err("too long");
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert!(error.to_string().contains("601 s"), "{error}");
    let remedy = error.remedy_text().expect("a remedy");
    assert!(remedy.contains("in 11 minutes"), "{remedy}");
}

#[tokio::test]
async fn an_answer_that_brings_nothing_is_waited_for_aloud() {
    let heard = Heard::default();
    let _listening = tracing::subscriber::set_default(heard.clone());
    let fake = with_cases(10).await;
    fake.fail([Fault::Blank(12, Duration::from_millis(100))]);
    let options = ReadOptions {
        say_after: Duration::from_millis(400),
        ..small()
    };
    assert_all_once(&deliver(&source(&fake, options), &["cases"]).await, 10);
    let said = heard.lines();
    assert!((2..=3).contains(&said.len()), "{said:?}");
    assert!(
        said.iter()
            .all(|line| line.starts_with("still waiting for documents of cases: nothing came for")),
        "{said:?}"
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
async fn a_document_that_vanishes_does_not_stop_the_reading_behind_it() {
    let fake = with_cases(60).await;
    fake.fail([Fault::Cut(10)]);
    let source = source(&fake, small());
    source.open().await.expect("a server");
    let reading = source.read(&["cases"]);
    // Before the reader goes on, the document that its cursor names is gone.
    fake.remove(&format!("{ROOT}/cases/case-0009"));
    let delivered: Vec<_> = futures::TryStreamExt::try_collect::<Vec<_>>(reading)
        .await
        .expect("readable")
        .concat();
    assert!((59..=60).contains(&delivered.len()), "{}", delivered.len());
}

#[tokio::test]
async fn patience_ends_where_there_is_no_progress() {
    let fault = Fault::Status {
        code: 503,
        status: "UNAVAILABLE",
        retry_after: Some(0),
    };
    let fake = with_cases(30).await;
    fake.fail(vec![fault.clone(); 10]);
    let options = ReadOptions {
        retries: 2,
        ..small()
    };
    let error = try_deliver(&source(&fake, options), &["cases"])
        .await
        .expect_err("never available");
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert_eq!(fake.faults_left(), 7, "one attempt and two more");
    // As long as each attempt brings something, it goes on.
    let fake = with_cases(200).await;
    fake.fail(vec![Fault::Cut(10); 12]);
    assert_all_once(&deliver(&source(&fake, options), &["cases"]).await, 200);
    // What the server itself fails at is repeated twice at the most.
    let fake = with_cases(30).await;
    let internal = Fault::Status {
        code: 500,
        status: "INTERNAL",
        retry_after: Some(0),
    };
    fake.fail(vec![internal; 10]);
    let patient = ReadOptions {
        retries: 8,
        ..small()
    };
    assert!(
        try_deliver(&source(&fake, patient), &["cases"])
            .await
            .is_err()
    );
    assert_eq!(fake.faults_left(), 7);
}

#[tokio::test]
async fn the_service_is_left_alone_as_long_as_it_asks() {
    let fake = with_cases(10).await;
    fake.fail([Fault::Status {
        code: 429,
        status: "RESOURCE_EXHAUSTED",
        retry_after: Some(1),
    }]);
    let begun = std::time::Instant::now();
    assert_all_once(&deliver(&source(&fake, small()), &["cases"]).await, 10);
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn what_cannot_pass_is_told_at_once_with_a_remedy() {
    for (fault, kind, remedy) in [
        (
            ("PERMISSION_DENIED", 403),
            ErrorKind::Denied,
            "FIRESTORE_EMULATOR_HOST",
        ),
        (
            ("UNAUTHENTICATED", 401),
            ErrorKind::Denied,
            "FIRESTORE_EMULATOR_HOST",
        ),
        (
            ("NOT_FOUND", 404),
            ErrorKind::NotFound,
            "FIREBASE_PROJECT_ID",
        ),
    ] {
        let fake = with_cases(10).await;
        let (status, code) = fault;
        fake.fail(vec![
            Fault::Status {
                code,
                status,
                retry_after: None,
            };
            3
        ]);
        let error = try_deliver(&source(&fake, small()), &["cases"])
            .await
            .expect_err("refused");
        assert_eq!(error.kind(), kind);
        assert!(
            error
                .remedy_text()
                .is_some_and(|text| text.contains(remedy))
        );
        assert_eq!(fake.faults_left(), 2, "no second attempt");
    }
    let fake = with_cases(10).await;
    fake.fail([Fault::Html]);
    let error = try_deliver(&source(&fake, small()), &["cases"])
        .await
        .expect_err("a proxy's page");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    let nobody = FirestoreSettings {
        emulator: Some("127.0.0.1:1".into()),
        ..FirestoreSettings::new("p")
    };
    let once = ReadOptions {
        retries: 0,
        ..small()
    };
    let error = Firestore::new(&nobody, once)
        .expect("a client")
        .open()
        .await
        .expect_err("nobody there");
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(
        error
            .remedy_text()
            .is_some_and(|text| text.contains("FIRESTORE_EMULATOR_HOST"))
    );
}

#[tokio::test]
async fn a_document_that_is_not_well_formed_is_bad_and_the_others_come() {
    let fake = with_cases(50).await;
    for id in ["case-0019", "case-0020", "case-0049"] {
        fake.put(json!({
            "name": format!("{ROOT}/cases/{id}"),
            "fields": { "a": { "booleanValue": "true" } },
        }));
    }
    let delivered = deliver(&source(&fake, small()), &["cases"]).await;
    assert_eq!(delivered.documents.len(), 47);
    let bad: Vec<_> = delivered.bad.iter().map(|bad| bad.id.as_deref()).collect();
    assert_eq!(
        bad,
        [Some("case-0019"), Some("case-0020"), Some("case-0049")]
    );
    assert!(delivered.bad[0].place.ends_with("/cases/case-0019"));
    assert!(String::from_utf8_lossy(&delivered.bad[0].bytes).contains("booleanValue"));
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
async fn reading_is_no_faster_than_allowed() {
    let fake = with_cases(100).await;
    let options = ReadOptions {
        max_reads_per_second: NonZeroU32::new(100),
        ..small()
    };
    let begun = std::time::Instant::now();
    assert_all_once(&deliver(&source(&fake, options), &["cases"]).await, 100);
    assert!(begun.elapsed() >= Duration::from_millis(900));
}

/// A key made for this test alone, where `openssl` is there to make one.
fn private_key() -> Option<String> {
    let made = Command::new("openssl")
        .args([
            "genpkey",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:2048",
        ])
        .output()
        .ok()?;
    String::from_utf8(made.stdout)
        .ok()
        .filter(|key| !key.is_empty())
}

fn with_account(fake: &FakeFirestore, key: String) -> FirestoreSettings {
    FirestoreSettings {
        account: Some(ServiceAccount {
            client_email: "reader@p.example".into(),
            private_key: Secret::new(key),
        }),
        token_url: fake.token_url(),
        ..settings(fake)
    }
}

#[tokio::test]
async fn an_expired_token_is_replaced() {
    let Some(key) = private_key() else {
        println!("skipped: there is no openssl to make a key with");
        return;
    };
    let fake = with_cases(90).await;
    fake.with_tokens();
    fake.fail([Fault::Empty, Fault::ExpiredToken]);
    let source = Firestore::new(&with_account(&fake, key), small()).expect("a client");
    assert_all_once(&deliver(&source, &["cases"]).await, 90);
    assert_eq!(fake.faults_left(), 0);
    // The first, the one that expired (which nobody had), and its successor.
    assert_eq!(fake.tokens_given(), 3);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_corrected_by_the_services() {
    let Some(key) = private_key() else {
        println!("skipped: there is no openssl to make a key with");
        return;
    };
    for ahead in [-7_200, -20, 0, 20, 90_000] {
        let fake = with_cases(30).await;
        fake.with_tokens();
        fake.with_clock_ahead(ahead);
        let source = Firestore::new(&with_account(&fake, key.clone()), small()).expect("a client");
        assert_all_once(&deliver(&source, &["cases"]).await, 30);
        assert_eq!(fake.tokens_given(), 1, "{ahead}");
    }
}

#[tokio::test]
async fn a_token_is_replaced_before_it_ends_and_used_until_then() {
    let Some(key) = private_key() else {
        println!("skipped: there is no openssl to make a key with");
        return;
    };
    let fake = with_cases(200).await;
    fake.with_tokens();
    // A life shorter than the usual margin is used all the same.
    fake.with_tokens_of(200);
    let source = Firestore::new(&with_account(&fake, key.clone()), small()).expect("a client");
    assert_all_once(&deliver(&source, &["cases"]).await, 200);
    assert_eq!(fake.tokens_given(), 1);
    // One that is over at once is asked for each time, and nothing fails.
    let fake = with_cases(50).await;
    fake.with_tokens();
    fake.with_tokens_of(1);
    let source = Firestore::new(&with_account(&fake, key), small()).expect("a client");
    source.open().await.expect("a server");
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_all_once(&deliver(&source, &["cases"]).await, 50);
    assert!(fake.tokens_given() >= 2);
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
