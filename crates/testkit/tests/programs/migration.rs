//! The sample, from both of its sources, forward and back.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::browser;
use super::workplace::{Workplace, repository};

/// Numbers compare by their value: 0.0 in JSON is 0 in another writer's.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

fn expect_sample(place: &Workplace) {
    for (table, count) in [
        ("opportunities", 111),
        ("conversations", 153),
        ("meddic_analyses", 110),
    ] {
        let rows = place.rows(table);
        let path = repository().join(format!("samples/sales-ai/expected/{table}.ndjson"));
        let text = std::fs::read_to_string(path).expect("the expected rows");
        let expected: BTreeMap<String, Value> = text
            .lines()
            .map(|line| {
                let row: Value = serde_json::from_str(line).expect("a row");
                (row["id"].as_str().unwrap_or_default().to_owned(), row)
            })
            .collect();
        assert_eq!(expected.len(), count);
        assert_eq!(
            rows.keys().collect::<Vec<_>>(),
            expected.keys().collect::<Vec<_>>(),
            "{table}"
        );
        for (id, expected) in expected {
            for (column, value) in expected.as_object().expect("an object") {
                assert!(
                    same(&rows[&id][column], value),
                    "{table} {id} {column}: {} instead of {value}",
                    rows[&id][column]
                );
            }
        }
    }
    assert_eq!(place.query("SELECT count(*) FROM sunset.quarantine"), ["0"]);
    assert_eq!(place.query("SELECT count(*) FROM sunset.warnings"), ["0"]);
}

#[test]
fn the_sample_gives_the_expected_rows_from_files() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "fix-schema", &[]);
    let outcome = place.expect(0, "data-migrate", &[]);
    for line in [
        "[Leads] Migrated 111 leads to opportunities",
        "[Conversations] Migrated 153 conversations",
        "[MEDDIC] Migrated 110 analyses",
        "0 quarantined, 0 warnings",
    ] {
        assert!(
            outcome.stdout.contains(line),
            "{line} in {}",
            outcome.stdout
        );
    }
    expect_sample(&place);
}

#[test]
fn the_sample_gives_the_expected_rows_from_an_export() {
    let export = repository().join("samples/sales-ai/export");
    let Some(place) = Workplace::new() else {
        return;
    };
    let place = place.with("V2_FIRESTORE", &format!("export://{}", export.display()));
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    expect_sample(&place);
}

#[test]
fn a_second_run_writes_nothing_and_says_so() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let versions = "SELECT id, xmin FROM conversations ORDER BY id";
    let before = place.query(versions);
    let outcome = place.expect(0, "data-migrate", &["--json"]);
    assert_eq!(
        outcome.json()["rows"]["conversations"]["unchanged"],
        json!(153)
    );
    assert!(
        outcome.stderr.contains("Nothing to write"),
        "{}",
        outcome.stderr
    );
    assert_eq!(place.query(versions), before, "no row was touched");
    let outcome = place.expect(0, "schema-push", &[]);
    assert!(
        outcome.stdout.contains("nothing to do"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn a_dry_run_leaves_no_trace() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let everything = "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = \
                      c.relnamespace WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', \
                      'pg_toast') ORDER BY 1, 2";
    for program in ["schema-push", "fix-schema", "data-migrate"] {
        let outcome = place.expect(0, program, &["--dry-run"]);
        let lines: Vec<&str> = outcome.stdout.lines().collect();
        assert!(!lines.is_empty(), "{program} says what it would do");
        assert!(
            lines.iter().all(|line| line.starts_with("[DRY RUN]")),
            "{program}: {}",
            outcome.stdout
        );
        assert_eq!(place.query(everything), [""; 0], "{program}");
    }
}

#[test]
fn rollback_leaves_what_was_there_before_and_forward_gives_the_same_again() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.query(
        "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'Somebody', 's@x.tw'); \
         INSERT INTO opportunities (id, user_id, customer_number, company_name) \
         VALUES ('mine', 'u', 'mine-1', 'Mine')",
    );
    let all = "SELECT 'o', t::text FROM opportunities t UNION ALL SELECT 'c', t::text FROM \
               conversations t UNION ALL SELECT 'm', t::text FROM meddic_analyses t UNION ALL \
               SELECT 'u', t::text FROM \"user\" t ORDER BY 1, 2";
    let before = place.query(all);
    place.expect(0, "data-migrate", &[]);
    let unconfirmed = place.run("rollback", &[]);
    assert_eq!(unconfirmed.status, 1, "{}", unconfirmed.stderr);
    assert_ne!(
        place.query(all),
        before,
        "nothing is removed without a confirmation"
    );
    place.expect(0, "rollback", &["--yes"]);
    assert_eq!(place.query(all), before);
    place.expect(0, "data-migrate", &[]);
    assert_eq!(place.query("SELECT count(*) FROM conversations"), ["153"]);
}

