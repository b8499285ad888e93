//! `kill -9` at random moments, again and again, and nothing to be seen of it afterwards.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sunset_core::document::Document;
use sunset_core::rest;
use sunset_testkit::generate::{CaseLine, Poison, case_lines};

use super::super::workplace::Workplace;
use super::{Storm, ended, expect_same, expect_status, meaning, outcome, poisoned, prepared, told};

/// Starts a program and kills it before `longest` is over, until one comes to its end first; gives
/// the number of kills. Each is given more time than the one before it, so that one gets there
/// however slow the machine has become. A run that was killed leaves no lock: none of the others is refused.
fn until_it_ends(
    place: &Workplace,
    storm: &mut Storm,
    (program, arguments, status): (&str, &[&str], i32),
    mut longest: Duration,
) -> usize {
    let mut kills = 0;
    loop {
        let mut child = place.spawn(program, arguments);
        if ended(&mut child, storm.moment(longest)) {
            let what = format!("{program} after {kills} kills, seed {}", storm.seed);
            expect_status(&outcome(child), status, &what);
            return kills;
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        kills += 1;
        longest = longest * 9 / 8;
    }
}

/// Exactly what is poisoned is in quarantine, with its bytes, and everything else is in V3.
fn expect_parted(place: &Workplace, cases: u64) {
    let lines: Vec<CaseLine> = case_lines(poisoned(cases)).collect();
    let texts = |poison: Option<Poison>| {
        let of_these = lines.iter().filter(|line| line.poison == poison);
        let mut texts: Vec<String> = of_these.map(|line| line.text.clone()).collect();
        texts.sort_unstable();
        texts
    };
    let kept = |reason: &str| {
        let mut kept = place.query(&format!(
            "SELECT convert_from(raw, 'UTF8') FROM sunset.quarantine \
             WHERE collection = 'cases' AND reason = '{reason}'"
        ));
        kept.sort_unstable();
        kept
    };
    let malformed = texts(Some(Poison::Malformed));
    expect_same(&kept("bad_document"), &malformed, "what is malformed");
    // A document is kept as one: its fields may stand in another order, and a number be written
    // otherwise.
    let by_name = |texts: Vec<String>| -> BTreeMap<String, Document> {
        let documents = texts.iter().map(|text| {
            let document = rest::decode_document(text.as_bytes()).expect("a document");
            (document.name.clone(), document)
        });
        documents.collect()
    };
    let nowhere = by_name(texts(Some(Poison::Nowhere)));
    let kept = by_name(kept("missing_customer_id"));
    assert!(kept == nowhere, "{:#?}", kept.keys());
    assert!(!malformed.is_empty() && !nowhere.is_empty());
    let all = place.query("SELECT count(*) FROM sunset.quarantine");
    assert_eq!(all, [(malformed.len() + nowhere.len()).to_string()]);

    let good = lines.iter().filter(|line| line.poison.is_none());
    let mut good: Vec<String> = good.map(|line| line.id.clone()).collect();
    let leads = poisoned(cases).leads;
    good.extend((0..leads).flat_map(|index| [format!("K{index:09}"), format!("L{index:09}")]));
    good.sort_unstable();
    let mut there = place.query(
        "SELECT id FROM conversations UNION ALL SELECT id FROM opportunities WHERE id ~ '^L[0-9]{9}$'",
    );
    there.sort_unstable();
    expect_same(&there, &good, "what is good");
}

#[test]
fn killed_loads_end_in_what_an_undisturbed_one_gives() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let mut storm = Storm::of(20);
    let load = ["--batch-size", storm.batch()];
    let place = prepared(place, storm.cases);
    let began = Instant::now();
    // 3: the poisoned documents wait for a person.
    place.expect(3, "data-migrate", &load);
    let longest = began.elapsed() / 2;
    let wanted = meaning(&place);
    let entries = |kind: &str| wanted.iter().filter(|line| line.starts_with(kind)).count();
    assert!(entries("quarantine ") > 50 && entries("number ") > 100 && entries("conflict ") > 0);
    expect_parted(&place, storm.cases);
    let (mut kills, mut series, mut most) = (0, 0, 0);
    while kills < storm.blows {
        let place = prepared(Workplace::new().expect("a server"), storm.cases);
        let load = ("data-migrate", &load[..], 3);
        let of_these = until_it_ends(&place, &mut storm, load, longest);
        let what = format!("after {of_these} kills, seed {}", storm.seed);
        expect_same(&meaning(&place), &wanted, &what);
        kills += of_these;
        series += 1;
        most = most.max(of_these);
    }
    told(&format!(
        "{kills} kills of data-migrate over {} documents in {series} migrations (at most {most} in \
         one), each of them ended in the {} rows and entries of the undisturbed one; seed {}",
        storm.cases + storm.cases / 8 * 2,
        wanted.len(),
        storm.seed
    ));
}

