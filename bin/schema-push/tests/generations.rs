//! What a push plans for each generation of V3, word for word; and the same plan as a script.

use std::process::Command;

use crate::PROGRAM;
use crate::scratch::{Said, Scratch};

const GENERATIONS: [(&str, bool, &str); 6] = [
    (
        "leads",
        false,
        include_str!("../../fix-schema/tests/generations/leads.sql"),
    ),
    (
        "both",
        false,
        include_str!("../../fix-schema/tests/generations/both.sql"),
    ),
    (
        "columns",
        true,
        include_str!("../../fix-schema/tests/generations/columns.sql"),
    ),
    (
        "users",
        true,
        include_str!("../../fix-schema/tests/generations/users.sql"),
    ),
    (
        "duration",
        true,
        include_str!("../../fix-schema/tests/generations/duration.sql"),
    ),
    ("partly", false, include_str!("partly.sql")),
];

/// A database of that generation; `present` ones are today's, and then made older.
async fn generation(present: bool, sql: &str) -> Option<Scratch> {
    if !present {
        return Scratch::with(sql).await;
    }
    let scratch = Scratch::with("").await?;
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch.run("DROP SCHEMA sunset CASCADE").await;
    scratch.run(sql).await;
    Some(scratch)
}

fn psql(scratch: &Scratch, arguments: &[&str]) -> Said {
    let output = Command::new("psql")
        .args(["-qX", "-v", "ON_ERROR_STOP=1"])
        .args(arguments)
        .arg(&scratch.url)
        .output()
        .expect("psql");
    Said::new(output, &scratch.name)
}

#[tokio::test]
async fn the_plan_for_each_generation() {
    for (name, present, sql) in GENERATIONS
        .into_iter()
        .filter(|(name, ..)| *name != "partly")
    {
        let Some(scratch) = generation(present, sql).await else {
            return;
        };
        let said = scratch.say(PROGRAM, &["--dry-run"]);
        insta::assert_snapshot!(format!("plan_{name}"), said.shown());
    }
}

#[tokio::test]
async fn a_script_does_in_psql_what_the_program_does() {
    for (name, present, sql) in GENERATIONS {
        let (Some(by_hand), Some(pushed)) = (
            generation(present, sql).await,
            generation(present, sql).await,
        ) else {
            return;
        };
        let file = std::env::temp_dir().join(format!("{}.sql", by_hand.name));
        let path = file.to_str().expect("path");
        let written = by_hand.say(PROGRAM, &["--out", path]);
        let said = psql(&by_hand, &["-f", path]);
        std::fs::remove_file(&file).expect("remove");
        assert_eq!(said.status, 0, "{name}: {}", said.shown());
        let executed = pushed.say(PROGRAM, &[]);
        assert_eq!(
            written.status,
            executed.status,
            "{name}: {}",
            written.shown()
        );
        assert_eq!(
            by_hand.structure().await,
            pushed.structure().await,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_script_does_so_whatever_the_sessions_search_path_is() {
    let odd = "CREATE SCHEMA odd; CREATE TYPE odd.text AS (a integer); CREATE TYPE odd.jsonb AS (a integer); \
        CREATE FUNCTION odd.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'";
    for (name, present, sql) in GENERATIONS {
        let (Some(by_hand), Some(pushed)) = (
            generation(present, sql).await,
            generation(present, sql).await,
        ) else {
            return;
        };
        by_hand.run(odd).await;
        let file = std::env::temp_dir().join(format!("{}-odd.sql", by_hand.name));
        let path = file.to_str().expect("path");
        by_hand.say(PROGRAM, &["--out", path]);
        let output = Command::new("psql")
            .args(["-qX", "-f", path])
            .arg(&by_hand.url)
            .env("PGOPTIONS", "-c search_path=odd,pg_catalog,public")
            .output()
            .expect("psql");
        std::fs::remove_file(&file).expect("remove");
        let said = Said::new(output, &by_hand.name);
        assert_eq!(said.status, 0, "{name}: {}", said.shown());
        pushed.say(PROGRAM, &[]);
        assert_eq!(
            by_hand.structure().await,
            pushed.structure().await,
            "{name}"
        );
    }
}

#[tokio::test]
async fn what_print_prints_makes_the_desired_schema() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    for schema in ["public", "Other \"one\" 客"] {
        let printed = scratch.say(PROGRAM, &["--print", "--schema", schema]);
        assert_eq!(printed.status, 0, "{}", printed.shown());
        if schema != "public" {
            scratch.run("CREATE SCHEMA \"Other \"\"one\"\" 客\"").await;
        }
        let said = psql(&scratch, &["-c", &printed.out]);
        assert_eq!(said.status, 0, "{}", said.shown());
        let check = scratch.say(PROGRAM, &["--schema", schema, "--check", "--strict"]);
        assert_eq!(check.status, 0, "{}", check.shown());
    }
}
