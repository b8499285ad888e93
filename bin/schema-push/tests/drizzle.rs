//! What the V3 application's own tool makes of the schema, and of what this program made.

use std::process::{Command, Output};

use crate::PROGRAM;
use crate::scratch::Scratch;

/// Drizzle's push of `drizzle/schema.ts`; `None`, with a word why, where the tool is absent.
fn drizzle_push(scratch: &Scratch) -> Option<String> {
    let Ok(folder) = std::env::var("SUNSET_TEST_DRIZZLE") else {
        println!("skipped: SUNSET_TEST_DRIZZLE names no folder with drizzle-kit");
        return None;
    };
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new("node_modules/.bin/drizzle-kit")
        .args(["push", "--verbose"])
        .current_dir(folder)
        .env("DATABASE_URL", &scratch.url)
        .output()
        .expect("drizzle-kit");
    let said = String::from_utf8_lossy(&stdout).into_owned();
    // It ends with status 0 also where it changed nothing because of an error.
    assert!(
        status.success() && stderr.is_empty(),
        "{said}\n{}",
        String::from_utf8_lossy(&stderr)
    );
    Some(said)
}

#[tokio::test]
async fn a_database_made_by_drizzle_shows_no_drift() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    let Some(said) = drizzle_push(&scratch) else {
        return;
    };
    assert!(said.contains("Changes applied"), "{said}");
    let said = scratch.say(PROGRAM, &["--check", "--strict"]);
    assert_eq!(said.shown(), "the live schema is as desired\nstatus 0");
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.shown(), "nothing to do\nstatus 0");
}

#[tokio::test]
async fn drizzle_sees_no_drift_after_a_push() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    let before = scratch.dump().await;
    let Some(said) = drizzle_push(&scratch) else {
        return;
    };
    assert!(said.contains("No changes detected"), "{said}");
    assert_eq!(scratch.dump().await, before);

    // The comparison can fail: each of these is seen by Drizzle, and by the check.
    for change in [
        "ALTER TABLE conversations ALTER COLUMN duration TYPE bigint",
        "ALTER TABLE conversations RENAME CONSTRAINT conversations_case_number_unique TO other",
        "ALTER TABLE opportunities ALTER COLUMN status SET DEFAULT 'old'",
    ] {
        scratch.run(change).await;
        assert_eq!(scratch.say(PROGRAM, &["--check"]).status, 4, "{change}");
        let said = drizzle_push(&scratch).expect("it ran before");
        assert!(said.contains("Changes applied"), "{change}: {said}");
        let said = scratch.say(PROGRAM, &["--check", "--strict"]);
        assert_eq!(said.status, 0, "{change}: {}", said.shown());
    }
}
