//! What the programs say of a plan that works in place, and what they write beside it.

use std::process::Command;

use crate::scratch::{Said, Scratch};
use crate::{HEAD, SOME};

#[tokio::test]
async fn the_migration_for_prisma_is_written_once_and_does_the_same_elsewhere() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("UTF-8");
    scratch.migrate(&["--prisma-dir", path]);
    let again = scratch.migrate(&["--prisma-dir", path]);
    assert!(again.holds("is there already"), "{again:?}");
    let made: Vec<_> = std::fs::read_dir(path)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert_eq!(made.len(), 1, "{made:?}");
    let name = made[0]
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    assert!(
        name.ends_with("_phase2_complete") && name.len() == 30,
        "{name}"
    );
    let sql = std::fs::read_to_string(made[0].join("migration.sql")).expect("the migration");
    let Some(other) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    other.run(&sql).await;
    assert_eq!(other.catalog().await, scratch.catalog().await);
    let check = other.say("final-check", &["--plan", "leora-phase2"]);
    assert_eq!(check.status, 0, "{check:?}");
}

#[tokio::test]
async fn the_migration_for_prisma_holds_nothing_of_a_run_that_was_taken_back() {
    // With a row in it the table's check is added without looking, and validated in a step of its own.
    let plan = r#"INSERT INTO "CallPlan" ("name") VALUES ('one');"#;
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}{plan}")).await else {
        return;
    };
    scratch.migrate(&[]);
    let back = scratch.say("rollback", &["--plan", "leora-phase2", "--yes", "--schema"]);
    assert_eq!(back.status, 0, "{back:?}");
    let folder = tempfile::tempdir().expect("a folder");
    scratch.migrate(&["--prisma-dir", folder.path().to_str().expect("UTF-8")]);
    let made = std::fs::read_dir(folder.path())
        .expect("the folder")
        .next()
        .expect("a migration")
        .expect("an entry");
    let sql = std::fs::read_to_string(made.path().join("migration.sql")).expect("the migration");
    assert_eq!(sql.matches("VALIDATE CONSTRAINT").count(), 1, "{sql}");
    let Some(other) = Scratch::with(&format!("{HEAD}{SOME}{plan}")).await else {
        return;
    };
    other.run(&sql).await;
    assert_eq!(other.catalog().await, scratch.catalog().await);
}

#[tokio::test]
async fn the_check_has_seven_sections_and_says_what_it_found() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    let before = scratch.say("final-check", &["--plan", "leora-phase2"]);
    assert_eq!(before.status, 4, "{before:?}");
    scratch.migrate(&[]);
    let said = scratch.say("final-check", &["--plan", "leora-phase2"]);
    assert_eq!(said.status, 0, "{said:?}");
    let summary = said.out.split("Summary").nth(1).expect("a summary");
    assert_eq!(summary.matches("  ok    ").count(), 7, "{summary}");
    assert!(said.holds("Indexes: 14 of 14"), "{said:?}");
    assert!(said.holds("Foreign keys: 7 of 7"), "{said:?}");
    assert!(said.holds("Migration validated successfully!"), "{said:?}");
    scratch.run(r#"UPDATE "Customer" SET "accountPriority" = 'HIGH' WHERE "accountType" = 'PROSPECT'; DROP INDEX "CallPlan_status_idx""#).await;
    let broken = scratch.say("final-check", &["--plan", "leora-phase2"]);
    assert_eq!(broken.status, 4, "{broken:?}");
    assert!(broken.holds("PROSPECT with HIGH"), "{broken:?}");
    assert!(broken.holds("FAIL  Indexes: 13 of 14"), "{broken:?}");
}

