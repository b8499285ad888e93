//! Rollback by levels: what is missing is said, and data come back from a backup.

use std::process::{Command, Output};

use sunset_testkit::webhook::Webhook;

use super::{Scratch, command};

const V1: &str = include_str!("../../../../samples/main-server/database.sql");

fn words(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn rollback(scratch: &Scratch, arguments: &[&str]) -> Output {
    command(scratch.folder.path())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DATABASE_URL", &scratch.url)
        .args(["--plan", "main-server", "--level", "data"])
        .args(arguments)
        .output()
        .expect("run")
}

fn other(scratch: &Scratch, program: &str, arguments: &[&str]) -> Output {
    let own = std::path::PathBuf::from(env!("CARGO_BIN_EXE_rollback"));
    let folder = std::env::var_os("SUNSET_TEST_BIN_DIR")
        .map(std::path::PathBuf::from)
        .or_else(|| own.parent().map(std::path::PathBuf::from))
        .expect("a folder");
    Command::new(folder.join(program))
        .args(arguments)
        .current_dir(scratch.folder.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DATABASE_URL", &scratch.url)
        .output()
        .expect("the programs are built into SUNSET_TEST_BIN_DIR")
}

#[test]
fn what_a_level_needs_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, part) in [
        (
            &["--level", "traffic"][..],
            "--level traffic needs the schedule file",
        ),
        (
            &["--level", "data"],
            "--level data needs the backup to restore",
        ),
        (
            &["--level", "data", "--backup-id", "x"],
            "there is no backup \"x\"",
        ),
        (&["--level", "data", "--schema"], "cannot be used with"),
        (&["--level", "nowhere"], "possible values: "),
        (&["--backup-id", "x"], "--level"),
    ] {
        let output = command(folder.path())
            .args(arguments)
            .output()
            .expect("run");
        assert!(!output.status.success());
        assert!(
            words(&output).contains(part),
            "{arguments:?}: {}",
            words(&output)
        );
    }
}

#[test]
fn data_come_back_from_a_backup_and_the_loss_is_said_first() {
    if Command::new("pg_dump").arg("--version").output().is_err() {
        println!("skipped: there is no pg_dump in the search path");
        return;
    }
    let Some(scratch) = Scratch::new() else {
        return;
    };
    scratch.sql(V1);
    let taken = other(&scratch, "backup", &["--plan", "main-server", "--json"]);
    if words(&taken).contains("newer than pg_dump") {
        println!("skipped: pg_dump is older than the server");
        return;
    }
    assert!(taken.status.success(), "{}", words(&taken));
    let taken: serde_json::Value = serde_json::from_slice(&taken.stdout).expect("JSON");
    let id = taken["manifest"]["id"].as_str().expect("an id").to_owned();
    let migrated = other(&scratch, "data-migrate", &["--plan", "main-server"]);
    assert!(migrated.status.success(), "{}", words(&migrated));
    scratch.sql(
        "INSERT INTO messages (message_id, chat_id, message_type, content) SELECT n::text, 'c', 'text', '{}' FROM generate_series(1, 7) AS n; \
         INSERT INTO users (open_id) VALUES ('since'); DELETE FROM chats",
    );
    let shown = rollback(&scratch, &["--backup-id", &id]);
    assert_eq!(shown.status.code(), Some(1), "{}", words(&shown));
    for part in [
        "public.messages: 7 rows written since, and the table itself",
        "public.users: 1 rows written since",
        "loses 8 rows written since",
        "schema sunset: the ledger of runs goes back with the rest",
        "96 of the backup's rows are changed or gone, and come back",
        "--yes",
    ] {
        assert!(words(&shown).contains(part), "{part}: {}", words(&shown));
    }
    scratch.sql("INSERT INTO messages (message_id, chat_id, message_type, content) VALUES ('still', 'c', 'text', '{}')");
    let hook = Webhook::start().expect("a webhook");
    let notify = ["--backup-id", &id, "--yes", "--notify-url", hook.url()];
    let done = rollback(&scratch, &notify);
    assert!(done.status.success(), "{}", words(&done));
    let told: Vec<String> = hook
        .take()
        .iter()
        .map(|told| told.json()["text"].as_str().expect("a text").to_owned())
        .collect();
    let began = format!("rollback began: back to {id} in ");
    assert!(
        told.len() == 2 && told[0].starts_with(&began) && told[1].contains("\nrestored "),
        "{told:?}"
    );
    assert!(
        words(&done).contains("was backed up first"),
        "{}",
        words(&done)
    );
    scratch.run_and_wait("DO $$ BEGIN ASSERT to_regclass('messages') IS NULL; ASSERT to_regnamespace('sunset') IS NULL; \
         ASSERT (SELECT count(*) FROM users) = 420; ASSERT (SELECT count(*) FROM chats) = 96; END $$",
    );
    // From there the way is as open as it was.
    let again = other(&scratch, "data-migrate", &["--plan", "main-server"]);
    assert!(again.status.success(), "{}", words(&again));
}
