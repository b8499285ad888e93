//! What goes wrong, and what the programs say of it.

use std::collections::BTreeMap;

use serde_json::json;

use super::workplace::{self, Workplace, repository, run};

fn document(id: &str, fields: &serde_json::Value) -> String {
    workplace::document(&format!("cases/{id}"), fields, "2025-11-01T00:00:00Z")
}

#[test]
fn every_missing_variable_is_named_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let outcome = run("data-migrate", &[], dir.path(), &BTreeMap::new());
    assert_eq!(outcome.status, 1);
    for name in ["DATABASE_URL", "V2_FIRESTORE"] {
        assert!(outcome.stderr.contains(name), "{}", outcome.stderr);
    }
    assert!(outcome.stderr.contains("next:"), "{}", outcome.stderr);
}

#[test]
fn a_file_in_the_folder_configures_a_program() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(
        dir.path().join(".env"),
        "DATABASE_URL=mysql://x\nV2_FIRESTORE=file:///x\n",
    )
    .expect("a file");
    let outcome = run("data-migrate", &[], dir.path(), &BTreeMap::new());
    assert_eq!(outcome.status, 1);
    assert!(
        outcome.stderr.contains("is no PostgreSQL URL"),
        "{}",
        outcome.stderr
    );
    std::fs::write(dir.path().join(".env.migration"), "nonsense\n").expect("a file");
    let outcome = run("data-migrate", &[], dir.path(), &BTreeMap::new());
    assert!(outcome.stderr.contains("line 1"), "{}", outcome.stderr);
}

#[test]
fn wrong_usage_exits_2() {
    let dir = tempfile::tempdir().expect("a folder");
    for program in [
        "schema-push",
        "data-migrate",
        "final-check",
        "rollback",
        "check-r2",
    ] {
        let outcome = run(program, &["--no-such-option"], dir.path(), &BTreeMap::new());
        assert_eq!(outcome.status, 2, "{program}");
        assert!(outcome.stdout.is_empty(), "{program}");
    }
}

#[test]
fn a_database_that_does_not_exist_and_one_without_tables_are_answered() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let outcome = place.expect(1, "data-migrate", &[]);
    assert!(outcome.stderr.contains("schema-push"), "{}", outcome.stderr);
    let wrong = format!("{}_gone", place.url());
    let place = place.with("DATABASE_URL", &wrong);
    let outcome = place.expect(1, "data-migrate", &["--json"]);
    assert_eq!(
        outcome.json()["error"]["kind"],
        "not_found",
        "{}",
        outcome.stderr
    );
    assert!(outcome.stderr.contains("next:"), "{}", outcome.stderr);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    let place = place.with("V2_FIRESTORE", "file:///nowhere/at/all");
    let outcome = place.expect(1, "data-migrate", &[]);
    assert!(
        outcome.stderr.contains("/nowhere/at/all") && outcome.stderr.contains("V2_FIRESTORE"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn an_owner_who_does_not_exist_is_answered_with_the_sql_that_makes_one() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    let place = place.with("MIGRATION_USER_ID", "nobody");
    let outcome = place.expect(1, "data-migrate", &[]);
    assert!(outcome.stderr.contains("INSERT INTO"), "{}", outcome.stderr);
    let place = place.without("MIGRATION_USER_ID");
    place.expect(0, "data-migrate", &[]);
}

#[test]
fn malformed_documents_are_kept_and_the_others_migrated() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let good = document("good", &json!({"customerId": {"stringValue": "C"}}));
    let lone = document("lone", &json!({}));
    let broken = document("broken", &json!({"x": {"booleanValue": "true"}}));
    let half = &good[..good.len() / 2];
    let mut lines = format!("{good}\n{lone}\n{broken}\n{half}\n").into_bytes();
    lines.extend_from_slice(b"\xff\xfe\n");
    let place = place.with_documents(&[("cases.ndjson", &lines), ("notes.ndjson", b"")]);
    place.expect(0, "schema-push", &[]);
    let outcome = place.expect(3, "data-migrate", &["--json"]);
    let report = outcome.json();
    assert_eq!(report["collections"]["cases"]["read"], 5);
    assert_eq!(report["collections"]["cases"]["written"], 1);
    assert_eq!(report["quarantined"]["bad_document"]["count"], 3);
    assert_eq!(report["quarantined"]["missing_customer_id"]["count"], 1);
    assert_eq!(report["not_planned"], json!(["notes"]));
    let kept =
        place.query("SELECT encode(raw, 'hex') FROM sunset.quarantine WHERE place LIKE '%:5'");
    assert_eq!(kept, ["fffe"], "the bytes as they were read");
    assert_eq!(place.query("SELECT id FROM conversations"), ["good"]);
    place.expect(3, "data-migrate", &[]);
    let check = ["--no-report", "--only", "data"];
    place.expect(0, "final-check", &check);
}

