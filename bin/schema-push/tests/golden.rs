//! What the program says.

use std::process::Command;

use crate::PROGRAM;
use crate::scratch::{Said, Scratch};

fn without_database(arguments: &[&str]) -> Said {
    let output = Command::new(PROGRAM)
        .args(arguments)
        .current_dir(std::env::temp_dir())
        .env_clear()
        .env("COLUMNS", "100")
        .output()
        .expect("program");
    Said::new(output, "DATABASE")
}

#[test]
fn usage() {
    let said = without_database(&["--check", "--out", "x"]);
    assert_eq!(said.status, 2);
    insta::assert_snapshot!(said.shown());
    for arguments in [
        ["--strict"].as_slice(),
        &["--rename"],
        &["--nonsense"],
        &["--plan", "nope"],
    ] {
        assert_eq!(without_database(arguments).status, 2, "{arguments:?}");
    }
}

#[test]
fn print_needs_no_database() {
    let said = without_database(&["--print"]);
    insta::assert_snapshot!(said.shown());
}

/// Plans that change an application's database: what it has itself is not made, only added to.
#[test]
fn plans_in_place_print_what_they_bring() {
    let said = without_database(&["--plan", "voice-agent", "--print"]);
    insta::assert_snapshot!("print_voice_agent", said.shown());
    let said = without_database(&["--plan", "leora-phase2", "--print"]);
    insta::assert_snapshot!("print_leora_phase2", said.shown());
}

#[test]
fn a_database_that_is_not_named() {
    insta::assert_snapshot!(without_database(&[]).shown());
}

#[test]
fn names_that_cannot_be_read() {
    let said = Command::new(PROGRAM)
        .args(["--rename", "conversations=a=b", "--allow-drop", "a.b.c"])
        .current_dir(std::env::temp_dir())
        .env_clear()
        .env("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/x")
        .output()
        .expect("program");
    let said = Said::new(said, "DATABASE");
    assert_eq!(said.status, 2, "{}", said.shown());
    assert!(said.err.contains("--allow-drop a.b.c"), "{}", said.err);
}

#[tokio::test]
async fn the_plan_for_an_empty_database() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    insta::assert_snapshot!(scratch.say(PROGRAM, &["--dry-run"]).shown());
}

#[tokio::test]
async fn the_check_of_an_empty_database() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    let said = scratch.say(PROGRAM, &["--check"]);
    assert_eq!(said.status, 4);
    insta::assert_snapshot!(said.shown());
}
