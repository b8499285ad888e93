//! Plans that are read from files.

use std::fs;

use serde_json::json;

use super::workplace::{Workplace, repository};

const USER: &str =
    "INSERT INTO \"user\" (id, name, email) VALUES ('the-owner', 'O', 'o@example.com')";

/// The sample's leads, and some that are worse.
fn leads() -> Vec<u8> {
    let mut text = fs::read_to_string(repository().join("samples/sales-ai/firestore/leads.ndjson"))
        .expect("the sample");
    let strings = |fields: &[(&str, &str)]| {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!({"stringValue": value})));
        serde_json::Value::Object(fields.collect())
    };
    let fields = [
        strings(&[]),
        strings(&[
            ("email", "x@gmail.com"),
            ("status", " Converted "),
            ("score", "12.5"),
        ]),
        strings(&[
            ("email", "a@b@shop.tw"),
            ("status", "gone"),
            ("extra", "kept"),
        ]),
        strings(&[
            ("customerId", "２０２５12 — 000001"),
            ("created_at", "yesterday"),
        ]),
        strings(&[
            ("customer_number", "202512-000001"),
            ("created_at", "2025-12-02"),
        ]),
        strings(&[
            ("customer_number", " \u{200b}"),
            ("updated_at", "2025-12-03T04:05:06Z"),
        ]),
        json!({"score": {"doubleValue": 1e300}, "email": {"integerValue": "7"}}),
        json!({"score": {"booleanValue": true}, "notes": {"mapValue": {"fields": {"a": {"nullValue": null}}}}}),
    ];
    for (number, fields) in fields.iter().enumerate() {
        let name = format!("projects/p/databases/(default)/documents/leads/worse-{number}");
        let document = json!({
            "name": name, "fields": fields,
            "createTime": "2025-12-01T00:00:00Z", "updateTime": "2025-12-01T00:00:00Z",
        });
        text.push_str(&format!("{document}\n"));
    }
    text.push_str(
        "{\"name\": \"projects/p/databases/(default)/documents/leads/broken\", \"fields\": 3}\n",
    );
    text.into_bytes()
}

fn migrated(plan: &[&str]) -> Option<Workplace> {
    let place = Workplace::new()?.with("MIGRATION_USER_ID", "the-owner");
    let leads = leads();
    let place = place.with_documents(&[("leads.ndjson", leads.as_slice())]);
    place.expect(0, "schema-push", plan);
    place.query(USER);
    // The broken one is in quarantine.
    place.expect(3, "data-migrate", plan);
    Some(place)
}

const ROWS: &str =
    "SELECT id, user_id, customer_number, company_name, contact_email, source, status,
    raw_form_data, opportunity_score, created_at, updated_at FROM opportunities ORDER BY id";
const QUARANTINE: &str = "SELECT document_id FROM sunset.quarantine ORDER BY 1";

#[test]
fn a_file_gives_the_rows_of_the_built_in_plan() {
    let file = repository().join("samples/plans/sales-ai-leads.toml");
    let file = file.to_str().expect("a path");
    let plan = ["--plan", file];
    let (Some(built_in), Some(written)) = (migrated(&[]), migrated(&plan)) else {
        return;
    };
    let rows = built_in.query(ROWS);
    assert!(rows.len() > 25, "{}", rows.len());
    for (a, b) in rows.iter().zip(&written.query(ROWS)) {
        assert_eq!(a, b);
    }
    assert_eq!(rows.len(), written.query(ROWS).len());
    assert_eq!(built_in.query(QUARANTINE), written.query(QUARANTINE));
    let numbers =
        "SELECT collection, document_id, number FROM sunset.assigned_numbers ORDER BY 1, 2";
    assert_eq!(built_in.query(numbers), written.query(numbers));

    // The same guarantees: proven, nothing to do a second time, and back.
    written.expect(0, "final-check", &plan);
    let again = written.expect(3, "data-migrate", &plan);
    assert!(again.stdout.contains("unchanged"), "{}", again.stdout);
    written.query("UPDATE opportunities SET company_name = 'ANOTHER' WHERE id = 'worse-0'");
    let found = written.expect(4, "final-check", &plan);
    assert!(found.stdout.contains("worse-0"), "{}", found.stdout);
    written.query("UPDATE opportunities SET company_name = 'Company_worse-0' WHERE id = 'worse-0'");
    written.expect(0, "rollback", &["--plan", file, "--yes"]);
    assert_eq!(written.query("SELECT count(*) FROM opportunities"), ["0"]);
    written.expect(3, "data-migrate", &plan);
    assert_eq!(written.query(ROWS), rows);
}

