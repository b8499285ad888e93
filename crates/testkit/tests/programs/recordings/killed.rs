//! Both migrations killed at random moments, and everything taken back.

use std::time::{Duration, Instant};

use super::super::storm::{Storm, ended, told};
use super::Recorded;

const ROWS: &str = "SELECT 'user', t::text FROM \"user\" AS t UNION ALL SELECT 'opportunities', t::text \
                    FROM opportunities AS t UNION ALL SELECT 'conversations', t::text FROM conversations AS t \
                    UNION ALL SELECT 'meddic_analyses', t::text FROM meddic_analyses AS t ORDER BY 1, 2";

const COPIED: &str = "SELECT count(*) FROM sunset.objects WHERE state = 'copied'";

const PROGRAMS: [&str; 2] = ["data-migrate", "audio-migrate"];

#[test]
fn whatever_killed_migrations_of_rows_and_recordings_did_is_taken_back_to_what_was_there() {
    let Some(place) = Recorded::empty() else {
        return;
    };
    let place = place
        .with("MIGRATION_USER_ID", "owner")
        .with("MAX_RETRIES", "8");
    place.expect(0, "schema-push", &[]);
    place.query(
        "INSERT INTO \"user\" (id, name, email) VALUES ('owner', 'Owner', 'o@x.tw'); \
         INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('mine', 'owner', 'mine-1', 'Mine'); \
         INSERT INTO conversations (id, opportunity_id, type, audio_url) VALUES ('talk', 'mine', 'demo', 'https://x.tw/mine.mp3')",
    );
    let mut storm = Storm::of(6);
    let before = place.query(ROWS);
    let mut longest = [Duration::ZERO; 2];
    for (program, longest) in PROGRAMS.iter().zip(&mut longest) {
        let began = Instant::now();
        place.expect(0, program, &[]);
        *longest = began.elapsed();
    }
    let whole = place.query(ROWS);
    assert_eq!(place.stored().len(), 127);
    place.expect(0, "rollback", &["--yes", "--delete-objects"]);
    assert_eq!(place.query(ROWS), before);
    assert_eq!(place.stored(), [""; 0]);
    let (mut kills, mut halves) = ([0, 0], 0);
    while kills.iter().sum::<usize>() < storm.blows {
        // One of them is killed, in turn; the other has come to its end, or does not begin.
        let turn = usize::from(kills[0] > kills[1]);
        for program in &PROGRAMS[..turn] {
            place.expect(0, program, &[]);
        }
        let mut child = place.spawn(PROGRAMS[turn], &[]);
        if !ended(&mut child, storm.moment(longest[turn])) {
            child.kill().expect("killed");
            kills[turn] += 1;
        }
        child.wait().expect("gone");
        let left = place.query(ROWS);
        halves += usize::from(left != before && left != whole);
        // The objects stay, or go too: then the next run sends them again.
        let mut arguments = vec!["--yes"];
        if storm.random.below(2) == 0 {
            arguments.push("--delete-objects");
        }
        let outcome = place.expect(0, "rollback", &arguments);
        let what = format!("after {kills:?} kills, seed {}", storm.seed);
        assert_eq!(place.query(ROWS), before, "{what}\n{}", outcome.stdout);
        if arguments.len() > 1 {
            assert_eq!(place.query(COPIED), ["0"], "{what}\n{}", outcome.stdout);
        }
    }
    // And forward again, as if nothing had been.
    for program in PROGRAMS {
        place.expect(0, program, &[]);
    }
    assert_eq!(place.query(ROWS), whole, "seed {}", storm.seed);
    place.expect(0, "check-r2", &["--deep"]);
    place.expect(0, "final-check", &["--no-report"]);
    told(&format!(
        "{} kills of data-migrate and {} of audio-migrate, each followed by a rollback of everything, \
         {halves} times of something half done: V3 was each time what it was before; seed {}",
        kills[0], kills[1], storm.seed
    ));
}
