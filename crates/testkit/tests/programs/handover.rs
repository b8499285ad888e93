//! A customer number changes hands between two passes: V3 ends as one pass over the same V2 has it.

use std::slice::from_ref;

use serde_json::json;

use super::workplace::{Workplace, document};

fn lead(id: &str, number: &str, day: u32) -> String {
    let fields = json!({"customer_number": {"stringValue": number}});
    let time = format!("2025-11-{day:02}T00:00:00Z");
    document(&format!("leads/{id}"), &fields, &time)
}

fn conversation(id: &str, lead: &str) -> String {
    let fields = json!({"lead_id": {"stringValue": lead}});
    document(
        &format!("conversations/{id}"),
        &fields,
        "2025-11-05T00:00:00Z",
    )
}

fn case(id: &str, customer: &str) -> String {
    let fields = json!({"customerId": {"stringValue": customer}});
    document(&format!("cases/{id}"), &fields, "2025-11-03T00:00:00Z")
}

fn reading(place: Workplace, [leads, conversations, cases]: [&[String]; 3]) -> Workplace {
    let file = |lines: &[String]| lines.join("\n") + "\n";
    place.with_documents(&[
        ("leads.ndjson", file(leads).as_bytes()),
        ("conversations.ndjson", file(conversations).as_bytes()),
        ("cases.ndjson", file(cases).as_bytes()),
    ])
}

const ROWS: &str = "SELECT o.customer_number || ' ' || o.id || ' ' || coalesce(string_agg(c.id, '+' ORDER BY c.id), '-') \
                    FROM opportunities AS o LEFT JOIN conversations AS c ON c.opportunity_id = o.id \
                    GROUP BY o.customer_number, o.id ORDER BY 1";

const CONFLICTS: &str = "SELECT count(*) FROM sunset.conflicts";

/// A pass over V2 in which a later lead came into quarantine, since its number is that of an
/// earlier one now. The number that it had is of a customer known from cases alone.
fn after_a_lead_came_into_quarantine(options: &[&str]) {
    let Some(place) = Workplace::new() else {
        return;
    };
    let cases = [case("k", "Y"), case("m", "Y")];
    let earlier = lead("earlier", "X", 1);
    let leads = [earlier.clone(), lead("later", "Y", 2)];
    let place = reading(place, [&leads, &[], &cases]);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    assert_eq!(place.query(ROWS), ["X earlier -", "Y later k+m"]);
    let before = place.query(ROWS);

    let leads = [earlier, lead("later", "X", 2)];
    let place = reading(place, [&leads, &[], &cases]);
    let options = [options, &["--json"]].concat();
    let pass = place.expect(3, "data-migrate", &options).json();
    assert_eq!(place.query(ROWS), ["X earlier -", "Y Y k+m"], "{pass:#}");
    assert_eq!(place.query(CONFLICTS), ["0"]);
    let opportunities = &pass["rows"]["opportunities"];
    assert_eq!(opportunities["inserted"], 1, "{pass:#}");
    assert_eq!(opportunities["removed"], 1, "{pass:#}");
    // The row of the document in quarantine went: none stays.
    assert_eq!(opportunities["held"], 0, "{pass:#}");
    let states = "SELECT state FROM sunset.items WHERE document_id = 'later'";
    assert_eq!(place.query(states), ["quarantined"]);
    place.expect(0, "final-check", &["--no-report", "--only", "data"]);

    let run = pass["run"].as_i64().expect("a run").to_string();
    place.expect(0, "rollback", &["--yes", "--run", &run]);
    assert_eq!(place.query(ROWS), before);
}

#[test]
fn a_customer_known_from_cases_takes_over_the_number_of_a_lead_in_quarantine() {
    after_a_lead_came_into_quarantine(&[]);
}

#[test]
fn so_it_does_where_the_rows_of_the_lead_are_pruned() {
    after_a_lead_came_into_quarantine(&["--prune"]);
    after_a_lead_came_into_quarantine(&["--prune", "--on-conflict", "overwrite"]);
}

