//! Somebody changed a row in V3, and V2 changed its document too: which of the two stays.

use serde_json::{Value, json};

use super::workplace::{Workplace, document};

fn lead(id: &str, score: u32) -> String {
    let fields = json!({
        "email": {"stringValue": format!("boss@{id}.tw")},
        "score": {"integerValue": score.to_string()},
    });
    document(&format!("leads/{id}"), &fields, "2025-11-26T04:21:36Z") + "\n"
}

fn reading(place: Workplace, leads: &[String]) -> Workplace {
    place.with_documents(&[("leads.ndjson", leads.concat().as_bytes())])
}

/// Whole rows, as text.
fn rows(place: &Workplace) -> Vec<String> {
    place.query("SELECT t::text FROM opportunities AS t ORDER BY id")
}

/// V2's number, and what V2 says nothing about.
fn told(place: &Workplace) -> Vec<String> {
    place
        .query("SELECT concat_ws(' ', id, opportunity_score, notes) FROM opportunities ORDER BY id")
}

fn conflicts(place: &Workplace) -> Vec<String> {
    place.query("SELECT concat_ws(' ', document_id, row_id, reason) FROM sunset.conflicts")
}

/// Two leads were migrated, both changed in V2 since, and the row of one of them in V3 too.
fn changed_on_both_sides() -> Option<Workplace> {
    let place = reading(Workplace::new()?, &[lead("a", 1), lead("b", 1)]);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    place.query("UPDATE opportunities SET opportunity_score = 77, notes = 'dear' WHERE id = 'b'");
    Some(reading(place, &[lead("a", 2), lead("b", 2)]))
}

fn run_of(report: &Value) -> String {
    report["run"].as_i64().expect("a run").to_string()
}

#[test]
fn the_row_stays_unless_something_else_is_asked_for() {
    let Some(place) = changed_on_both_sides() else {
        return;
    };
    let outcome = place.expect(3, "data-migrate", &["--json"]);
    let counts = outcome.json()["collections"]["leads"].clone();
    assert_eq!(counts["written"], json!(1), "{counts}");
    assert_eq!(counts["conflicting"], json!(1), "{counts}");
    assert_eq!(told(&place), ["a 2", "b 77 dear"]);
    assert_eq!(conflicts(&place), ["b b changed"]);
    // Asked for in words, it is the same.
    let before = rows(&place);
    place.expect(3, "data-migrate", &["--on-conflict", "keep"]);
    assert_eq!(rows(&place), before);
    assert_eq!(conflicts(&place), ["b b changed"]);
}

#[test]
fn overwriting_writes_what_v2_says_and_taking_that_back_what_somebody_wrote() {
    let Some(place) = changed_on_both_sides() else {
        return;
    };
    place.expect(3, "data-migrate", &[]);
    let by_hand = rows(&place);
    let outcome = place.expect(0, "data-migrate", &["--on-conflict", "overwrite", "--json"]);
    let report = outcome.json();
    let counts = &report["collections"]["leads"];
    assert_eq!(counts["written"], json!(1), "{report}");
    assert_eq!(counts["conflicting"], json!(0), "{report}");
    // What V2 says nothing about is whoever's it was.
    assert_eq!(told(&place), ["a 2", "b 2 dear"]);
    assert_eq!(conflicts(&place), [""; 0]);

    place.expect(0, "rollback", &["--yes", "--run", &run_of(&report)]);
    assert_eq!(rows(&place), by_hand);
    // It is somebody's row again: the next pass leaves it alone.
    place.expect(3, "data-migrate", &[]);
    assert_eq!(rows(&place), by_hand);
    assert_eq!(conflicts(&place), ["b b changed"]);
}

#[test]
fn failing_names_the_row_and_writes_nothing() {
    let Some(place) = changed_on_both_sides() else {
        return;
    };
    let before = rows(&place);
    let outcome = place.expect(1, "data-migrate", &["--on-conflict", "fail"]);
    for said in [
        "row b of opportunities is not as migration left it",
        "leads b",
        "--on-conflict overwrite",
    ] {
        assert!(outcome.stderr.contains(said), "{said}: {}", outcome.stderr);
    }
    // Nor what is in no conflict and was in the same batch.
    assert_eq!(rows(&place), before);
    assert_eq!(told(&place), ["a 1", "b 77 dear"]);
    assert_eq!(conflicts(&place), [""; 0]);
    assert_eq!(
        place.query("SELECT state FROM sunset.runs ORDER BY id DESC LIMIT 1"),
        ["failed"]
    );
    // Once the row is as migration left it, there is nothing to fail for.
    place.query("UPDATE opportunities SET opportunity_score = 1 WHERE id = 'b'");
    place.expect(0, "data-migrate", &["--on-conflict", "fail"]);
    assert_eq!(told(&place), ["a 2", "b 2 dear"]);
}
