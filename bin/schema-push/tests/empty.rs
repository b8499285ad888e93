//! An empty database.

use serde_json::Value;

use crate::PROGRAM;
use crate::scratch::Scratch;

/// Section 2 of the specification: column lists as `table.column type`, `!` for NOT NULL, `=` for
/// defaults, in their order.
const SECTION_2: &str = include_str!("section_2.txt");

#[tokio::test]
async fn a_push_gives_exactly_the_specified_tables() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(
        scratch.text(include_str!("section_2.sql")).await.trim(),
        SECTION_2.trim()
    );
}

#[tokio::test]
async fn a_second_push_writes_nothing() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    scratch.say(PROGRAM, &[]);
    let before = (
        scratch.dump().await,
        scratch.text("SELECT count(*) FROM sunset.runs").await,
    );
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.shown(), "nothing to do\nstatus 0");
    let after = (
        scratch.dump().await,
        scratch.text("SELECT count(*) FROM sunset.runs").await,
    );
    assert_eq!(before, after);
}

#[tokio::test]
async fn looking_writes_nothing_not_even_a_schema() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    let file = std::env::temp_dir().join(format!("{}.sql", scratch.name));
    let file = file.to_str().expect("path");
    let written = "SELECT pg_stat_get_db_tuples_inserted(oid) FROM pg_database WHERE datname = current_database()";
    let before = scratch.text(written).await;
    for arguments in [
        ["--dry-run"].as_slice(),
        &["--check"],
        &["--out", file],
        &["--dry-run", "--json"],
    ] {
        scratch.say(PROGRAM, arguments);
        let schemas = scratch
            .text("SELECT count(*) FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'")
            .await;
        assert_eq!(schemas, "1", "{arguments:?}");
        assert_eq!(
            scratch
                .text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
                .await,
            "0"
        );
    }
    let by_variable = scratch
        .program(PROGRAM, &[])
        .env("DRY_RUN", "true")
        .output()
        .expect("program");
    assert!(String::from_utf8_lossy(&by_variable.stdout).starts_with("[DRY RUN] 28 steps"));
    assert_eq!(scratch.text(written).await, before);

    // What --out wrote does in psql what the program would have done.
    let script = std::fs::read_to_string(file).expect("script");
    std::fs::remove_file(file).expect("remove");
    assert!(script.contains("\\set ON_ERROR_STOP on"));
    let without_commands: String = script
        .lines()
        .filter(|line| !line.starts_with('\\'))
        .map(|line| format!("{line}\n"))
        .collect();
    scratch.run(&without_commands).await;
    let said = scratch.say(PROGRAM, &["--check", "--strict"]);
    assert_eq!(said.shown(), "the live schema is as desired\nstatus 0");
}

#[tokio::test]
async fn json_is_one_document_on_standard_output() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    let plan: Value =
        serde_json::from_str(&scratch.say(PROGRAM, &["--dry-run", "--json"]).out).expect("JSON");
    assert_eq!(plan["dry_run"], true);
    assert_eq!(plan["steps"].as_array().map(Vec::len), Some(28));
    assert_eq!(plan["steps"][0]["verdict"], "safe");
    assert_eq!(
        plan["steps"][0]["inverse"][0],
        "DROP TABLE IF EXISTS \"public\".\"user\""
    );
    let done: Value = serde_json::from_str(&scratch.say(PROGRAM, &["--json"]).out).expect("JSON");
    assert_eq!(done["done"].as_array().map(Vec::len), Some(28));
    let check: Value =
        serde_json::from_str(&scratch.say(PROGRAM, &["--check", "--json"]).out).expect("JSON");
    assert_eq!(check["status"], "done");
}

#[tokio::test]
async fn another_schema_of_the_database_is_made_and_search_path_does_not_matter() {
    let Some(scratch) =
        Scratch::with("CREATE SCHEMA decoy; CREATE TABLE decoy.opportunities (id integer)").await
    else {
        return;
    };
    let name = scratch.name.clone();
    scratch
        .run(&format!(
            "ALTER DATABASE \"{name}\" SET search_path = decoy, public"
        ))
        .await;
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
    assert_eq!(
        scratch.say(PROGRAM, &["--schema", "Other \"one\""]).status,
        0
    );
    assert_eq!(
        scratch
            .say(
                PROGRAM,
                &["--schema", "Other \"one\"", "--check", "--strict"]
            )
            .status,
        0
    );
    let count = "SELECT count(*) FROM pg_tables WHERE schemaname = ";
    assert_eq!(
        scratch.text(&format!("{count} 'Other \"one\"'")).await,
        "12"
    );
    assert_eq!(scratch.text(&format!("{count} 'public'")).await, "12");
    assert_eq!(scratch.text(&format!("{count} 'decoy'")).await, "1");
}