#[test]
fn rollback_of_the_schema_leaves_the_database_as_it_was_made() {
    let Some(place) = Workplace::new() else {
        return;
    };
    // A table of V3 was there before, with a column less; another is the application's own.
    place.query(
        "CREATE TABLE \"user\" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE); \
         CREATE TABLE own (id int PRIMARY KEY)",
    );
    let objects = "SELECT c.relname, c.relkind, coalesce(string_agg(a.attname, ',' ORDER BY a.attnum), '') \
                   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attribute a \
                   ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
                   WHERE n.nspname = 'public' GROUP BY 1, 2 ORDER BY 1, 2";
    let before = place.query(objects);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let outcome = place.expect(0, "rollback", &["--schema", "--dry-run"]);
    assert!(
        outcome.stdout.contains("would undo: "),
        "{}",
        outcome.stdout
    );
    let outcome = place.expect(
        1,
        "rollback",
        &["--schema", "--yes", "--collection", "leads"],
    );
    assert!(
        outcome.stderr.contains("everything only"),
        "{}",
        outcome.stderr
    );
    // What somebody wrote since is not dropped with its table.
    place.query("INSERT INTO \"user\" (id, name, email) VALUES ('u', 'Somebody', 's@x.tw')");
    place.query(
        "INSERT INTO opportunities (id, user_id, customer_number, company_name) \
         VALUES ('mine', 'u', 'mine-1', 'Mine')",
    );
    let rows = "SELECT count(*) FROM opportunities";
    let (loaded, all) = (place.query(objects), place.query(rows));
    let outcome = place.expect(1, "rollback", &["--schema", "--yes"]);
    assert!(
        outcome.stderr.contains("would lose data"),
        "{}",
        outcome.stderr
    );
    // What cannot be done whole is not begun.
    assert_eq!(place.query(objects), loaded);
    assert_eq!(place.query(rows), all);
    place.query("DELETE FROM opportunities WHERE id = 'mine'");
    place.query("DELETE FROM \"user\" WHERE id = 'u'");
    place.expect(0, "rollback", &["--schema", "--yes"]);
    assert_eq!(place.query(objects), before);
    // And forward again.
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    assert_eq!(place.query("SELECT count(*) FROM conversations"), ["153"]);
}

#[test]
fn the_final_check_finds_every_kind_of_change_and_nothing_on_a_clean_database() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let check = [
        "--json",
        "--no-report",
        "--only",
        "data",
        "--only",
        "users",
        "--only",
        "tables",
    ];
    assert_eq!(
        place.expect(0, "final-check", &check).json()["verdict"],
        "passed"
    );
    for (change, named) in [
        (
            "UPDATE conversations SET duration = duration + 1 WHERE id = '202506-IC001'",
            "202506-IC001",
        ),
        (
            "UPDATE conversations SET transcript = 'null' WHERE id = '202506-IC003'",
            "202506-IC003",
        ),
        (
            "UPDATE meddic_analyses SET risks = risks || '[1]' WHERE id = '4UGHOg0jRJ2ZpTfcTxwn'",
            "4UGHOg0jRJ2ZpTfcTxwn",
        ),
        (
            "UPDATE opportunities SET updated_at = updated_at + interval '1 microsecond' WHERE id = '202506-019509'",
            "202506-019509",
        ),
        (
            "DELETE FROM meddic_analyses WHERE id = 'o63pQA0VlOfvZcIIicDk'",
            "o63pQA0VlOfvZcIIicDk",
        ),
    ] {
        place.query(change);
        let outcome = place.expect(4, "final-check", &check);
        assert_eq!(outcome.json()["verdict"], "failed", "{change}");
        assert!(
            outcome.stdout.contains(named),
            "{change}: {}",
            outcome.stdout
        );
    }
}

#[test]
fn a_report_is_written_and_named() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let outcome = place.expect(0, "final-check", &["--only", "data"]);
    let path = outcome
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix("Report: "))
        .expect("the report's path");
    let html = std::fs::read_to_string(place.dir.path().join(path)).expect("the report");
    assert!(html.contains("PASSED") && html.contains("<svg") && !html.contains("<script"));
    assert_eq!(browser::fetches(&html), [""; 0], "it is one file");
}