#[test]
fn a_file_that_is_not_right_is_refused_before_anything_is_done() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let path = place.dir.path().join("plan.toml");
    fs::write(&path, "[plan]\nname = \"x\"\n\n[[table]]\nname = \"t\"\ncolumns = [{ name = \"id\", type = \"txt\" }]\n")
        .expect("written");
    for program in ["schema-push", "data-migrate", "final-check", "rollback"] {
        let outcome = place.expect(1, program, &["--plan", "./plan.toml"]);
        let place_of_fault = "./plan.toml:6:34: there is no type \"txt\"";
        assert!(
            outcome.stderr.contains(place_of_fault),
            "{}",
            outcome.stderr
        );
        let outcome = place.expect(1, program, &["--plan", "./absent.toml"]);
        assert!(outcome.stderr.contains("absent.toml"), "{}", outcome.stderr);
    }
}

/// Notes and their authors; behind them a column by SQL, a table of sums, and checks.
const STEPS: &str = r#"
[plan]
name = "notes-with-sums"

[[table]]
name = "notes"
columns = [
  { name = "id", type = "text" },
  { name = "author", type = "text", required = true },
  { name = "words", type = "integer" },
  { name = "size", type = "text" },
]

[[table]]
name = "authors"
columns = [
  { name = "name", type = "text" },
  { name = "notes", type = "bigint", required = true, default = 0 },
]

[[collection]]
name = "notes"
table = "notes"
[collection.columns]
id = { from = "document_id" }
author = { field = "author" }
words = { field = "words" }

[[step]]
name = "sizes"
title = "Sizes"
kind = "set"
table = "notes"
noun = "notes"
set = { size = "CASE WHEN t.words >= 100 THEN 'long' ELSE 'short' END" }
groups = [{ value = "long", label = "long notes updated" }, { value = "short", label = "short notes updated" }]

[[step]]
name = "authors"
title = "Authors"
kind = "merge"
table = "authors"
noun = "authors"
query = 'SELECT author AS name, count(*) AS notes FROM {schema}.notes GROUP BY author'
columns = ["notes"]

[[check]]
name = "every note has a size"
severity = "critical"
of = "notes"
violators = 'SELECT id FROM {schema}.notes WHERE size IS NULL'

[[check]]
name = "authors have all notes"
severity = "high"
section = "Sums"
equal = ['SELECT count(*) FROM {schema}.notes', 'SELECT coalesce(sum(notes), 0) FROM {schema}.authors']

[[check]]
name = "nobody writes much"
severity = "medium"
of = "authors"
noun = "authors"
violators = 'SELECT name FROM {schema}.authors WHERE notes > 1'
what = "authors of several notes"
"#;

fn note(id: &str, author: &str, words: u32) -> String {
    let document = json!({
        "name": format!("projects/p/databases/(default)/documents/notes/{id}"),
        "fields": {"author": {"stringValue": author}, "words": {"integerValue": words.to_string()}},
        "createTime": "2025-12-01T00:00:00Z",
        "updateTime": format!("2025-12-01T00:00:00.{words:06}Z"),
    });
    format!("{document}\n")
}

