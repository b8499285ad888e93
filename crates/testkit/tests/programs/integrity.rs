//! What must hold in V3 whatever V2 holds: each of these checks fails for the row that breaks it,
//! and for no other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::workplace::{Outcome, Workplace, document};

const ASKED: [&str; 6] = ["--json", "--no-report", "--only", "data", "--only", "users"];

/// A row of each table that is nobody's business but V3's, by the value of its primary key.
const OTHERS: [(&str, &str); 12] = [
    ("user", "u"),
    ("session", "s"),
    ("account", "ac"),
    ("verification", "v"),
    ("user_profiles", "u"),
    ("opportunities", "o"),
    ("conversations", "c"),
    ("meddic_analyses", "m"),
    ("alerts", "al"),
    ("lead_sources", "ls"),
    ("utm_campaigns", "uc"),
    ("form_submissions", "f"),
];

const MADE: &str = "\
    INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x.tw'); \
    INSERT INTO session (id, expires_at, token, updated_at, user_id) VALUES ('s', now(), 't-1', now(), 'u'); \
    INSERT INTO account (id, account_id, provider_id, user_id, updated_at) VALUES ('ac', 'a', 'p', 'u', now()); \
    INSERT INTO verification (id, identifier, value, expires_at) VALUES ('v', 'i', 'x', now()); \
    INSERT INTO user_profiles (user_id) VALUES ('u'); \
    INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'o-1', 'O'); \
    INSERT INTO conversations (id, opportunity_id, type, case_number) VALUES ('c', 'o', 'demo', 'c-1'); \
    INSERT INTO meddic_analyses (id, conversation_id, opportunity_id) VALUES ('m', 'c', 'o'); \
    INSERT INTO alerts (id, opportunity_id, conversation_id, user_id, type, severity, title, message) \
        VALUES ('al', 'o', 'c', 'u', 't', 's', 'T', 'M'); \
    INSERT INTO lead_sources (id, name, type, user_id) VALUES ('ls', 'L', 't', 'u'); \
    INSERT INTO utm_campaigns (id, utm_source, user_id) VALUES ('uc', 's', 'u'); \
    INSERT INTO form_submissions (id, source_id, source_type, raw_payload) VALUES ('f', 'ls', 't', '{}')";

/// The constraints of one kind: table, its primary key, constraint, column, table referred to.
fn constraints(place: &Workplace, kind: char) -> Vec<[String; 5]> {
    let lines = place.query(&format!(
        "SELECT t.relname, p.attname, c.conname, a.attname, coalesce(r.relname, '') \
         FROM pg_constraint AS c \
         JOIN pg_class AS t ON t.oid = c.conrelid \
         JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = c.conkey[1] \
         JOIN pg_constraint AS k ON k.conrelid = t.oid AND k.contype = 'p' \
         JOIN pg_attribute AS p ON p.attrelid = t.oid AND p.attnum = k.conkey[1] \
         LEFT JOIN pg_class AS r ON r.oid = c.confrelid \
         WHERE c.contype = '{kind}' AND c.connamespace = 'public'::regnamespace ORDER BY 1, 4"
    ));
    let parts = lines.iter().map(|line| {
        let parts: Vec<String> = line.split('|').map(str::to_owned).collect();
        parts.try_into().expect("five columns")
    });
    parts.collect()
}

fn other(table: &str) -> &'static str {
    let mut others = OTHERS.iter();
    let (_, id) = others.find(|(name, _)| *name == table).expect("a row");
    id
}

/// Every check that fails, and what its failures say and name.
fn failing(outcome: &Outcome) -> BTreeMap<String, BTreeSet<(String, String)>> {
    let document = outcome.json();
    let list = |value: &Value, name: &str| value[name].as_array().cloned().expect("a list");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let mut failing: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for section in list(&document, "sections") {
        for check in list(&section, "checks") {
            for finding in list(&check, "findings") {
                if finding["severity"] == "failure" {
                    let of_check = failing.entry(text(&check["name"])).or_default();
                    for item in list(&finding, "items") {
                        of_check.insert((text(&finding["message"]), text(&item)));
                    }
                }
            }
        }
    }
    failing
}

/// One failure about one row.
fn one(message: &str, item: &str) -> BTreeSet<(String, String)> {
    BTreeSet::from([(message.to_owned(), item.to_owned())])
}

/// A migrated sample with a row of others in every table, of which nothing fails.
fn migrated() -> Option<Workplace> {
    let place = Workplace::new()?;
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    place.query(MADE);
    place.expect(0, "final-check", &ASKED);
    Some(place)
}

