//! What `final-check` says of a V3 whose tables, or whose owner, are not as the plan wants them.

use serde_json::Value;

use super::workplace::Workplace;

fn migrated() -> Option<Workplace> {
    let place = Workplace::new()?;
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    Some(place)
}

/// The failures of a section: message, items, what to do.
fn failures(document: &Value, section: &str) -> Vec<(String, String, String)> {
    let sections = document["sections"].as_array().expect("sections");
    let of = sections.iter().filter(|each| each["title"] == section);
    let checks = of.flat_map(|each| each["checks"].as_array().expect("checks"));
    let findings = checks.flat_map(|check| check["findings"].as_array().expect("findings"));
    let failures = findings.filter(|finding| finding["severity"] == "failure");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    failures
        .map(|finding| {
            let items = finding["items"].as_array().expect("items");
            let items: Vec<String> = items.iter().map(text).collect();
            (
                text(&finding["message"]),
                items.join("; "),
                text(&finding["next"]),
            )
        })
        .collect()
}

#[test]
fn every_difference_from_the_plan_s_schema_is_named_with_both_values() {
    let Some(place) = migrated() else {
        return;
    };
    let arguments = ["--json", "--no-report", "--only", "tables"];
    // What V3's own people added is no fault.
    place.query(
        "CREATE TABLE own (id int PRIMARY KEY); ALTER TABLE alerts ADD COLUMN own text; \
         CREATE INDEX own_index ON conversations (title)",
    );
    place.expect(0, "final-check", &arguments);
    place.query(
        "ALTER TABLE opportunities ALTER COLUMN customer_number DROP NOT NULL; \
         ALTER TABLE conversations DROP CONSTRAINT conversations_case_number_unique; \
         ALTER TABLE meddic_analyses DROP CONSTRAINT meddic_analyses_conversation_id_conversations_id_fk; \
         ALTER TABLE conversations ALTER COLUMN progress_score TYPE bigint; \
         ALTER TABLE alerts ALTER COLUMN status SET DEFAULT 'new'; \
         ALTER TABLE utm_campaigns DROP COLUMN spent; \
         ALTER TABLE opportunities DROP COLUMN notes; \
         DROP INDEX \"session_userId_idx\"; DROP TABLE form_submissions",
    );
    let outcome = place.expect(4, "final-check", &arguments);
    let found = failures(&outcome.json(), "Tables");
    for (message, item) in [
        ("tables are missing", "form_submissions"),
        (
            "columns are missing",
            "opportunities.notes; utm_campaigns.spent",
        ),
        (
            "opportunities.customer_number: may be NULL, and should not be",
            "opportunities.customer_number is text instead of text NOT NULL",
        ),
        (
            "conversations_case_number_unique: the unique constraint is missing from conversations",
            "conversations: conversations_case_number_unique is missing instead of UNIQUE (\"case_number\")",
        ),
        (
            "meddic_analyses_conversation_id_conversations_id_fk: the foreign key is missing from meddic_analyses",
            "meddic_analyses: meddic_analyses_conversation_id_conversations_id_fk is missing instead of \
             FOREIGN KEY (\"conversation_id\") REFERENCES conversations (\"id\") ON DELETE NO ACTION",
        ),
        (
            "conversations.progress_score: is bigint, not integer",
            "conversations.progress_score is bigint instead of integer",
        ),
        (
            "alerts.status: its default is 'new'::text, not 'pending'",
            "alerts.status is text DEFAULT 'new'::text NOT NULL instead of text DEFAULT 'pending' NOT NULL",
        ),
        (
            "session_userId_idx: the index is missing from session",
            "session: session_userId_idx is missing instead of CREATE INDEX \"session_userId_idx\" ON \
             \"public\".\"session\" USING btree (user_id)",
        ),
    ] {
        assert!(
            found
                .iter()
                .any(|(said, named, _)| said == message && named == item),
            "{message}\n{item}\n{found:#?}"
        );
    }
    assert_eq!(found.len(), 8, "{found:#?}");
    // The rows are compared all the same: nothing that the mapping writes is missing.
    let data = ["--json", "--no-report", "--only", "data"];
    let compared = place.expect(0, "final-check", &data).json();
    assert_eq!(compared["compared"]["conversations"], 153);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "final-check", &arguments);
}

#[test]
fn a_column_that_the_mapping_needs_is_missing_or_of_another_kind() {
    let Some(place) = migrated() else {
        return;
    };
    place.query(
        "ALTER TABLE conversations ALTER COLUMN duration TYPE text; \
         ALTER TABLE alerts DROP COLUMN user_id",
    );
    let arguments = ["--json", "--no-report"];
    let found = place.expect(4, "final-check", &arguments).json();
    // With the column goes its foreign key.
    assert_eq!(failures(&found, "Tables").len(), 3, "{found:#}");
    assert_eq!(found["compared"]["opportunities"], 111, "{found:#}");
    place.query("ALTER TABLE conversations DROP COLUMN summary");
    let found = place.expect(4, "final-check", &arguments).json();
    let skipped = |title: &str| {
        let sections = found["sections"].as_array().expect("sections");
        let section = sections.iter().find(|each| each["title"] == title);
        section.is_some_and(|each| each["skipped"].is_string())
    };
    assert!(skipped("Data") && skipped("Users"), "{found:#}");
}