fn notes(place: Workplace, changed: u32) -> Workplace {
    let text = note("a", "Ann", 7) + &note("b", "Bob", 100 + changed) + &note("c", "Ann", 120);
    place.with_documents(&[("notes.ndjson", text.as_bytes())])
}

const NOTES: &str = "SELECT concat_ws(' ', id, author, words, size) FROM notes ORDER BY id";
const AUTHORS: &str = "SELECT name || ' ' || notes FROM authors ORDER BY name";

#[test]
fn steps_and_checks_follow_the_documents() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let place = notes(place, 0);
    let path = place.dir.path().join("plan.toml");
    fs::write(&path, STEPS).expect("written");
    let plan = ["--plan", "./plan.toml"];
    let with = |more: &'static str| ["--plan", "./plan.toml", more];
    place.expect(0, "schema-push", &plan);
    let dry = place.expect(0, "data-migrate", &with("--dry-run"));
    assert!(
        dry.stdout.contains("[Sizes] would follow"),
        "{}",
        dry.stdout
    );
    let done = place.expect(0, "data-migrate", &plan);
    for words in ["[Sizes]", "long notes updated: 2", "[Authors]"] {
        assert!(done.stdout.contains(words), "{words}: {}", done.stdout);
    }
    assert_eq!(
        place.query(NOTES),
        ["a Ann 7 short", "b Bob 100 long", "c Ann 120 long"]
    );
    assert_eq!(place.query(AUTHORS), ["Ann 2", "Bob 1"]);

    // What a step fills is nobody's entry, and what fails is found.
    let checked = place.expect(0, "final-check", &plan);
    for words in [
        "every note has a size",
        "authors of several notes",
        "Sums: 1 of 1",
    ] {
        assert!(
            checked.stdout.contains(words),
            "{words}: {}",
            checked.stdout
        );
    }
    place.query("UPDATE authors SET notes = 9 WHERE name = 'Bob'");
    let failed = place.expect(4, "final-check", &plan);
    assert!(failed.stdout.contains("3 and 11"), "{}", failed.stdout);

    place.query("UPDATE authors SET notes = 1 WHERE name = 'Bob'");

    // A document that changed is written again, and the steps with it.
    let changes = "SELECT count(*) FROM sunset.changes";
    let place = notes(place, 5);
    place.expect(0, "data-migrate", &plan);
    assert_eq!(place.query(NOTES)[1], "b Bob 105 long");
    assert_eq!(place.query(AUTHORS), ["Ann 2", "Bob 1"]);
    let booked = place.query(changes);
    place.expect(0, "data-migrate", &plan);
    assert_eq!(place.query(changes), booked, "nothing to do a third time");
    place.expect(0, "final-check", &plan);

    // One run, one document, everything.
    let shown = place.expect(0, "rollback", &with("--dry-run"));
    assert!(
        shown.stdout.contains("notes (sizes): 3 rows would get"),
        "{}",
        shown.stdout
    );
    assert!(!shown.stdout.contains("kept"), "{}", shown.stdout);
    let refused = place.expect(
        1,
        "rollback",
        &["--plan", "./plan.toml", "--collection", "notes", "--yes"],
    );
    assert!(
        refused.stderr.contains("cannot be taken back alone"),
        "{}",
        refused.stderr
    );
    place.expect(
        0,
        "rollback",
        &["--plan", "./plan.toml", "--id", "a", "--yes"],
    );
    assert_eq!(place.query(NOTES), ["b Bob 105 long", "c Ann 120 long"]);
    place.expect(0, "rollback", &with("--yes"));
    assert_eq!(
        place.query("SELECT (SELECT count(*) FROM notes) + (SELECT count(*) FROM authors)"),
        ["0"]
    );
    assert_eq!(place.query(changes), ["0"]);

    // What somebody wrote over a step's value stays, with its row.
    place.expect(0, "data-migrate", &plan);
    assert_eq!(place.query(AUTHORS), ["Ann 2", "Bob 1"]);
    place.query("UPDATE notes SET size = 'mine' WHERE id = 'c'");
    let kept = place.expect(3, "rollback", &with("--yes"));
    assert!(kept.stdout.contains("kept notes c"), "{}", kept.stdout);
    assert_eq!(place.query(NOTES), ["c Ann 120 mine"]);
}