#[test]
fn a_reference_that_leads_nowhere_is_named_for_each_foreign_key_there_is() {
    let Some(place) = migrated() else {
        return;
    };
    let keys = constraints(&place, 'f');
    assert_eq!(keys.len(), 13, "{keys:?}");
    for [table, _, constraint, _, _] in &keys {
        place.query(&format!(
            "ALTER TABLE \"{table}\" DROP CONSTRAINT \"{constraint}\""
        ));
    }
    // One alone, and all together.
    place.query("UPDATE alerts SET conversation_id = 'nobody' WHERE id = 'al'");
    let alone = failing(&place.expect(4, "final-check", &ASKED));
    let nowhere = "rows refer to a row that does not exist";
    assert_eq!(
        alone,
        BTreeMap::from([(
            "alerts.conversation_id leads somewhere".to_owned(),
            one(nowhere, "al")
        )])
    );
    let mut expected = BTreeMap::new();
    for [table, row_key, _, column, target] in &keys {
        let id = other(table);
        place.query(&format!(
            "UPDATE \"{table}\" SET {column} = 'nobody' WHERE {row_key} = '{id}'"
        ));
        // A profile is named by its user.
        let id = if column == row_key { "nobody" } else { id };
        let (name, message) = if target == "user" {
            ("names a user", "rows belong to a user who does not exist")
        } else {
            ("leads somewhere", nowhere)
        };
        expected.insert(format!("{table}.{column} {name}"), one(message, id));
    }
    assert_eq!(failing(&place.expect(4, "final-check", &ASKED)), expected);
}

#[test]
fn a_required_field_without_a_value_is_named_for_each_there_is() {
    let Some(place) = migrated() else {
        return;
    };
    let required = place.query(
        "SELECT c.table_name, c.column_name FROM information_schema.columns AS c \
         WHERE c.table_schema = 'public' AND c.is_nullable = 'NO' AND NOT EXISTS ( \
             SELECT FROM information_schema.key_column_usage AS k \
             JOIN information_schema.table_constraints AS t USING (constraint_schema, constraint_name) \
             WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_schema = 'public' \
               AND k.table_name = c.table_name AND k.column_name = c.column_name) \
         ORDER BY 1, 2",
    );
    assert_eq!(required.len(), 59, "{required:?}");
    let mut expected: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for line in &required {
        let (table, column) = line.split_once('|').expect("two columns");
        let (id, row_key) = match table {
            "user_profiles" => ("u", "user_id"),
            _ => (other(table), "id"),
        };
        place.query(&format!(
            "ALTER TABLE \"{table}\" ALTER COLUMN {column} DROP NOT NULL; \
             UPDATE \"{table}\" SET {column} = NULL WHERE {row_key} = '{id}'"
        ));
        let of_table = expected.entry(format!("{table}: what must have a value has one"));
        let message = format!("rows have no value in {column}");
        of_table.or_default().insert((message, id.to_owned()));
    }
    assert_eq!(failing(&place.expect(4, "final-check", &ASKED)), expected);
}

#[test]
fn a_value_that_occurs_twice_is_named_for_each_unique_column_there_is() {
    let Some(place) = migrated() else {
        return;
    };
    let mut expected = BTreeMap::new();
    let uniques = constraints(&place, 'u');
    assert_eq!(uniques.len(), 4, "{uniques:?}");
    for [table, _, constraint, column, _] in &uniques {
        let id = other(table);
        place.query(&format!(
            "ALTER TABLE \"{table}\" DROP CONSTRAINT \"{constraint}\"; \
             INSERT INTO \"{table}\" SELECT (jsonb_populate_record(t, '{{\"id\": \"second\"}}')).* \
             FROM \"{table}\" AS t WHERE id = '{id}'"
        ));
        let value = place.query(&format!(
            "SELECT {column} FROM \"{table}\" WHERE id = '{id}'"
        ));
        expected.insert(
            format!("{table}.{column} occurs once"),
            one("values occur more than once", &value[0]),
        );
    }
    assert_eq!(failing(&place.expect(4, "final-check", &ASKED)), expected);
}

/// Where numbers stand that migration assigns: the kind, the table, the column.
const NUMBERS: [(&str, &str, &str); 2] = [
    ("customer", "opportunities", "customer_number"),
    ("case", "conversations", "case_number"),
];

