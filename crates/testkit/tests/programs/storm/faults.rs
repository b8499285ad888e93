//! The server itself breaks off what the programs do.

use std::time::{Duration, Instant};

use super::super::workplace::Workplace;
use super::{Storm, ended, expect_same, expect_status, meaning, outcome, prepared, told};

/// A prepared place, and what an undisturbed load gives in another one like it.
fn undisturbed(storm: &Storm, load: &[&str]) -> Option<(Workplace, Vec<String>)> {
    let place = prepared(Workplace::new()?, storm.cases);
    place.expect(3, "data-migrate", load);
    let wanted = meaning(&place);
    Some((prepared(Workplace::new()?, storm.cases), wanted))
}

#[test]
fn statements_that_the_server_breaks_off_are_repeated() {
    let storm = Storm::of(1);
    let load = ["--batch-size", storm.batch()];
    let Some((place, wanted)) = undisturbed(&storm, &load) else {
        return;
    };
    place.query(include_str!("faults.sql"));
    place.expect(3, "data-migrate", &load);
    let blows = place.query("SELECT last_value / 3 FROM blows").join("");
    place.query("DROP FUNCTION blow CASCADE; DROP SEQUENCE blows");
    expect_same(&meaning(&place), &wanted, "with statements broken off");
    assert!(blows.parse::<u32>().expect("a number") > 5, "{blows}");
    told(&format!(
        "{blows} statements failed by time-outs, serialization failures, deadlocks and lost sessions: \
         same rows"
    ));
}

#[test]
fn serialization_failures_of_the_server_itself_are_repeated() {
    let storm = Storm::of(1);
    let load = ["--batch-size", storm.batch()];
    let Some((place, wanted)) = undisturbed(&storm, &load) else {
        return;
    };
    place.query(include_str!("moving.sql"));
    // Whoever moves the row has it before the load begins.
    let mut mover = place.spawn_sql(include_str!("mover.sql"));
    let has_it = "SELECT count(*) FROM pg_locks WHERE granted AND mode = 'RowExclusiveLock' \
                  AND relation = 'public.tally'::regclass";
    let began = Instant::now();
    while place.query(has_it) == ["0"] {
        assert!(began.elapsed() < Duration::from_secs(60), "nobody moves it");
        std::thread::sleep(Duration::from_millis(20));
    }
    place.expect(3, "data-migrate", &load);
    let moved = mover.wait().expect("gone");
    let failures = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM public.failures";
    let failures = place.query(failures).join("");
    let counted = place.query("SELECT n FROM public.tally").join("");
    place.query("DROP FUNCTION public.counted CASCADE; DROP TABLE public.tally; DROP SEQUENCE public.failures");
    expect_same(&meaning(&place), &wanted, "with serialization failures");
    assert!(moved.success(), "somebody waited each time");
    assert!(
        failures.parse::<u32>().expect("a number") >= 3,
        "{failures}"
    );
    assert_ne!(counted, "0", "what was repeated counted in the row, too");
    told(&format!(
        "{failures} serialization failures by the server, as a row was moved to another partition under \
         the statement that waited for it: same rows"
    ));
}

#[test]
fn settings_of_somebody_else_bend_nothing() {
    let storm = Storm::of(1);
    let load = ["--batch-size", "400"];
    let Some((place, wanted)) = undisturbed(&storm, &load) else {
        return;
    };
    let name = place.url().rsplit('/').next().expect("a name").to_owned();
    place.query(&include_str!("hostile.sql").replace("{name}", &name));
    place.expect(3, "data-migrate", &load);
    place.expect(3, "data-migrate", &load);
    let check = place.run("final-check", &["--only", "data", "--no-report", "--json"]);
    let missing: Vec<&str> = wanted
        .iter()
        .filter_map(|line| line.strip_prefix("conflict "))
        .collect();
    assert_eq!(check.status, 4, "{}", check.stderr);
    assert_eq!(
        missing.len(),
        1,
        "the row that was somebody's before, and no other"
    );
    let settings = "SELECT setconfig FROM pg_db_role_setting AS s JOIN pg_database AS d \
                    ON d.oid = s.setdatabase WHERE datname = current_database()";
    assert!(place.query(settings).join("").contains("serializable"));
    place.query(&format!("ALTER DATABASE {name} RESET ALL"));
    expect_same(&meaning(&place), &wanted, "under hostile settings");
    place.query(&include_str!("hostile.sql").replace("{name}", &name));
    place.expect(0, "rollback", &["--yes"]);
    told(
        "a database with time-outs of 10 to 40 ms, serializable, another search path and other formats: same rows, and back",
    );
}

#[test]
fn sessions_that_somebody_ends_and_deadlocks_are_survived() {
    let mut storm = Storm::of(12);
    let load = ["--batch-size", storm.batch()];
    let Some((place, wanted)) = undisturbed(&storm, &load) else {
        return;
    };
    let mut child = place.spawn("data-migrate", &load);
    let mut others = Vec::new();
    let mut blows = 0;
    while !ended(&mut child, storm.moment(Duration::from_millis(250))) && blows < storm.blows {
        match blows % 4 {
            0 => {
                // Two that lock in the other order; ours is the one that looks first.
                others.push(place.spawn_sql(
                    "SET deadlock_timeout = '20s'; BEGIN; LOCK TABLE meddic_analyses IN SHARE MODE; \
                     SELECT pg_sleep(0.4); LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE; COMMIT",
                ));
            }
            kind => {
                let act = if kind == 1 {
                    "pg_cancel_backend"
                } else {
                    "pg_terminate_backend"
                };
                place.query(&format!(
                    "SELECT {act}(pid) FROM pg_stat_activity WHERE datname = current_database() \
                     AND application_name LIKE 'sunset/%' AND pid <> pg_backend_pid()"
                ));
            }
        }
        blows += 1;
    }
    let what = format!("after {blows} blows, seed {}", storm.seed);
    let outcome = outcome(child);
    for mut other in others {
        other.wait().expect("gone");
    }
    expect_status(&outcome, 3, &what);
    expect_same(&meaning(&place), &wanted, &what);
    told(&format!(
        "{blows} times sessions were cancelled, ended or led into a deadlock in one load: same rows; \
         seed {}",
        storm.seed
    ));
}
