//! `--backup neon-branch` of the programs beside data-migrate (`backup.rs` has that one, and the way
//! back): the branch comes before anything is written, and where Neon makes none nothing is.

use sunset_testkit::neon::{KEY, MAIN, Neon, PROJECT};

use super::backup::id_of;
use super::kept::digests;
use super::recordings::Recorded;
use super::repair;
use super::workplace::{OLDER_V3, Outcome, Workplace};

const BRANCH: [&str; 2] = ["--backup", "neon-branch"];

/// What V3's tables are and hold.
fn held(place: &Workplace) -> (Vec<(u64, String)>, Vec<String>) {
    let columns = "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns \
                   WHERE table_schema = 'public' ORDER BY 1, 2";
    (digests(place), place.query(columns))
}

/// That a program begins a run, fails, and writes nothing while Neon makes no branch, whatever the
/// reason, and says what to do.
fn expect_nothing_without_a_branch(
    place: &Workplace,
    neon: &Neon,
    (program, more): (&str, &[&str]),
) {
    let before = held(place);
    let arguments = [more, &BRANCH].concat();
    let failed = |name: &str, value: &str, words: [&str; 2]| {
        let mut command = place.command(program, &arguments);
        command.env("MAX_RETRIES", "0").env(name, value);
        let outcome = Outcome::from(command.output().expect("the program is built"));
        assert_eq!(outcome.status, 1, "{program}: {}", outcome.stdout);
        for said in words {
            assert!(outcome.stderr.contains(said), "{said}: {}", outcome.stderr);
        }
        assert!(!outcome.stderr.contains("napi"), "{}", outcome.stderr);
        assert_eq!(held(place), before, "{program}: {said}", said = words[0]);
        let last = format!(
            "SELECT state FROM sunset.runs WHERE program = '{program}' ORDER BY id DESC LIMIT 1"
        );
        assert_eq!(place.query(&last), ["failed"]);
    };
    // Nobody answers, a key that is none, a busy project, one that is full, and that of another
    // database.
    let nobody = ["Neon's API does not answer", "check this machine's network"];
    failed("NEON_API_URL", "http://127.0.0.1:9/api/v2", nobody);
    let denied = ["requires authentication", "set NEON_API_KEY"];
    failed("NEON_API_KEY", "napi_other", denied);
    neon.memory().busy = 1;
    let busy = ["already has running operations", "try again in a minute"];
    failed("NEON_PROJECT_ID", PROJECT, busy);
    neon.memory().full = true;
    let full = ["branches limit exceeded", "delete old branches"];
    failed("NEON_PROJECT_ID", PROJECT, full);
    neon.memory().full = false;
    neon.memory().host = "ep-other-1.eu.aws.neon.tech".into();
    let other = [
        "no branch of the Neon project has the host of the database",
        "set NEON_PROJECT_ID to the project of the database",
    ];
    failed("NEON_PROJECT_ID", PROJECT, other);
    neon.memory().host = "127.0.0.1".into();
    assert_eq!(neon.memory().branches, ["main"]);
    assert_eq!(place.query("SELECT count(*) FROM sunset.backups"), ["0"]);
    // Who only looks makes none either.
    let looked = place.run(program, &[&arguments[..], &["--dry-run"]].concat());
    assert_ne!(looked.status, 1, "{}", looked.stderr);
    assert_eq!(held(place), before);
    assert!(neon.memory().made.is_empty());
}

/// That one branch was made, of the one that is written to, and is listed with the run that made it.
fn expect_one_branch(place: &Workplace, neon: &Neon, program: &str, outcome: &Outcome) {
    let id = id_of(outcome);
    let asked = format!("{{\"branch\":{{\"name\":\"sunset_{id}\",\"parent_id\":\"{MAIN}\"}}}}");
    assert_eq!(neon.memory().made, [asked]);
    let listed = place.expect(0, "rollback", &["--list-backups"]);
    let branch = format!("{id} (branch sunset_{id})");
    assert!(listed.stdout.contains(&branch), "{}", listed.stdout);
    let listed = place.expect(0, "rollback", &["--list-backups", "--json"]);
    let run = place.query(&format!(
        "SELECT max(id) FROM sunset.runs WHERE program = '{program}' AND state = 'done'"
    ));
    let backup = &listed.json()["backups"][0];
    assert_eq!(backup["run"].to_string(), run.concat(), "{backup:#}");
    let all = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(!all.contains("napi"), "{all}");
}