#[test]
fn a_row_with_another_primary_key_is_missing_under_its_own_and_no_other_is_named() {
    let Some(place) = migrated() else {
        return;
    };
    let mut expected = BTreeMap::new();
    // Rows that no other refers to, for those that are referred to keep their keys.
    for (table, referred) in [
        ("meddic_analyses", "false"),
        (
            "conversations",
            "EXISTS (SELECT FROM meddic_analyses AS m WHERE m.conversation_id = t.id)",
        ),
        (
            "opportunities",
            "EXISTS (SELECT FROM conversations AS c WHERE c.opportunity_id = t.id)",
        ),
    ] {
        let ids = place.query(&format!(
            "UPDATE {table} SET id = 'another-' || id WHERE id IN (SELECT t.id FROM {table} AS t \
               JOIN sunset.provenance AS p ON p.table_name = '{table}' AND p.row_id = t.id \
              WHERE NOT {referred} ORDER BY md5(t.id) LIMIT 20) RETURNING substr(id, 9)"
        ));
        assert!(ids.len() >= 4, "{table}: {ids:?}");
        let message = "rows are missing or differ".to_owned();
        let missing = ids.iter().map(|id| {
            let item = format!("{id}: missing (changed in V3 since)");
            (message.clone(), item)
        });
        let check = format!("{table}: every row is as V2 says");
        expected.insert(check, missing.collect::<BTreeSet<_>>());
        // A number that was assigned to such a row stands in no row of its id.
        let ids: Vec<String> = ids.iter().map(|id| format!("'{id}'")).collect();
        for (kind, _, column) in NUMBERS.iter().filter(|(_, of, _)| *of == table) {
            let numbers = place.query(&format!(
                "SELECT number FROM sunset.assigned_numbers WHERE kind = '{kind}' AND document_id IN ({})",
                ids.join(", ")
            ));
            let message = "assigned numbers are not in their row".to_owned();
            let lost = numbers.into_iter().map(|number| (message.clone(), number));
            let lost: BTreeSet<(String, String)> = lost.collect();
            if !lost.is_empty() {
                let check = format!("assigned {kind} numbers stand in {table}.{column}");
                expected.insert(check, lost);
            }
        }
    }
    let found = failing(&place.expect(4, "final-check", &ASKED));
    assert_eq!(found, expected);
    // As they were called before, nothing is wrong.
    for table in ["meddic_analyses", "conversations", "opportunities"] {
        place.query(&format!(
            "UPDATE {table} SET id = substr(id, 9) WHERE id LIKE 'another-%'"
        ));
    }
    place.expect(0, "final-check", &ASKED);
}

#[test]
fn an_assigned_number_that_its_row_does_not_hold_is_named() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let made = "2025-11-01T00:00:00Z";
    let leads = document("leads/a", &json!({}), made);
    let talked = json!({"lead_id": {"stringValue": "a"}});
    let talks = document("conversations/t", &talked, made);
    let place = place.with_documents(&[
        ("leads.ndjson", leads.as_bytes()),
        ("conversations.ndjson", talks.as_bytes()),
    ]);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    place.expect(0, "final-check", &ASKED);
    for (kind, table, column) in NUMBERS {
        let number = place.query(&format!(
            "SELECT number FROM sunset.assigned_numbers WHERE kind = '{kind}'"
        ));
        assert_eq!(number.len(), 1, "one {kind} number was assigned");
        place.query(&format!("UPDATE {table} SET {column} = 'other'"));
        let found = failing(&place.expect(4, "final-check", &ASKED));
        // Such a row is not as V2 says, too; and nothing else is said.
        let names: Vec<&str> = found.keys().map(String::as_str).collect();
        let of_numbers = format!("assigned {kind} numbers stand in {table}.{column}");
        let of_rows = format!("{table}: every row is as V2 says");
        assert_eq!(names, [of_numbers.as_str(), &of_rows]);
        assert_eq!(
            found[&of_numbers],
            one("assigned numbers are not in their row", &number[0])
        );
        place.query(&format!("UPDATE {table} SET {column} = '{}'", number[0]));
        place.expect(0, "final-check", &ASKED);
    }
}

#[test]
fn a_v3_without_any_user_does_not_pass() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    let arguments = ["--json", "--no-report", "--only", "users"];
    let outcome = place.expect(4, "final-check", &arguments);
    let checks = &outcome.json()["sections"][0]["checks"];
    let failed = checks.as_array().expect("checks").iter().filter(|check| {
        let findings = check["findings"].as_array().expect("findings");
        findings
            .iter()
            .any(|finding| finding["severity"] == "failure")
    });
    let failed: Vec<&Value> = failed.map(|check| &check["name"]).collect();
    assert_eq!(failed, ["users exist"], "{}", outcome.stdout);
    place.query("INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x.tw')");
    place.expect(0, "final-check", &arguments);
}
