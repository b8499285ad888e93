//! Taking back the schema: what a dry run foresees is what happens.

mod broken;

use serde_json::Value;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::schemas::{PlanSchema, schema_named};
use sunset_core::ports::progress::Silent;
use sunset_core::ports::runs::{RunEnd, RunStart};
use sunset_core::schema::diff::Directions;
use sunset_core::secret::Secret;
use sunset_engine::repair::{diagnose, repair};
use sunset_engine::schema::{plan, push};
use sunset_targets::postgres::{ActiveRun, ConnectOptions, Database, Ledger, LiveReader};

use crate::{Scratch, migrate, runtime};

/// As schema-push does it.
fn pushed(scratch: &Scratch) {
    pushed_to(scratch, "public");
}

fn pushed_to(scratch: &Scratch, namespace: &str) {
    push_of(scratch, &schema_named("sales-ai", namespace).expect("plan"));
}

fn push_of(scratch: &Scratch, wanted: &PlanSchema) {
    within_a_run(scratch, "schema-push", async |reader, run| {
        let (steps, live) = plan(reader, wanted, &Directions::default())
            .await
            .expect("plan");
        push(reader, &run.schema(), wanted, (&steps, &live), &Silent)
            .await
            .expect("push");
    });
}

/// As fix-schema does it.
fn repaired(scratch: &Scratch) {
    let wanted = schema_named("sales-ai", "public").expect("plan");
    within_a_run(scratch, "fix-schema", async |reader, run| {
        let due = diagnose(reader, &wanted, None).await.expect("diagnosis");
        repair(reader, &run.schema(), &wanted, None, &due, &Silent)
            .await
            .expect("repair");
    });
}

fn within_a_run(scratch: &Scratch, program: &str, work: impl AsyncFnOnce(&LiveReader, &ActiveRun)) {
    runtime().block_on(async {
        let url = Secret::new(scratch.url.clone());
        let database = Database::connect(&url, ConnectOptions::for_program("test"))
            .await
            .expect("connect");
        let reader = LiveReader::new(database.clone());
        let consent = Consent::given_by_arguments();
        let permit = WritePermit::bind(&consent, database.identity().clone());
        let ledger = Ledger::install(&database, &permit).await.expect("ledger");
        let start = RunStart {
            plan: "schema".into(),
            program: program.into(),
            version: "0.0.0".into(),
            source: None,
            read_time: None,
            options: serde_json::json!({}),
            host: "testhost".into(),
            pid: 1,
        };
        let run = ledger.begin_run(&permit, &start).await.expect("run");
        work(&reader, &run).await;
        run.finish(&RunEnd::done(serde_json::json!({}), serde_json::json!({})))
            .await
            .expect("finish");
    });
}

const SHAPE: &str = "SELECT string_agg(c.relname || '.' || a.attname, ' ' ORDER BY c.relname, a.attnum) \
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'";

/// A dry run and the same in earnest: the document of the former, and how both ended.
fn both(scratch: &Scratch, more: &[&str]) -> (Value, i32, i32, String) {
    let dry = scratch.rollback(&[&["--schema", "--dry-run", "--json"], more].concat());
    let document: Value = serde_json::from_slice(&dry.stdout).expect("JSON");
    let done = scratch.rollback(&[&["--schema", "--yes"], more].concat());
    (
        document,
        dry.status.code().expect("status"),
        done.status.code().expect("status"),
        String::from_utf8_lossy(&done.stderr).into_owned(),
    )
}