#[test]
fn an_owner_who_is_not_found_is_a_finding_and_the_rows_are_compared_with_whom_the_ledger_knows() {
    let Some(place) = migrated() else {
        return;
    };
    let arguments = ["--json", "--no-report", "--only", "data"];
    let owner = place.query("SELECT id FROM \"user\"").concat();
    place.query("UPDATE \"user\" SET email = 'ops@x.tw'");
    place.query("UPDATE opportunities SET company_name = 'other' WHERE id = '202506-019509'");
    let found = place.expect(4, "final-check", &arguments).json();
    let named = failures(&found, "Data");
    assert_eq!(named.len(), 2, "{named:#?}");
    assert!(
        named[0]
            .1
            .contains(&format!("{owner}: email is \"ops@x.tw\""))
            && named[0]
                .2
                .ends_with(&format!("or set MIGRATION_USER_ID={owner}")),
        "{named:#?}"
    );
    assert!(
        named[1].1.starts_with("202506-019509: company_name is"),
        "{named:#?}"
    );
    // As the advice says.
    let place = place.with("MIGRATION_USER_ID", &owner);
    let found = place.expect(4, "final-check", &arguments).json();
    assert_eq!(failures(&found, "Data").len(), 1);
    let place = place.without("MIGRATION_USER_ID");
    place.query("UPDATE \"user\" SET email = 'migration@internal.system'");
    let found = place.expect(4, "final-check", &arguments).json();
    assert_eq!(failures(&found, "Data").len(), 1);
}

#[test]
fn an_owner_whom_only_the_settings_named_is_known_by_the_rows() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    let nothing = place.expect(
        4,
        "final-check",
        &["--json", "--no-report", "--only", "data"],
    );
    let named = failures(&nothing.json(), "Data");
    assert!(
        named[0].0.contains("does not exist") && named[0].2.starts_with("run data-migrate first"),
        "{named:#?}"
    );
    place.query("INSERT INTO \"user\" (id, name, email) VALUES ('boss', 'Boss', 'boss@x.tw')");
    let place = place.with("MIGRATION_USER_ID", "boss");
    place.expect(0, "data-migrate", &[]);
    let place = place.without("MIGRATION_USER_ID");
    let found = place.expect(
        4,
        "final-check",
        &["--json", "--no-report", "--only", "data"],
    );
    let named = failures(&found.json(), "Data");
    assert_eq!(named.len(), 1, "{named:#?}");
    assert!(
        named[0].1 == "boss: the rows belong to this user, boss@x.tw"
            && named[0].2.starts_with("set MIGRATION_USER_ID=boss"),
        "{named:#?}"
    );
}

#[test]
fn nothing_gives_rows_to_another_owner_while_the_one_of_the_ledger_is_there() {
    let Some(place) = migrated() else {
        return;
    };
    let owner = place.query("SELECT id FROM \"user\"").concat();
    let belong = "SELECT user_id, count(*) FROM opportunities GROUP BY 1";
    let before = place.query(belong);
    let refused = |place: &Workplace, because: &str| {
        for (program, arguments) in [
            ("data-migrate", &[][..]),
            ("data-migrate", &["--dry-run"]),
            ("cutover", &["--without-audio"]),
            ("cutover", &["--frozen", "--without-audio"]),
        ] {
            let outcome = place.expect(1, program, arguments);
            let said = &outcome.stderr;
            assert!(said.contains(because), "{program} {arguments:?}: {said}");
            assert!(
                said.contains(&format!("MIGRATION_USER_ID={owner}"))
                    && !said.contains("run data-migrate first"),
                "{program} {arguments:?}: {said}"
            );
        }
        assert_eq!(place.query("SELECT count(*) FROM \"user\""), ["1"]);
        assert_eq!(place.query(belong), before);
    };
    place.query("UPDATE \"user\" SET email = 'ops@x.tw'");
    refused(&place, "no user has the address migration@internal.system");
    assert_eq!(
        place.query("SELECT count(*) FROM sunset.runs WHERE program = 'cutover'"),
        ["0"],
        "no run began"
    );
    // As if the settings had named the user, and name nobody any more.
    place.query("DELETE FROM sunset.provenance WHERE table_name = 'user'");
    refused(&place, "MIGRATION_USER_ID is not set");
    // As the advice says: everything is there, and nothing moves.
    let place = place.with("MIGRATION_USER_ID", &owner);
    place.expect(0, "data-migrate", &[]);
    place.expect(0, "cutover", &["--frozen", "--without-audio"]);
    assert_eq!(place.query(belong), before);
}