#[test]
fn killed_rollbacks_leave_what_was_there_and_can_be_migrated_over() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let mut storm = Storm::of(12);
    let load = ["--batch-size", storm.batch()];
    let place = prepared(place, storm.cases);
    let rows = "SELECT 'user', t::text FROM \"user\" AS t UNION ALL SELECT 'opportunities', t::text \
                FROM opportunities AS t UNION ALL SELECT 'conversations', t::text FROM conversations \
                AS t UNION ALL SELECT 'meddic_analyses', t::text FROM meddic_analyses AS t ORDER BY 1, 2";
    let before = place.query(rows);
    place.expect(3, "data-migrate", &load);
    let wanted = meaning(&place);
    let began = Instant::now();
    place.expect(0, "rollback", &["--yes"]);
    let longest = began.elapsed() / 2;
    assert_eq!(place.query(rows), before);
    let (mut kills, mut back, mut over) = (0, 0, 0);
    while kills < storm.blows {
        place.expect(3, "data-migrate", &load);
        let what = format!("forward, seed {}", storm.seed);
        expect_same(&meaning(&place), &wanted, &what);
        if storm.random.below(3) == 0 {
            // One that was broken off, and nobody cares for it: migrating makes it whole again.
            let mut child = place.spawn("rollback", &["--yes"]);
            if !ended(&mut child, storm.moment(longest)) {
                child.kill().expect("killed");
                kills += 1;
                over += 1;
            }
            child.wait().expect("gone");
            place.expect(3, "data-migrate", &load);
            let what = format!("over a rollback that was broken off, seed {}", storm.seed);
            expect_same(&meaning(&place), &wanted, &what);
        }
        let rollback = ("rollback", &["--yes"][..], 0);
        kills += until_it_ends(&place, &mut storm, rollback, longest);
        back += 1;
        let seed = storm.seed;
        assert_eq!(
            place.query(rows),
            before,
            "after {kills} kills, seed {seed}"
        );
    }
    told(&format!(
        "{kills} kills of rollback in {back} rollbacks: V3 was each time what it was before; \
         {over} times it was migrated over one that was broken off; seed {}",
        storm.seed
    ));
}

/// The rows of V3, and whatever else there is.
const ROWS: &str = "SELECT 'user', t::text FROM \"user\" AS t UNION ALL SELECT 'opportunities', t::text \
                FROM opportunities AS t UNION ALL SELECT 'conversations', t::text FROM conversations \
                AS t UNION ALL SELECT 'meddic_analyses', t::text FROM meddic_analyses AS t ORDER BY 1, 2";

#[test]
fn whatever_a_killed_load_wrote_is_taken_back_to_what_was_there() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let mut storm = Storm::of(8);
    let load = ["--batch-size", storm.batch()];
    let place = prepared(place, storm.cases);
    let before = place.query(ROWS);
    let began = Instant::now();
    place.expect(3, "data-migrate", &load);
    let longest = began.elapsed();
    place.expect(0, "rollback", &["--yes"]);
    assert_eq!(place.query(ROWS), before);
    let (mut kills, mut halves) = (0, 0);
    while kills < storm.blows {
        // One to three attempts that are killed, and then it is given up.
        for _ in 0..=storm.random.below(3) {
            let mut child = place.spawn("data-migrate", &load);
            if !ended(&mut child, storm.moment(longest)) {
                child.kill().expect("killed");
                kills += 1;
            }
            child.wait().expect("gone");
        }
        halves += usize::from(place.query(ROWS) != before);
        let outcome = place.expect(0, "rollback", &["--yes"]);
        let what = format!("after {kills} kills, seed {}", storm.seed);
        assert_eq!(place.query(ROWS), before, "{what}");
        assert!(
            outcome.stdout.contains("to the digest")
                || outcome.stdout.contains("nothing to take back"),
            "{what}\n{}",
            outcome.stdout
        );
    }
    told(&format!(
        "{kills} kills of data-migrate, each followed by a rollback, {halves} times of something \
         that was written: V3 was each time what it was before, to the digest; seed {}",
        storm.seed
    ));
}