#[test]
fn a_row_in_quarantine_that_somebody_refers_to_stays_though_it_is_to_be_pruned() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let cases = [case("k", "Y")];
    let leads = [lead("earlier", "X", 1), lead("later", "Y", 2)];
    let place = reading(place, [&leads, &[], &cases]);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    place.query(
        "INSERT INTO conversations (id, opportunity_id, type) VALUES ('theirs', 'later', 'demo')",
    );

    let leads = [lead("earlier", "X", 1), lead("later", "X", 2)];
    let place = reading(place, [&leads, &[], &cases]);
    let pass = place
        .expect(3, "data-migrate", &["--prune", "--json"])
        .json();
    assert_eq!(place.query(ROWS), ["X earlier -", "Y later k+theirs"]);
    assert_eq!(pass["rows"]["opportunities"]["held"], 1, "{pass:#}");
    assert_eq!(
        place.query("SELECT document_id || ' ' || reason FROM sunset.conflicts ORDER BY reason"),
        ["k missing_parent", "later referenced", "Y unique"]
    );
    // Theirs goes, and the next pass does what is left.
    place.query("DELETE FROM conversations WHERE id = 'theirs'");
    let again = place
        .expect(3, "data-migrate", &["--prune", "--json"])
        .json();
    assert_eq!(place.query(ROWS), ["X earlier -", "Y Y k"], "{again:#}");
    assert_eq!(place.query(CONFLICTS), ["0"]);
}

#[test]
fn a_lead_takes_over_the_number_of_a_customer_known_from_cases() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let cases = [case("k", "X"), case("m", "Y")];
    let place = reading(place, [&[], &[], &cases]);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    assert_eq!(place.query(ROWS), ["X X k", "Y Y m"]);
    let before = place.query(ROWS);

    let place = reading(place, [&[lead("l", "X", 4)], &[], &cases]);
    let pass = place.expect(0, "data-migrate", &["--json"]).json();
    assert_eq!(place.query(ROWS), ["X l k", "Y Y m"]);
    assert_eq!(place.query(CONFLICTS), ["0"]);
    assert_eq!(pass["rows"]["opportunities"]["inserted"], 1, "{pass:#}");
    assert_eq!(pass["rows"]["opportunities"]["removed"], 1, "{pass:#}");
    place.expect(0, "final-check", &["--no-report", "--only", "data"]);
    // Nothing is left to do, and nothing is told of the customer that is a lead's now.
    let again = place.expect(0, "data-migrate", &["--json"]).json();
    assert_eq!(again["rows"]["opportunities"]["inserted"], 0, "{again:#}");
    assert_eq!(again["gone"]["departed"], 0, "{again:#}");

    let run = pass["run"].as_i64().expect("a run").to_string();
    let shown = place.expect(0, "rollback", &["--dry-run", "--run", &run]);
    assert!(!shown.stdout.contains("Kept"), "{}", shown.stdout);
    place.expect(0, "rollback", &["--yes", "--run", &run]);
    assert_eq!(place.query(ROWS), before);
    place.expect(0, "data-migrate", &[]);
    assert_eq!(place.query(ROWS), ["X l k", "Y Y m"]);
    place.expect(0, "rollback", &["--yes"]);
    assert_eq!(place.query(ROWS), [""; 0]);
}

#[test]
fn an_earlier_lead_takes_over_the_number_of_a_later_one() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let later = lead("later", "X", 2);
    let of_later = conversation("c", "later");
    let place = reading(place, [from_ref(&later), from_ref(&of_later), &[]]);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    assert_eq!(place.query(ROWS), ["X later c"]);

    let leads = [later, lead("earlier", "X", 1)];
    let conversations = [of_later, conversation("d", "earlier")];
    let place = reading(place, [&leads, &conversations, &[]]);
    let outcome = place.expect(3, "data-migrate", &[]);
    assert_eq!(
        place.query(ROWS),
        ["X earlier c+d"],
        "{}{}",
        outcome.stdout,
        outcome.stderr
    );
    assert_eq!(place.query(CONFLICTS), ["0"]);
    place.expect(0, "final-check", &["--no-report", "--only", "data"]);
}
