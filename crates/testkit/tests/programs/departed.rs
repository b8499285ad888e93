//! Documents in quarantine that V2 has no longer: kept whole, and counted no more.

use serde_json::{Value, json};

use super::workplace::{Workplace, document};

/// A case; without a customer it is nothing but a document in quarantine.
fn case(id: &str, customer: Option<&str>) -> String {
    let mut fields = json!({"notes": {"stringValue": "kept whole"}});
    if let Some(customer) = customer {
        fields["customerId"] = json!({"stringValue": customer});
    }
    document(&format!("cases/{id}"), &fields, "2025-06-01T00:00:00Z")
}

fn reading(place: Workplace, lines: &[String]) -> Workplace {
    let text = lines.join("\n") + "\n";
    place.with_documents(&[("cases.ndjson", text.as_bytes())])
}

/// Documents in quarantine: as the mapping says today, and as the ledger's report tells.
fn told(place: &Workplace) -> (Value, Value, Value) {
    let check = ["--json", "--only", "data", "--no-report"];
    let checked = place.run("final-check", &check).json();
    let ledger = place
        .run("final-check", &["--json", "--report-only"])
        .json();
    (
        checked["quarantine"].clone(),
        ledger["quarantine"].clone(),
        ledger["history"]["departed"].clone(),
    )
}

const HELD: &str = "SELECT document_id || ' ' || (gone_run IS NOT NULL) || ' ' || (convert_from(raw, 'UTF8') LIKE '%kept whole%') \
                    FROM sunset.quarantine ORDER BY 1";

