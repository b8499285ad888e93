//! Workers that do not belong together, and ends at the wrong moment.

use std::time::{Duration, Instant};

use super::super::workplace::Workplace;
use super::{ended, expect_same, expect_status, meaning, outcome, prepared, told};

const CASES: u64 = 400;
const WORK: [&str; 6] = [
    "--worker",
    "strangers",
    "--batch-size",
    "50",
    "--unit-size",
    "64K",
];

fn wait_for(place: &Workplace, sql: &str, what: &str) {
    let began = Instant::now();
    while place.query(sql).first().is_none_or(|found| found != "t") {
        assert!(began.elapsed() < Duration::from_secs(120), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Somebody holds a table until the session is ended.
fn hold(place: &Workplace, table: &str, mode: &str) -> std::process::Child {
    let somebody = place.spawn_sql(&format!(
        "BEGIN; LOCK TABLE {table} IN {mode} MODE; SELECT pg_sleep(300)"
    ));
    let held = format!(
        "SELECT count(*) > 0 FROM pg_locks WHERE granted AND relation = '{table}'::regclass \
         AND mode = '{}Lock'",
        mode.split(' ')
            .map(|word| format!("{}{}", &word[..1], word[1..].to_lowercase()))
            .collect::<String>()
    );
    wait_for(place, &held, "the table is held");
    somebody
}

fn let_go(place: &Workplace, mut somebody: std::process::Child) {
    place.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'psql' \
         AND datname = current_database() AND query LIKE '%pg_sleep(300)%' AND pid <> pg_backend_pid()",
    );
    somebody.wait().expect("gone");
}

#[test]
fn workers_of_another_version_source_or_copy_are_refused_and_change_nothing() {
    let Some(alone) = Workplace::new() else {
        return;
    };
    let alone = prepared(alone, CASES);
    alone.expect(3, "data-migrate", &["--batch-size", "50"]);
    let wanted = meaning(&alone);

    let place = prepared(Workplace::new().expect("a server"), CASES);
    let somebody = hold(&place, "conversations", "SHARE");
    let first = place.spawn("data-migrate", &WORK);
    let published = "SELECT to_regclass('sunset.work') IS NOT NULL \
                     AND EXISTS (SELECT FROM pg_locks WHERE NOT granted \
                     AND relation = 'conversations'::regclass)";
    wait_for(&place, published, "the first worker publishes and waits");

    // A worker of another version, as after a half-done upgrade.
    let version = "SELECT terms->>'version' FROM sunset.crews";
    let ours = place.query(version).remove(0);
    let set = |version: &str| {
        place.query(&format!(
            "UPDATE sunset.crews SET terms = jsonb_set(terms, '{{version}}', '\"{version}\"')"
        ));
    };
    set("0.0.1");
    let other = place.expect(1, "data-migrate", &WORK);
    let words = format!("version \"0.0.1\" there, \"{ours}\" here");
    assert!(other.stderr.contains(&words), "{}", other.stderr);
    set(&ours);

    // Another folder, though it holds the same.
    let folder = place.dir.path().join("elsewhere");
    std::fs::create_dir(&folder).expect("a folder");
    let source = place.dir.path().join("v2");
    for entry in std::fs::read_dir(&source).expect("the documents") {
        let path = entry.expect("an entry").path();
        std::fs::copy(&path, folder.join(path.file_name().expect("a name"))).expect("copied");
    }
    let elsewhere = format!("file://{}", folder.display());
    let other = outcome_of(&place, &elsewhere);
    expect_status(&other, 1, "another folder");
    assert!(
        other.stderr.contains("source \"file://"),
        "{}",
        other.stderr
    );

    // The same place with other contents, as where a copy is not the same on every machine.
    let file = source.join("leads.ndjson");
    let before = std::fs::read(&file).expect("the leads");
    let modified = std::fs::metadata(&file).and_then(|about| about.modified());
    let less = before
        .iter()
        .rposition(|byte| *byte == b'{')
        .expect("a line");
    std::fs::write(&file, &before[..less]).expect("written");
    let other = place.expect(1, "data-migrate", &WORK);
    assert!(
        other.stderr.contains("reads other documents"),
        "{}",
        other.stderr
    );
    std::fs::write(&file, &before).expect("written");
    let again = std::fs::File::options().write(true).open(&file);
    again
        .and_then(|file| file.set_modified(modified?))
        .expect("the time it had");

    // None of them did anything; the first one ends, and a second one with it.
    let second = place.spawn("data-migrate", &WORK);
    let_go(&place, somebody);
    for (child, what) in [(first, "the first"), (second, "the second")] {
        expect_status(&outcome(child), 3, what);
    }
    expect_same(&meaning(&place), &wanted, "beside strangers");
    assert_eq!(
        place.query("SELECT count(DISTINCT run) FROM sunset.provenance"),
        ["1"]
    );
    told(
        "beside a worker of another version, one with another folder and one with another copy, all \
         refused: same rows",
    );
}

/// A worker that reads another place.
fn outcome_of(place: &Workplace, source: &str) -> super::Outcome {
    let mut command = place.command("data-migrate", &WORK);
    command.env("V2_FIRESTORE", source);
    command.output().expect("the program is built").into()
}

#[test]
fn the_last_worker_killed_at_the_finish_leaves_a_run_that_the_next_one_ends() {
    let Some(alone) = Workplace::new() else {
        return;
    };
    let alone = prepared(alone, CASES);
    alone.expect(3, "data-migrate", &["--batch-size", "50"]);
    let wanted = meaning(&alone);

    let place = prepared(Workplace::new().expect("a server"), CASES);
    let mut worker = place.spawn("data-migrate", &WORK);
    let begun = "SELECT to_regclass('sunset.workers') IS NOT NULL";
    wait_for(&place, begun, "the ledger is made");
    wait_for(
        &place,
        "SELECT count(*) > 0 FROM sunset.workers",
        "the worker takes part",
    );
    // Readers and those who refer to a run pass; who would record its end waits.
    let somebody = hold(&place, "sunset.runs", "SHARE ROW EXCLUSIVE");
    let done = "SELECT count(*) > 0 AND bool_and(done_at IS NOT NULL) FROM sunset.work";
    wait_for(&place, done, "everything is done");
    let at_the_end = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted \
                      AND relation = 'sunset.runs'::regclass";
    wait_for(&place, at_the_end, "the worker records the end");
    assert!(!ended(&mut worker, Duration::ZERO), "it waits");
    worker.kill().expect("killed");
    worker.wait().expect("gone");
    let_go(&place, somebody);
    let states =
        "SELECT string_agg(state, ' ' ORDER BY id) FROM sunset.runs WHERE program = 'data-migrate'";
    assert_eq!(place.query(states), ["running"]);

    let next = place.expect(3, "data-migrate", &WORK);
    assert!(next.stderr.contains("did 0 of "), "{}", next.stderr);
    assert_eq!(place.query(states), ["done"]);
    expect_same(&meaning(&place), &wanted, "behind a killed end");
    let late = place.expect(3, "data-migrate", &WORK);
    assert!(late.stderr.contains("is done already"), "{}", late.stderr);
    place.expect(0, "rollback", &["--yes"]);
    told(
        "the last worker was killed while it recorded the end: the next one did none of the units, \
         recorded it, and everything was taken back",
    );
}
