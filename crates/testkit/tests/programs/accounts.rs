//! What `final-check` says of a ledger that lost entries, or holds something else, and what
//! `--repair` does about it.

use serde_json::Value;

use super::workplace::Workplace;

const DATA: [&str; 4] = ["--json", "--no-report", "--only", "data"];

fn migrated() -> Option<Workplace> {
    let place = Workplace::new()?;
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    Some(place)
}

/// What the check of the ledger's entries names.
fn named(document: &Value) -> Vec<String> {
    let sections = document["sections"].as_array().expect("sections");
    let checks = sections
        .iter()
        .flat_map(|section| section["checks"].as_array().expect("checks"));
    let of_ledger = checks.filter(|check| {
        let name = check["name"].as_str().unwrap_or_default();
        name.starts_with("the ledger says of every document")
    });
    let findings = of_ledger.flat_map(|check| check["findings"].as_array().expect("findings"));
    let failures = findings.filter(|finding| finding["severity"] == "failure");
    failures
        .flat_map(|finding| finding["items"].as_array().expect("items"))
        .map(|item| item.as_str().unwrap_or_default().to_owned())
        .collect()
}

/// A damage, what is named, and whether a repair heals it.
const DAMAGES: [(&str, &str, bool); 15] = [
    (
        "DELETE FROM sunset.provenance WHERE table_name = 'conversations' AND row_id = '202506-IC001'",
        "conversations 202506-IC001: the ledger has no entry",
        true,
    ),
    (
        "DELETE FROM sunset.provenance WHERE table_name = 'opportunities' AND row_id = '202506-019509'",
        "opportunities 202506-019509: the ledger has no entry",
        true,
    ),
    (
        "INSERT INTO sunset.provenance SELECT table_name, 'ghost', collection, document_id, mapped, written, \
         shape, action, created_run, run FROM sunset.provenance WHERE row_id = '202506-IC001'",
        "conversations ghost: the ledger has an entry, V3 has no such row, and cases/202506-IC001 gives none",
        true,
    ),
    (
        "UPDATE sunset.provenance SET mapped = sha256('x') WHERE row_id = '202506-IC001'",
        "conversations 202506-IC001: mapped is ",
        true,
    ),
    (
        "UPDATE sunset.provenance SET written = sha256('x') WHERE row_id = '202506-IC001'",
        "conversations 202506-IC001: written is ",
        true,
    ),
    (
        "UPDATE sunset.provenance SET shape = 1 + shape WHERE row_id = '202506-IC001'",
        "conversations 202506-IC001: shape is ",
        true,
    ),
    (
        "UPDATE sunset.provenance SET shape = 99 WHERE row_id = '202506-IC001'",
        "conversations 202506-IC001: shape is 99 instead of ",
        true,
    ),
    (
        "UPDATE sunset.provenance SET document_id = '202506-IC003' WHERE row_id = '202506-IC001'",
        "conversations 202506-IC001: document is cases/202506-IC003 instead of cases/202506-IC001",
        true,
    ),
    (
        "DELETE FROM sunset.items WHERE document_id = '202506-IC001'",
        "cases/202506-IC001: the ledger has no entry",
        true,
    ),
    (
        "UPDATE sunset.items SET state = 'quarantined' WHERE document_id = '202506-IC001'",
        "cases/202506-IC001: state is quarantined instead of migrated",
        true,
    ),
    (
        "UPDATE sunset.items SET outcome_digest = sha256('x') WHERE document_id = '202506-IC001'",
        "cases/202506-IC001: outcome_digest is ",
        true,
    ),
    (
        "INSERT INTO sunset.warnings VALUES ('cases', '202506-IC001', 0, 'odd', 'notes', 'x', 1)",
        "cases/202506-IC001: warning 1 is odd (notes) instead of missing",
        true,
    ),
    (
        "DELETE FROM sunset.assigned_numbers WHERE document_id = (SELECT min(document_id) FROM sunset.assigned_numbers)",
        " number is missing instead of ",
        true,
    ),
    (
        "DELETE FROM sunset.shapes WHERE table_name = 'meddic_analyses'",
        ": shape is ",
        true,
    ),
    (
        "INSERT INTO sunset.provenance SELECT 'user', 'someone', collection, document_id, mapped, written, \
         shape, action, created_run, run FROM sunset.provenance WHERE row_id = '202506-IC001'; \
         INSERT INTO \"user\" (id, name, email) VALUES ('someone', 'S', 's@x.tw')",
        "user someone: the ledger has an entry, and cases/202506-IC001 gives no such row",
        false,
    ),
];

