//! Documents in quarantine, of which those of one reason are asked about.

use serde_json::{Value, json};

use super::catch_up::count;
use super::workplace::{Workplace, document};

fn case(id: &str, fields: &Value) -> String {
    document(&format!("cases/{id}"), fields, "2025-11-26T04:21:36Z") + "\n"
}

fn good(id: &str) -> String {
    case(id, &json!({"customerId": {"stringValue": "202511-000001"}}))
}

fn without_customer(id: &str) -> String {
    case(id, &json!({"customerId": {"stringValue": " "}}))
}

fn malformed(id: &str) -> String {
    case(id, &json!("nothing of a document"))
}

fn reading(place: Workplace, cases: &[String]) -> Workplace {
    place.with_documents(&[("cases.ndjson", cases.concat().as_bytes())])
}

/// What is told of those that were in quarantine for a reason: of how many, how many are migrated
/// now and how many are in it still.
fn retried(place: &Workplace, status: i32, reason: &str) -> [u64; 3] {
    let outcome = place.expect(
        status,
        "data-migrate",
        &["--retry-quarantined", reason, "--json"],
    );
    let report = outcome.json();
    let retried = &report["retried"];
    ["count", "migrated", "quarantined"]
        .map(|name| retried[name].as_u64().unwrap_or_else(|| panic!("{report}")))
}

#[test]
fn of_one_reason_only_its_documents_are_told() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let place = reading(
        place,
        &[
            good("a"),
            without_customer("b"),
            without_customer("c"),
            malformed("d"),
        ],
    );
    place.expect(0, "schema-push", &[]);
    place.expect(3, "data-migrate", &[]);
    let kept = "SELECT document_id || ' ' || reason FROM sunset.quarantine ORDER BY 1";
    assert_eq!(
        place.query(kept),
        [
            "b missing_customer_id",
            "c missing_customer_id",
            "d bad_document"
        ]
    );
    assert_eq!(retried(&place, 3, "missing_customer_id"), [2, 0, 2]);
    assert_eq!(retried(&place, 3, "bad_document"), [1, 0, 1]);

    // One of each is mended: the pass takes both in, and tells of those that it was asked about.
    let place = reading(
        place,
        &[good("a"), good("b"), without_customer("c"), good("d")],
    );
    let outcome = place.expect(
        3,
        "data-migrate",
        &["--retry-quarantined", "missing_customer_id"],
    );
    let line = "of 2 in quarantine before: 1 migrated, 1 still in quarantine, 0 in conflict, 0 no longer in V2";
    assert!(outcome.stdout.contains(line), "{}", outcome.stdout);
    assert_eq!(place.query(kept), ["c missing_customer_id"]);
    assert_eq!(count(&place, "conversations"), 3);

    // Nothing is there for the other reason any more, and the one that there is is named.
    let outcome = place.expect(1, "data-migrate", &["--retry-quarantined", "bad_document"]);
    assert!(
        outcome
            .stderr
            .contains("no document is in quarantine for the reason \"bad_document\"")
            && outcome.stderr.contains("missing_customer_id (1)"),
        "{}",
        outcome.stderr
    );
    let place = reading(place, &["a", "b", "c", "d"].map(good));
    assert_eq!(retried(&place, 0, "missing_customer_id"), [1, 1, 0]);
    assert_eq!(count(&place, "sunset.quarantine"), 0);
    assert_eq!(count(&place, "conversations"), 4);
    place.expect(0, "final-check", &["--no-report", "--only", "data"]);
}