#[test]
fn a_dry_run_promises_what_is_done_and_lists_the_steps() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    scratch.sql(
        "CREATE TABLE opportunities (id text PRIMARY KEY, company_name text NOT NULL); \
         CREATE TABLE own (id integer)",
    );
    let before = scratch.text_and_wait(SHAPE);
    pushed(&scratch);
    let shown = scratch.rollback(&["--schema", "--dry-run"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    for part in [
        "would undo: add column opportunities.notes [safe]",
        "locks: opportunities ACCESS EXCLUSIVE (blocks reads and writes)",
        "sql: ALTER TABLE \"public\".\"opportunities\" DROP COLUMN IF EXISTS \"notes\"",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    let (document, dry, done, said) = both(&scratch, &[]);
    assert_eq!((dry, done), (0, 0), "{document:#} {said}");
    let steps = document["schema"]["steps"].as_array().expect("steps");
    assert!(steps.len() > 20, "{steps:?}");
    let of = |title: &str| {
        let step = steps.iter().find(|step| step["title"] == title);
        step.unwrap_or_else(|| panic!("{title}: {document:#}"))
    };
    let table = of("create table alerts");
    assert_eq!(table["locks"][0]["mode"], "access_exclusive");
    assert_eq!(table["verdict"], "safe");
    let column = of("add column opportunities.notes");
    assert_eq!(
        column["sql"][0],
        "ALTER TABLE \"public\".\"opportunities\" DROP COLUMN IF EXISTS \"notes\""
    );
    assert_eq!(column["work"], "catalog");
    assert_eq!(document["schema"]["in_the_way"], serde_json::json!([]));
    assert_eq!(scratch.text_and_wait(SHAPE), before);
}

#[test]
fn rows_that_the_rollback_keeps_are_foreseen_in_added_columns_and_made_tables() {
    // One row is edited in a column that was there, one in a column that the push added.
    for (made, edited, in_the_way) in [
        (
            "CREATE TABLE opportunities (id text PRIMARY KEY, company_name text NOT NULL)",
            "UPDATE opportunities SET notes = 'somebody wrote this' WHERE id = 'c'",
            "values in opportunities.notes, which did not exist before",
        ),
        (
            "SELECT 1",
            "UPDATE opportunities SET notes = 'n' WHERE id = 'c'",
            "rows in opportunities, which did not exist before",
        ),
    ] {
        let Some(scratch) = Scratch::new() else {
            return;
        };
        scratch.sql(made);
        pushed(&scratch);
        scratch.sql(
            "ALTER TABLE opportunities ALTER user_id DROP NOT NULL, ALTER customer_number DROP NOT NULL",
        );
        migrate(&scratch);
        // What is nobody's own goes, so that the edits alone are in the way.
        scratch.sql("DELETE FROM opportunities WHERE id = 'theirs'");
        scratch.sql(edited);
        let (document, dry, done, said) = both(&scratch, &[]);
        assert_eq!((dry, done), (3, 1), "{document:#} {said}");
        let found = document["schema"]["in_the_way"].to_string();
        assert!(found.contains(in_the_way), "{found}");
        assert!(
            said.contains(in_the_way) && said.contains("would lose data"),
            "{said}"
        );
        let (document, dry, done, said) = both(&scratch, &["--force"]);
        assert_eq!((dry, done), (0, 0), "{document:#} {said}");
    }
}

#[test]
fn what_was_made_since_is_foreseen_and_nothing_is_taken_back_by_halves() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    pushed(&scratch);
    scratch.sql(
        "ALTER TABLE opportunities ALTER user_id DROP NOT NULL, ALTER customer_number DROP NOT NULL",
    );
    migrate(&scratch);
    scratch.sql("CREATE VIEW report AS SELECT id FROM opportunities");
    let rows = "SELECT count(*) FROM opportunities";
    let before = scratch.text_and_wait(rows);
    let (document, dry, done, said) = both(&scratch, &["--force"]);
    assert_eq!((dry, done), (3, 1), "{document:#} {said}");
    assert_eq!(document["schema"]["hindered"][0]["object"], "opportunities");
    assert!(said.contains("view public.report uses it"), "{said}");
    assert_eq!(scratch.text_and_wait(rows), before);
    let failed = scratch.rollback(&["--schema", "--yes", "--force", "--json"]);
    let one: Value = serde_json::from_slice(&failed.stdout).expect("one JSON document");
    assert_eq!(one["status"], "error");
    scratch.sql("DROP VIEW report");
    let (document, dry, done, said) = both(&scratch, &["--force"]);
    assert_eq!((dry, done), (0, 0), "{document:#} {said}");
}

const RENAMED: &str = "ALTER TABLE utm_campaigns DROP CONSTRAINT utm_campaigns_user_id_user_id_fk; \
    ALTER TABLE utm_campaigns RENAME TO theirs";

#[test]
fn what_is_gone_since_is_not_said_to_be_undone() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    pushed(&scratch);
    scratch.sql(RENAMED);
    let (document, dry, done, _) = both(&scratch, &[]);
    assert_eq!((dry, done), (0, 0), "{document:#}");
    let gone = document["schema"]["gone"].to_string();
    assert!(gone.contains("create table utm_campaigns"), "{gone}");
    // What another says of it in earnest is the same.
    let Some(scratch) = Scratch::new() else {
        return;
    };
    pushed(&scratch);
    scratch.sql(RENAMED);
    let said = scratch.rollback(&["--schema", "--yes"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        said.contains("gone since, so nothing to undo: create table utm_campaigns")
            && !said.contains("undone: create table utm_campaigns"),
        "{said}"
    );
}

#[test]
fn a_database_that_takes_no_writes_is_foreseen_and_named() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    pushed(&scratch);
    let name = scratch.name.clone();
    scratch.sql(&format!(
        "ALTER DATABASE \"{name}\" SET default_transaction_read_only = on"
    ));
    let (document, dry, done, said) = both(&scratch, &[]);
    assert_eq!((dry, done), (3, 1), "{document:#} {said}");
    let hindered = document["schema"]["hindered"].to_string();
    assert!(hindered.contains("takes no writes"), "{hindered}");
    assert!(
        said.contains("it is a replica, or read-only")
            && said.contains("lift default_transaction_read_only"),
        "{said}"
    );
}