#[test]
fn what_the_ledger_lost_is_named_and_booked_again() {
    let Some(place) = migrated() else {
        return;
    };
    let clean = place.expect(0, "final-check", &DATA).json();
    assert!(named(&clean).is_empty(), "none is invented");
    // A document without a number of its own, and one in quarantine.
    let rows = "SELECT 'o', t::text FROM opportunities t UNION ALL SELECT 'c', t::text FROM \
                conversations t UNION ALL SELECT 'm', t::text FROM meddic_analyses t ORDER BY 1, 2";
    let before = place.query(rows);
    let numbers = place.query("SELECT count(*) FROM sunset.assigned_numbers");
    for (damage, item, heals) in DAMAGES {
        if damage.contains("assigned_numbers") && numbers == ["0"] {
            continue;
        }
        place.query(damage);
        let outcome = place.run("final-check", &DATA);
        assert_eq!(outcome.status, 4, "{damage}\n{}", outcome.stderr);
        let found = named(&outcome.json());
        assert!(
            found.iter().any(|named| named.contains(item)),
            "{damage}\n{item}\n{found:#?}"
        );
        let mut arguments = DATA.to_vec();
        arguments.push("--repair");
        let repaired = place.run("final-check", &arguments);
        let again = place.run("final-check", &DATA);
        assert_eq!(again.status == 0, heals, "{damage}\n{}", again.stdout);
        assert_eq!(
            repaired.status, again.status,
            "{damage}\n{}",
            repaired.stdout
        );
        assert_eq!(place.query(rows), before, "{damage}: no row was touched");
    }
    place.query("DELETE FROM sunset.provenance WHERE row_id = 'someone'");
    place.expect(0, "final-check", &DATA);
    // What was booked again is the migration's, and goes with it.
    place.expect(0, "rollback", &["--yes"]);
    assert_eq!(place.query(rows), [""; 0]);
}

#[test]
fn a_row_that_the_ledger_lost_and_that_is_another_now_stays_and_is_named() {
    let Some(place) = migrated() else {
        return;
    };
    place.query(
        "DELETE FROM sunset.provenance WHERE row_id = '202506-IC001'; \
         UPDATE conversations SET duration = 1 WHERE id = '202506-IC001'",
    );
    let mut arguments = DATA.to_vec();
    arguments.push("--repair");
    let outcome = place.expect(4, "final-check", &arguments);
    assert!(
        outcome
            .stdout
            .contains("202506-IC001: duration is 1 instead of 125"),
        "{}",
        outcome.stdout
    );
    assert_eq!(
        place.query("SELECT duration FROM conversations WHERE id = '202506-IC001'"),
        ["1"]
    );
}

#[test]
fn a_document_in_quarantine_is_kept_and_a_number_given_is_remembered() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let document = |collection: &str, id: &str, fields: &str| {
        format!(
            "{{\"name\": \"projects/p/databases/(default)/documents/{collection}/{id}\", \"fields\": {{{fields}}}, \
             \"createTime\": \"2025-11-01T00:00:00Z\", \"updateTime\": \"2025-11-01T00:00:00Z\"}}"
        )
    };
    let leads = [
        document("leads", "a", ""),
        document("leads", "b", "\"status\": {\"stringValue\": \"odd\"}"),
    ]
    .join("\n");
    let orphan = document(
        "conversations",
        "c",
        "\"lead_id\": {\"stringValue\": \"nobody\"}",
    );
    let place = place.with_documents(&[
        ("leads.ndjson", leads.as_bytes()),
        ("conversations.ndjson", orphan.as_bytes()),
    ]);
    place.expect(0, "schema-push", &[]);
    place.expect(3, "data-migrate", &[]);
    place.expect(0, "final-check", &DATA);
    for (damage, item) in [
        (
            "DELETE FROM sunset.assigned_numbers WHERE document_id = 'a'",
            "leads/a: customer number is missing instead of 202511-000001",
        ),
        (
            "DELETE FROM sunset.quarantine",
            "conversations/c: the ledger does not keep the document that is in quarantine",
        ),
        (
            "UPDATE sunset.quarantine SET reason = 'missing_lead_id'",
            "conversations/c: reason is missing_lead_id instead of orphan",
        ),
        (
            "DELETE FROM sunset.warnings",
            "leads/b: warning 1 is missing instead of unknown_status (status)",
        ),
        (
            "UPDATE sunset.warnings SET raw = 'x'",
            "leads/b: warning 1 is unknown_status (status) of another value instead of unknown_status (status)",
        ),
        (
            "UPDATE sunset.quarantine SET raw = 'x'",
            "conversations/c: the ledger does not keep the document that is in quarantine",
        ),
        (
            "DELETE FROM sunset.items",
            "conversations/c: the ledger has no entry",
        ),
    ] {
        place.query(damage);
        let found = named(&place.expect(4, "final-check", &DATA).json());
        assert!(
            found.iter().any(|named| named == item),
            "{damage}\n{item}\n{found:#?}"
        );
        let mut arguments = DATA.to_vec();
        arguments.push("--repair");
        place.expect(0, "final-check", &arguments);
        place.expect(0, "final-check", &DATA);
    }
}

#[test]
fn a_document_that_was_read_otherwise_and_gives_the_same_is_noted() {
    let Some(place) = migrated() else {
        return;
    };
    let digest = "SELECT source_digest FROM sunset.items WHERE document_id = '202506-IC001'";
    let before = place.query(digest);
    place.query(
        "UPDATE sunset.items SET source_digest = sha256('x') WHERE document_id = '202506-IC001'",
    );
    // Nothing is missing for it, so that the check passes.
    let found = place.expect(0, "final-check", &DATA);
    let words = "documents were read otherwise when they were booked, and give the same";
    assert!(
        found.stdout.contains(words) && found.stdout.contains("\"cases/202506-IC001\""),
        "{}",
        found.stdout
    );
    let mut arguments = DATA.to_vec();
    arguments.push("--repair");
    place.expect(0, "final-check", &arguments);
    assert_eq!(place.query(digest), before);
    assert!(!place.expect(0, "final-check", &DATA).stdout.contains(words));
}
