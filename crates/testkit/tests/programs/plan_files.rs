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