#[tokio::test]
async fn colours_are_for_terminals_alone() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    let plain = scratch.migrate(&[]);
    assert!(!plain.out.contains('\u{1b}'), "{}", plain.out);
    if Command::new("script").arg("--version").output().is_err() {
        println!("skipped: the program script, which gives a terminal, is not installed");
        return;
    }
    let program = env!("CARGO_BIN_EXE_data-migrate");
    let on_terminal = |no_colour: Option<&str>| {
        let mut command = Command::new("script");
        command
            .args([
                "-qec",
                &format!("{program} --plan leora-phase2 --as-of 2026-03-01"),
                "/dev/null",
            ])
            .current_dir(std::env::temp_dir())
            .env("DATABASE_URL", &scratch.url)
            .env("TERM", "xterm")
            .env_remove("NO_COLOR");
        if let Some(value) = no_colour {
            command.env("NO_COLOR", value);
        }
        Said::new(command.output().expect("script"))
    };
    let coloured = on_terminal(None);
    assert!(coloured.out.contains("\u{1b}[32m"), "{coloured:?}");
    let without = on_terminal(Some("1"));
    assert!(without.out.contains("All 6 migration steps"), "{without:?}");
    assert!(!without.out.contains("\u{1b}[32m"), "{without:?}");
}

#[tokio::test]
async fn mistakes_are_told_before_anything_is_connected_to() {
    let nowhere = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_data-migrate"))
            .args(arguments)
            .current_dir(std::env::temp_dir())
            .env_clear()
            .env("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
            .output();
        Said::new(output.expect("the program"))
    };
    let day = nowhere(&["--plan", "leora-phase2", "--as-of", "2026-02-30"]);
    assert_eq!(day.status, 1);
    assert!(day.holds("\"2026-02-30\" is no day"), "{day:?}");
    let other = nowhere(&["--plan", "sales-ai", "--as-of", "2026-02-03"]);
    assert!(
        other.holds("the plan sales-ai has no option --as-of"),
        "{other:?}"
    );
    for option in [
        &["--prune"][..],
        &["--retry-quarantined"],
        &["--on-conflict", "overwrite"],
        &["--on-conflict", "fail"],
        &["--on-conflict", "keep"],
        &["--run-digests", "all"],
        &["--run-digests", "small"],
        &["--read-time", "2026-02-03T00:00:00Z"],
        &["--max-reads-per-second", "5"],
        &["--read-price", "0.06"],
        &["--watch"],
    ] {
        let unfit = nowhere(&[&["--plan", "leora-phase2"][..], option].concat());
        assert_eq!(unfit.status, 1, "{unfit:?}");
        let words = format!("the plan leora-phase2 has no option {}", option[0]);
        assert!(unfit.holds(&words), "{unfit:?}");
    }
    let unknown = nowhere(&["--plan", "leora"]);
    assert!(unknown.holds("leora-phase2"), "{unknown:?}");
}

#[tokio::test]
async fn direct_url_wins_over_database_url() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    let output = scratch
        .command("data-migrate", &crate::AS_OF)
        .env("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
        .env("DIRECT_URL", &scratch.url)
        .output();
    let said = Said::new(output.expect("the program"));
    assert_eq!(said.status, 0, "{said:?}");
}

/// The sample has the sizes that it says, on the day on which it is loaded.
#[tokio::test]
async fn the_sample_is_distributed_as_it_says() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../samples/leora-phase2/database.sql"
    );
    let sql = std::fs::read_to_string(path).expect("the sample");
    let Some(scratch) = Scratch::with(&sql).await else {
        return;
    };
    let today = scratch
        .text("SELECT (now() AT TIME ZONE 'UTC')::date")
        .await;
    let said = scratch.say(
        "data-migrate",
        &["--plan", "leora-phase2", "--as-of", &today],
    );
    assert_eq!(said.status, 0, "{said:?}");
    for line in [
        "ACTIVE customers updated: 3,512",
        "TARGET customers updated: 1,089",
        "PROSPECT customers updated: 793",
        "ACTIVE 3,512 (65.1 %), TARGET 1,089 (20.2 %), PROSPECT 793 (14.7 %)",
        "warning future_order: 2 (",
    ] {
        assert!(said.holds(line), "{line}: {said:?}");
    }
}
