//! One run at a time.

use std::time::{Duration, Instant};

use super::super::workplace::Workplace;
use super::{ended, expect_status, outcome, prepared, told};

/// Starts a second run while the first is under way, kills the first, and starts another one.
pub fn two_at_once(place: Workplace, how: &str) {
    // The first one waits for somebody's lock, so that it is there as long as it is needed.
    let mut somebody =
        place.spawn_sql("BEGIN; LOCK TABLE conversations IN SHARE MODE; SELECT pg_sleep(60)");
    let waiting =
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'conversations'::regclass";
    let mut first = place.spawn("data-migrate", &["--batch-size", "50"]);
    let began = Instant::now();
    while place.query(waiting) == ["0"] {
        assert!(
            began.elapsed() < Duration::from_secs(40),
            "the first run does not get there"
        );
        assert!(
            !ended(&mut first, Duration::from_millis(50)),
            "the first run has ended"
        );
    }
    for program in ["data-migrate", "rollback"] {
        let arguments: &[&str] = if program == "rollback" {
            &["--yes"]
        } else {
            &[]
        };
        let began = Instant::now();
        let refused = place.run(program, arguments);
        expect_status(&refused, 1, "the second run");
        let process = format!("process {} on ", first.id());
        for words in [
            "another run is writing",
            "run 2 of data-migrate",
            &process,
            ", since 20",
        ] {
            assert!(
                refused.stderr.contains(words),
                "{words}: {}",
                refused.stderr
            );
        }
        assert!(
            began.elapsed() < Duration::from_secs(15),
            "it is told at once"
        );
    }
    first.kill().expect("killed");
    first.wait().expect("gone");
    somebody.kill().expect("killed");
    somebody.wait().expect("gone");
    place.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'psql' \
         AND datname = current_database() AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
    );
    let began = Instant::now();
    let third = outcome(place.spawn("data-migrate", &["--batch-size", "50"]));
    expect_status(&third, 3, "the run behind a killed one");
    let states =
        "SELECT string_agg(state, ' ' ORDER BY id) FROM sunset.runs WHERE program = 'data-migrate'";
    assert_eq!(place.query(states), ["interrupted done"]);
    told(&format!(
        "two runs at once {how}: data-migrate and rollback were told who writes since when; behind \
         the killed run the next one began at once and ended after {:.1} s",
        began.elapsed().as_secs_f64()
    ));
}

#[test]
fn the_second_run_is_told_who_writes_and_a_killed_one_leaves_no_lock() {
    let Some(place) = Workplace::new() else {
        return;
    };
    two_at_once(prepared(place, 600), "directly");
}