/// Notes, of whose authors an older V2 said `writer`.
const AUTHORED: &str = r#"
[plan]
name = "authored-notes"

[[table]]
name = "notes"
columns = [
  { name = "id", type = "text" },
  { name = "author", type = "text", required = true },
]

[[collection]]
name = "notes"
table = "notes"
[collection.columns]
id = { from = "document_id" }
author = { field = "author" }
"#;

#[test]
fn documents_in_quarantine_are_tried_again_after_the_plan_was_mended() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let older = note("b", "Bob", 2).replace("\"author\"", "\"writer\"");
    let text = note("a", "Ann", 1) + &older;
    let place = place.with_documents(&[("notes.ndjson", text.as_bytes())]);
    let path = place.dir.path().join("plan.toml");
    fs::write(&path, AUTHORED).expect("written");
    let plan = ["--plan", "./plan.toml"];
    place.expect(0, "schema-push", &plan);
    place.expect(3, "data-migrate", &plan);
    assert_eq!(place.query(QUARANTINE), ["b"]);
    let retried = |status| {
        let again = ["--retry-quarantined", "missing_author", "--json"];
        let outcome = place.expect(status, "data-migrate", &[&plan[..], &again].concat());
        let report = outcome.json();
        ["count", "migrated", "quarantined"].map(|name| report["retried"][name].as_u64())
    };
    let nothing_mended = [Some(1), Some(0), Some(1)];
    assert_eq!(retried(3), nothing_mended);
    let mended = AUTHORED.replace(
        r#"{ field = "author" }"#,
        r#"{ fields = ["author", "writer"] }"#,
    );
    fs::write(&path, mended).expect("written");
    assert_eq!(retried(0), [Some(1), Some(1), Some(0)]);
    let notes = "SELECT id || ' ' || author FROM notes ORDER BY id";
    assert_eq!(place.query(notes), ["a Ann", "b Bob"]);
    assert_eq!(place.query(QUARANTINE), [""; 0]);
    place.expect(0, "final-check", &plan);
}

#[test]
fn what_steps_behind_documents_may_not_do_is_refused_by_line_and_column() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let path = place.dir.path().join("plan.toml");
    for (from, to, wanted) in [
        (
            "set = { size = ",
            "set = { author = ",
            "plan.toml:35:9: author is written from documents",
        ),
        (
            "table = \"authors\"\nnoun",
            "table = \"notes\"\nnoun",
            "plan.toml:42:9: documents become the rows",
        ),
        (
            "kind = \"merge\"",
            "kind = \"schema\"",
            "steps behind it are of the kinds `set` and `merge`",
        ),
        (
            "t.words >= 100",
            "t.words >= {as_of}",
            "plan.toml:35:45: a plan of documents has no options",
        ),
        (
            "severity = \"high\"",
            "severity = \"high\"\nfix = \"sizes\"",
            "data-migrate does the steps again",
        ),
    ] {
        assert!(STEPS.contains(from), "{from}");
        fs::write(&path, STEPS.replacen(from, to, 1)).expect("written");
        let outcome = place.expect(1, "data-migrate", &["--plan", "./plan.toml"]);
        assert!(outcome.stderr.contains(wanted), "{to}: {}", outcome.stderr);
    }
    fs::write(&path, STEPS).expect("written");
    let outcome = place.expect(1, "data-migrate", &["--plan", "./plan.toml", "--worker"]);
    assert!(
        outcome.stderr.contains("workers do not share"),
        "{}",
        outcome.stderr
    );
}