#[test]
fn documents_of_another_project_with_the_same_id_are_no_repeats() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let case =
        |id: &str, customer: &str| document(id, &json!({"customerId": {"stringValue": customer}}));
    let ours = [case("a", "A"), case("b", "B"), case("c", "C")];
    let theirs = case("a", "Z").replace("projects/p/", "projects/elsewhere/");
    assert!(theirs.contains("elsewhere"), "{theirs}");
    let lines = [theirs.as_str(), &ours[0], &ours[1], &theirs, &ours[2]].join("\n");
    let place = place
        .with_documents(&[
            ("cases.ndjson", lines.as_bytes()),
            ("leads.jsonl", b"{}\n"),
            ("leads.ndjson.GZ", b""),
        ])
        .with("FIREBASE_PROJECT_ID", "configured");
    place.expect(0, "schema-push", &[]);
    let outcome = place.expect(3, "data-migrate", &["--json"]);
    let report = outcome.json();
    let cases = &report["collections"]["cases"];
    assert_eq!((&cases["read"], &cases["repeated"]), (&json!(5), &json!(1)));
    assert_eq!(
        (&cases["written"], &cases["quarantined"]),
        (&json!(3), &json!(1))
    );
    let remarks = report["remarks"].to_string();
    for words in [
        "not read: leads.jsonl, leads.ndjson.GZ",
        "2 databases",
        "names projects/configured",
    ] {
        assert!(remarks.contains(words), "{words}: {remarks}");
        assert!(
            outcome.stderr.contains(words),
            "{words}: {}",
            outcome.stderr
        );
    }
    assert_eq!(
        place.query("SELECT customer_number FROM opportunities ORDER BY 1"),
        ["A", "B", "C"]
    );
    let kept = place.query("SELECT document_id, reason, position('\"Z\"' in convert_from(raw, 'UTF8')) > 0 FROM sunset.quarantine");
    assert_eq!(
        kept,
        ["projects/elsewhere/databases/(default)/documents/cases/a|bad_document|t"]
    );
    // Again, and checked: nothing changes, and nothing is called gone.
    let again = place
        .expect(3, "data-migrate", &["--prune", "--json"])
        .json();
    assert_eq!(again["collections"]["cases"]["unchanged"], 3);
    let check = place.expect(0, "final-check", &["--no-report", "--only", "data"]);
    assert!(check.stderr.contains("2 databases"), "{}", check.stderr);
    assert!(check.stderr.contains("leads.jsonl"), "{}", check.stderr);
}

#[test]
fn a_mended_document_leaves_quarantine() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let broken = document("k", &json!({"customerId": {"integerValue": "x"}}));
    let place = place.with_documents(&[("cases.ndjson", broken.as_bytes())]);
    place.expect(0, "schema-push", &[]);
    place.expect(3, "data-migrate", &[]);
    let mended = document("k", &json!({"customerId": {"integerValue": "7"}}));
    let place = place.with_documents(&[("cases.ndjson", mended.as_bytes())]);
    place.expect(0, "data-migrate", &[]);
    assert_eq!(place.query("SELECT count(*) FROM sunset.quarantine"), ["0"]);
    assert_eq!(
        place.query("SELECT id, customer_number FROM opportunities"),
        ["7|7"]
    );
    assert_eq!(
        place.query("SELECT code, path, raw FROM sunset.warnings ORDER BY 1"),
        [
            "coerced_text|customerId|{\"integerValue\":\"7\"}",
            "created_from_metadata|createdAt|{\"timestampValue\":\"2025-11-01T00:00:00Z\"}",
        ]
    );
}

#[test]
fn a_source_that_cannot_be_read_leaves_nothing_behind() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let v2 = place.dir.path().join("v2");
    std::fs::create_dir_all(&v2).expect("a folder");
    let leads = repository().join("samples/sales-ai/firestore/leads.ndjson");
    std::fs::copy(leads, v2.join("leads.ndjson")).expect("copied");
    std::fs::write(v2.join("cases.ndjson.gz"), b"\x1f\x8b\x08\0no gzip").expect("written");
    let place = place.with("V2_FIRESTORE", &format!("file://{}", v2.display()));
    place.expect(0, "schema-push", &[]);
    place.expect(1, "data-migrate", &["--backup", "tables"]);
    assert_eq!(place.query("SELECT count(*) FROM \"user\""), ["0"]);
    for table in ["provenance", "items", "baselines", "backups"] {
        let count = format!("SELECT count(*) FROM sunset.{table}");
        assert_eq!(place.query(&count), ["0"], "{table}");
    }
    std::fs::remove_file(v2.join("cases.ndjson.gz")).expect("removed");
    let outcome = place.expect(0, "data-migrate", &[]);
    assert!(
        outcome.stderr.contains("made the owner, Migration User"),
        "{}",
        outcome.stderr
    );
    let owners = "SELECT count(*) FROM \"user\" AS u WHERE EXISTS \
                  (SELECT FROM opportunities AS o WHERE o.user_id = u.id)";
    assert_eq!(place.query(owners), ["1"]);
}