/// Rows of `leads` copied beside `opportunities`, and what the application did since.
const LEADS: &str = "CREATE TABLE leads (id text PRIMARY KEY, company_name text, customer_number text); \
    INSERT INTO leads VALUES ('l1', 'X', 'n1'), ('l2', 'Y', 'n2'), ('l3', 'Z', 'n3')";
const SINCE: &str = "UPDATE opportunities SET notes = 'six months of notes' WHERE id = 'l1'; \
    INSERT INTO conversations (id, opportunity_id, type) VALUES ('k1', 'l2', 'call')";

/// The tables of V3 that the application has made itself, so that they stay.
fn with_tables_of_before() -> Option<Scratch> {
    let scratch = Scratch::new()?;
    let schema = schema_named("sales-ai", "public").expect("plan").schema;
    scratch.sql(&sunset_core::schema::ddl::script(&schema));
    Some(scratch)
}

#[test]
fn rows_that_stay_of_a_repair_are_listed_with_why_they_do() {
    let Some(scratch) = with_tables_of_before() else {
        return;
    };
    scratch.sql(LEADS);
    repaired(&scratch);
    scratch.sql(SINCE);
    let why = |document: &Value| -> Vec<(String, u64, String)> {
        let remaining = document["schema"]["remaining"].as_array().expect("rows");
        let each = remaining.iter().map(|rows| {
            let what = rows["what"].as_str().expect("what").to_owned();
            let count = rows["count"].as_u64().expect("count");
            (what, count, rows["first"][0].to_string())
        });
        each.filter(|(what, ..)| !what.contains(" user ")).collect()
    };
    let expected = [
        (
            "rows of opportunities that were changed since, and so stay".to_owned(),
            1,
            "\"l1\"".to_owned(),
        ),
        (
            "rows of opportunities that other rows refer to, and so stay".to_owned(),
            1,
            "\"l2\"".to_owned(),
        ),
    ];
    let shown = scratch.rollback(&["--schema", "--dry-run"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        shown.contains("would be undone in part: copy rows of leads to opportunities"),
        "{shown}"
    );
    let dry = scratch.rollback(&["--schema", "--dry-run", "--json"]);
    let document: Value = serde_json::from_slice(&dry.stdout).expect("JSON");
    assert_eq!(dry.status.code(), Some(3), "{document:#}");
    assert_eq!(why(&document), expected, "{document:#}");
    let done = scratch.rollback(&["--schema", "--yes", "--json"]);
    let document: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    assert_eq!(done.status.code(), Some(3), "{document:#}");
    assert_eq!(document["status"], "incomplete");
    assert_eq!(why(&document), expected, "{document:#}");
    let users = document["schema"]["remaining"].to_string();
    assert!(
        users.contains("rows of user that other rows refer to"),
        "{users}"
    );
    let undone = document["schema"]["undone"].to_string();
    assert!(!undone.contains("copy rows of leads"), "{undone}");
    let ids = "SELECT string_agg(id, ' ' ORDER BY id) FROM opportunities";
    assert_eq!(scratch.text_and_wait(ids), "l1 l2");
    // What is said to remove them does.
    let remaining = document["schema"]["remaining"].as_array().expect("rows");
    let next = remaining[0]["next"].as_str().expect("next");
    let (_, delete) = next.split_once("by hand: ").expect("SQL");
    scratch.sql("DELETE FROM conversations");
    scratch.sql(delete);
    assert_eq!(
        scratch.text_and_wait("SELECT count(*) FROM opportunities"),
        "0"
    );
}

#[test]
fn rows_that_nobody_needs_go_and_columns_that_came_since_change_nothing_about_it() {
    let Some(scratch) = with_tables_of_before() else {
        return;
    };
    scratch.sql(LEADS);
    repaired(&scratch);
    // Another version of the plan has one more column.
    let mut wanted = schema_named("sales-ai", "public").expect("plan");
    let mut tables = wanted.schema.tables.iter_mut();
    let table = tables
        .find(|table| table.name == "opportunities")
        .expect("table");
    let mut later = table.column("notes").expect("column").clone();
    later.name = "later".into();
    table.columns.push(later);
    push_of(&scratch, &wanted);
    let (document, dry, done, said) = both(&scratch, &[]);
    assert_eq!(document["schema"]["remaining"], serde_json::json!([]));
    assert_eq!((dry, done), (0, 0), "{document:#} {said}");
    assert_eq!(
        scratch.text_and_wait("SELECT count(*) FROM opportunities"),
        "0"
    );
}

#[test]
fn rows_of_another_schema_are_not_taken_for_migrated_ones() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    pushed(&scratch);
    scratch.sql("CREATE SCHEMA v3");
    pushed_to(&scratch, "v3");
    scratch.sql(
        "ALTER TABLE opportunities ALTER user_id DROP NOT NULL, ALTER customer_number DROP NOT NULL; \
         ALTER TABLE v3.opportunities ALTER user_id DROP NOT NULL, ALTER customer_number DROP NOT NULL",
    );
    migrate(&scratch);
    scratch.sql(
        "DELETE FROM opportunities WHERE id = 'theirs'; UPDATE opportunities SET company_name = 'ACME'; \
         INSERT INTO v3.opportunities SELECT * FROM opportunities",
    );
    let (document, dry, done, said) = both(&scratch, &[]);
    assert_eq!((dry, done), (3, 1), "{document:#} {said}");
    let found = document["schema"]["in_the_way"].to_string();
    assert!(
        found.contains("rows in v3.opportunities, which did not exist before"),
        "{found}"
    );
    // Nothing was taken back by halves.
    assert_eq!(
        scratch.text_and_wait("SELECT count(*) FROM opportunities"),
        "3"
    );
}