/// With the project's settings.
fn with_neon(place: Workplace, neon: &Neon) -> Workplace {
    place
        .with("NEON_API_KEY", KEY)
        .with("NEON_PROJECT_ID", PROJECT)
        .with("NEON_API_URL", neon.url())
}

#[test]
fn schema_push_changes_nothing_before_there_is_a_branch() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let neon = Neon::start("127.0.0.1").expect("a fake");
    let place = with_neon(place, &neon);
    place.expect(0, "schema-push", &[]);
    place.query("ALTER TABLE opportunities DROP COLUMN industry");
    let lacking = held(&place);
    expect_nothing_without_a_branch(&place, &neon, ("schema-push", &[]));
    let outcome = place.expect(0, "schema-push", &BRANCH);
    assert_ne!(held(&place), lacking);
    expect_one_branch(&place, &neon, "schema-push", &outcome);
    // Where nothing is to be changed, none is made.
    place.expect(0, "schema-push", &BRANCH);
    assert_eq!(neon.memory().made.len(), 1);
}

#[test]
fn a_repair_writes_nothing_before_there_is_a_branch() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let neon = Neon::start("127.0.0.1").expect("a fake");
    let place = with_neon(place, &neon);
    let place = repair::v2(place, &[("a", "1"), ("b", "2")]);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    // V2 goes on: a number changes.
    let place = repair::v2(place, &[("a", "11"), ("b", "2")]);
    let repairing = ["--no-report", "--only", "data", "--repair"];
    expect_nothing_without_a_branch(&place, &neon, ("final-check", &repairing));
    let outcome = place.expect(0, "final-check", &[&repairing[..], &BRANCH].concat());
    let phones = "SELECT contact_phone FROM opportunities ORDER BY id";
    assert_eq!(place.query(phones), ["11", "2"]);
    expect_one_branch(&place, &neon, "final-check", &outcome);
}

#[test]
fn fix_schema_repairs_nothing_before_there_is_a_branch() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let neon = Neon::start("127.0.0.1").expect("a fake");
    let place = with_neon(place, &neon);
    place.expect(0, "schema-push", &[]);
    // As an older version of V3 left it, which no ledger knows of.
    place.query(&format!(
        "DROP SCHEMA sunset CASCADE; {OLDER_V3} \
         INSERT INTO conversations (id, opportunity_id, type, duration) VALUES ('c', 'o', 'demo', 12.5)",
    ));
    expect_nothing_without_a_branch(&place, &neon, ("fix-schema", &[]));
    let outcome = place.expect(0, "fix-schema", &BRANCH);
    assert_eq!(place.query("SELECT duration FROM conversations"), ["13"]);
    expect_one_branch(&place, &neon, "fix-schema", &outcome);
    // Where nothing is to be repaired, none is made.
    place.expect(0, "fix-schema", &BRANCH);
    assert_eq!(neon.memory().made.len(), 1);
}

#[test]
fn audio_migrate_copies_and_links_nothing_before_there_is_a_branch() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    let neon = Neon::start("127.0.0.1").expect("a fake");
    let place = place
        .with("NEON_API_KEY", KEY)
        .with("NEON_PROJECT_ID", PROJECT)
        .with("NEON_API_URL", neon.url());
    expect_nothing_without_a_branch(&place, &neon, ("audio-migrate", &[]));
    assert!(place.stored().is_empty(), "{:?}", place.stored());
    for table in ["objects", "linked_cells"] {
        let count = format!("SELECT count(*) FROM sunset.{table}");
        assert_eq!(place.query(&count), ["0"], "{table}");
    }
    let outcome = place.expect(0, "audio-migrate", &BRANCH);
    assert_eq!(place.stored().len(), 127);
    expect_one_branch(&place, &neon, "audio-migrate", &outcome);
    // Where nothing is to be copied, none is made.
    place.expect(0, "audio-migrate", &BRANCH);
    assert_eq!(neon.memory().made.len(), 1);
}
