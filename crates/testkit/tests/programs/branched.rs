//! `--backup neon-branch` of fix-schema and audio-migrate (`backup.rs` has data-migrate and the way
//! back): the branch comes before anything is written, and where Neon makes none nothing is.

use sunset_testkit::neon::{KEY, MAIN, Neon, PROJECT};

use super::backup::id_of;
use super::kept::digests;
use super::recordings::Recorded;
use super::workplace::{Outcome, Workplace};

const BRANCH: [&str; 2] = ["--backup", "neon-branch"];

/// What V3's tables are and hold.
fn held(place: &Workplace) -> (Vec<(u64, String)>, Vec<String>) {
    let columns = "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns \
                   WHERE table_schema = 'public' ORDER BY 1, 2";
    (digests(place), place.query(columns))
}

/// That a program begins a run, fails, and writes nothing while Neon makes no branch, whatever the
/// reason, and says what to do.
fn expect_nothing_without_a_branch(place: &Workplace, neon: &Neon, program: &str) {
    let before = held(place);
    let failed = |name: &str, value: &str, words: [&str; 2]| {
        let mut command = place.command(program, &BRANCH);
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
    let looked = place.run(program, &[&BRANCH[..], &["--dry-run"]].concat());
    assert!([0, 3].contains(&looked.status), "{}", looked.stderr);
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

#[test]
fn fix_schema_repairs_nothing_before_there_is_a_branch() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let neon = Neon::start("127.0.0.1").expect("a fake");
    let place = place
        .with("NEON_API_KEY", KEY)
        .with("NEON_PROJECT_ID", PROJECT)
        .with("NEON_API_URL", neon.url());
    place.expect(0, "schema-push", &[]);
    // As an older version of V3 left it, which no ledger knows of.
    place.query(
        "DROP SCHEMA sunset CASCADE; \
         INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x.tw'); \
         INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'o-1', 'O'); \
         ALTER TABLE conversations ALTER COLUMN duration TYPE double precision; \
         INSERT INTO conversations (id, opportunity_id, type, duration) VALUES ('c', 'o', 'demo', 12.5)",
    );
    expect_nothing_without_a_branch(&place, &neon, "fix-schema");
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
    expect_nothing_without_a_branch(&place, &neon, "audio-migrate");
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