#[test]
fn what_is_gone_from_v2_stays_in_the_ledger_and_counts_no_more() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let all = [
        case("good", Some("c-1")),
        case("alone", None),
        case("another", None),
    ];
    let place = reading(place, &all);
    place.expect(0, "schema-push", &[]);
    place.expect(3, "data-migrate", &[]);
    let two = json!({"missing_customer_id": 2});
    assert_eq!(told(&place), (two.clone(), two, json!({})));
    // One goes. Until a pass has seen that, final-check says that the ledger still counts it.
    let place = reading(place, &[all[0].clone(), all[2].clone()]);
    let outcome = place.expect(
        0,
        "final-check",
        &["--only", "data", "--no-report", "--verbose"],
    );
    assert!(
        outcome
            .stdout
            .contains("note: documents that the ledger has in quarantine are no longer in V2 (1)"),
        "{}",
        outcome.stdout
    );
    // Looking changes nothing; no row is concerned, so --prune is not asked for.
    let shown = place
        .expect(3, "data-migrate", &["--dry-run", "--json"])
        .json();
    assert_eq!(shown["gone"]["departed"], 1, "{shown:#}");
    assert_eq!(
        place.query(HELD),
        ["alone false true", "another false true"]
    );
    let pass = place.expect(3, "data-migrate", &["--json"]).json();
    assert_eq!(
        (&pass["gone"]["departed"], &pass["gone"]["count"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(place.query(HELD), ["alone true true", "another false true"]);
    let one = json!({"missing_customer_id": 1});
    let (checked, ledger, departed) = told(&place);
    assert_eq!((checked, ledger), (one.clone(), one));
    assert_eq!(departed["missing_customer_id"]["count"], 1);
    let again = place
        .expect(3, "data-migrate", &["--retry-quarantined", "--json"])
        .json();
    assert_eq!(again["gone"]["departed"], 0, "it is noted once");
    assert_eq!(again["retried"]["count"], 1);
    // The run that noted it, taken back: it is in quarantine again, and the next pass decides.
    let run = pass["run"].as_i64().expect("a run").to_string();
    place.run("rollback", &["--run", &run, "--yes"]);
    assert_eq!(
        place.query(HELD),
        ["alone false true", "another false true"]
    );
    place.expect(3, "data-migrate", &[]);
    assert_eq!(place.query(HELD), ["alone true true", "another false true"]);
    // It comes back, and can be mapped.
    let mended = case("alone", Some("c-2"));
    let place = reading(place, &[all[0].clone(), mended, all[2].clone()]);
    place.expect(3, "data-migrate", &[]);
    assert_eq!(place.query(HELD), ["another false true"]);
    place.expect(0, "final-check", &["--only", "data", "--no-report"]);
    // And goes, with its rows: what is in V3 is removed only when that is asked for.
    let place = reading(place, &[all[0].clone(), all[2].clone()]);
    place.expect(4, "final-check", &["--only", "data", "--no-report"]);
    place.expect(3, "data-migrate", &["--prune"]);
    place.expect(0, "final-check", &["--only", "data", "--no-report"]);
    assert_eq!(place.query(HELD), ["another false true"]);
}

#[test]
fn nothing_counts_as_gone_while_v2_cannot_be_read_whole() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let good = case("good", Some("c-1"));
    let place = reading(place, &[good.clone(), case("alone", None)]);
    place.expect(0, "schema-push", &[]);
    place.expect(3, "data-migrate", &[]);
    // A line without even an id may be the document that is missed.
    let place = reading(place, &[good.clone(), "{\"nam".into()]);
    place.expect(3, "data-migrate", &[]);
    let held = "SELECT count(*) FROM sunset.quarantine WHERE gone_run IS NULL";
    assert_eq!(place.query(held), ["2"]);
    // Twice the same: an unreadable one is no other one at each pass.
    let pass = place.expect(3, "data-migrate", &["--json"]).json();
    assert_eq!(pass["gone"]["departed"], 0, "{pass:#}");
    // Mended: both are gone.
    let place = reading(place, &[good]);
    let pass = place.expect(0, "data-migrate", &["--json"]).json();
    assert_eq!(pass["gone"]["departed"], 2, "{pass:#}");
    assert_eq!(place.query(held), ["0"]);
    // A collection of which nothing is delivered may be a file that is missing.
    let place = reading(place, &[case("alone", None)]);
    place.expect(3, "data-migrate", &[]);
    let place = place.with_documents(&[("cases.ndjson", b"")]);
    place.run("data-migrate", &[]);
    assert_eq!(place.query(held), ["1"]);
}

#[test]
fn what_stood_behind_the_end_of_a_broken_file_is_neither_gone_nor_removed() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let all = ["a", "b", "c"].map(|id| case(id, Some("c-1")));
    let place = reading(place, &all);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let held = "SELECT count(*) FROM sunset.items WHERE collection = 'cases'";
    let rows = "SELECT count(*) FROM opportunities";
    let before = (place.query(held), place.query(rows));
    // It ends behind an id that can be read; a third case is not seen at all.
    let text = format!("{}\n{}", all[0], &all[1][..all[1].len() - 4]);
    let place = place.with_documents(&[("cases.ndjson", text.as_bytes())]);
    for program in [&["--prune"][..], &["--prune", "--dry-run"]] {
        let outcome = place.expect(1, "data-migrate", program);
        assert!(
            outcome
                .stderr
                .contains("nothing is removed: V2 was not read whole")
                && outcome.stderr.contains("cases.ndjson:2"),
            "{}",
            outcome.stderr
        );
    }
    let pass = place.expect(3, "data-migrate", &["--json"]).json();
    assert_eq!(
        (&pass["gone"]["count"], &pass["gone"]["departed"]),
        (&json!(0), &json!(0)),
        "{pass:#}"
    );
    assert!(
        pass["remarks"]
            .to_string()
            .contains("cases.ndjson:2 breaks off within the line"),
        "{pass:#}"
    );
    assert_eq!((place.query(held), place.query(rows)), before);
    // What was not read was not compared.
    let checked = place.expect(
        4,
        "final-check",
        &["--only", "data", "--no-report", "--verbose"],
    );
    assert!(
        checked
            .stdout
            .contains("files of V2 break off within a line"),
        "{}",
        checked.stdout
    );
    assert!(
        !checked.stdout.contains("items are no longer in V2"),
        "{}",
        checked.stdout
    );
}
