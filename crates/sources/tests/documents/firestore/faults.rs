//! A server that fails, waits, refuses, and repeats itself.

use std::num::NonZeroU32;
use std::time::Duration;

use serde_json::json;
use sunset_core::ErrorKind;
use sunset_core::ports::documents::DocumentSource;
use sunset_sources::firestore::{Firestore, FirestoreSettings, ReadOptions};
use sunset_testkit::firestore::{Fault, READ_TIME};

use super::super::heard::Heard;
use super::super::reading::{deliver, try_deliver};
use super::{ROOT, assert_all_once, small, source, with_cases};

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

#[tokio::test]
async fn an_answer_as_of_another_time_is_no_part_of_the_snapshot() {
    let fake = with_cases(40).await;
    let source = source(&fake, small());
    source.open().await.expect("a server");
    fake.fail([Fault::AnotherTime(7)]);
    let error = try_deliver(&source, &["cases"])
        .await
        .expect_err("two times");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains("as of 2025-11-03T01:59:59Z"));
    assert!(error.to_string().contains(READ_TIME));
    assert!(
        error
            .remedy_text()
            .is_some_and(|text| text.contains("snapshot"))
    );
}

/// Something answers in Firestore's place: that it gives no document does not say that there are
/// none, and with `--prune` rows would go.
#[tokio::test]
async fn an_answer_that_is_none_does_not_end_a_collection() {
    for text in [
        "{}",
        "[]",
        "{\"status\":\"ok\"}",
        "{\"documents\":[{}]}",
        "[{}]",
    ] {
        let fake = with_cases(40).await;
        let source = source(&fake, small());
        source.open().await.expect("a server");
        fake.fail([Fault::Foreign(text)]);
        let error = try_deliver(&source, &["cases"])
            .await
            .expect_err("no answer of Firestore's");
        assert_eq!(error.kind(), ErrorKind::Malformed, "{text}");
        assert!(error.to_string().contains("as of when"), "{error}");
        assert!(error.remedy_text().is_some());
    }
}

#[tokio::test]
async fn who_may_not_read_one_collection_is_told_which() {
    let fake = with_cases(10).await;
    let source = source(&fake, small());
    source.open().await.expect("a server");
    let denied = Fault::Status {
        code: 403,
        status: "PERMISSION_DENIED",
        retry_after: None,
    };
    fake.fail([denied]);
    let error = try_deliver(&source, &["cases"]).await.expect_err("denied");
    assert_eq!(error.item_name(), Some("p/(default), collection cases"));
}
