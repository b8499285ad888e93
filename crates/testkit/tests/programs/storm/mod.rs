//! The programs while everything around them breaks.
//!
//! By default each test does as much as fits into some seconds. `SUNSET_STORM=N` asks for more:
//! 20,000 documents, N kills, N cuts. `SUNSET_STORM_CASES` asks for another number of `cases`.
//! `SUNSET_STORM_SEED` repeats the random choices of a run;
//! every test tells in one line what it did and with which seed.

mod faults;
mod full;
mod kills;
mod lock;
mod network;
mod pooler;
mod restarts;
mod server;
mod strangers;
mod vacuum;
mod workers;

use std::io::Write as _;
use std::process::Child;
use std::time::{Duration, Instant};

use sunset_testkit::generate::{self, Generated, SplitMix};

use super::workplace::{Outcome, Workplace};

/// How much is asked for.
pub struct Storm {
    /// Blows: kills, cuts, whatever the test deals out.
    pub blows: usize,
    /// Documents of `cases`; a fifth as many leads and conversations come on top of them.
    pub cases: u64,
    pub seed: u64,
    pub random: SplitMix,
}

impl Storm {
    /// `blows` by default, or what the environment asks for.
    pub fn of(blows: usize) -> Self {
        let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
        let asked: Option<u64> = number("SUNSET_STORM");
        let seed = number("SUNSET_STORM_SEED").unwrap_or_else(|| {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            now.map_or(1, |now| u64::from(now.subsec_nanos()))
        });
        Self {
            blows: asked.map_or(blows, |asked| usize::try_from(asked).expect("a number")),
            cases: number("SUNSET_STORM_CASES").unwrap_or(if asked.is_some() {
                16_000
            } else {
                1_200
            }),
            seed,
            random: SplitMix::new(seed),
        }
    }

    /// A moment before `longest`.
    pub fn moment(&mut self, longest: Duration) -> Duration {
        let longest = u64::try_from(longest.as_micros()).expect("a short time");
        Duration::from_micros(self.random.below(longest))
    }

    /// Batches small enough for many moments to be in the middle of something.
    pub fn batch(&self) -> &'static str {
        if self.cases > 10_000 { "1000" } else { "100" }
    }
}

/// Says in one line what was done. It is not held back with the output of the test.
pub fn told(text: &str) {
    drop(writeln!(std::io::stderr(), "storm: {text}"));
}

/// The V2 of [`prepared`].
pub fn poisoned(cases: u64) -> Generated {
    Generated {
        cases,
        leads: cases / 8,
        poisoned_percent: 10,
        seed: 7,
    }
}

/// A V3 with somebody's rows in it, and a generated V2 in which one document of ten is poisoned.
pub fn prepared(place: Workplace, cases: u64) -> Workplace {
    let what = poisoned(cases);
    let mut files: Vec<(&str, Vec<u8>)> = Vec::new();
    let mut bytes = Vec::new();
    generate::write_cases(&mut bytes, what).expect("memory");
    files.push(("cases.ndjson", bytes));
    let mut bytes = Vec::new();
    generate::write_leads(&mut bytes, what).expect("memory");
    files.push(("leads.ndjson", bytes));
    let mut bytes = Vec::new();
    generate::write_conversations(&mut bytes, what).expect("memory");
    files.push(("conversations.ndjson", bytes));
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (*n, b.as_slice())).collect();
    let place = place
        .with_documents(&files)
        .with("MIGRATION_USER_ID", "owner")
        .with("MAX_RETRIES", "8");
    place.expect(0, "schema-push", &[]);
    place.query(
        "INSERT INTO \"user\" (id, name, email, created_at, updated_at) \
         VALUES ('owner', 'Owner', 'o@x.tw', '2025-01-01', '2025-01-01'); \
         INSERT INTO opportunities (id, user_id, customer_number, company_name, created_at, updated_at) \
         VALUES ('mine', 'owner', 'mine-1', 'Mine', '2025-01-01', '2025-01-01'), \
                ('L000000003', 'owner', 'mine-2', 'Mine, too', '2025-01-01', '2025-01-01')",
    );
    place
}

/// See `meaning.sql`.
pub fn meaning(place: &Workplace) -> Vec<String> {
    place.query(include_str!("meaning.sql"))
}

/// Fails with the first entries that differ.
pub fn expect_same(found: &[String], wanted: &[String], what: &str) {
    if found == wanted {
        return;
    }
    let beside = |these: &[String], those: &[String]| -> Vec<String> {
        let those: std::collections::HashSet<&String> = those.iter().collect();
        let only = these.iter().filter(|line| !those.contains(line));
        only.take(5).cloned().collect()
    };
    panic!(
        "{what}: {} entries instead of {}; too many: {:#?}; missing: {:#?}",
        found.len(),
        wanted.len(),
        beside(found, wanted),
        beside(wanted, found)
    );
}

/// Waits for the end of a program, no longer than `patience`.
pub fn ended(child: &mut Child, patience: Duration) -> bool {
    let began = Instant::now();
    loop {
        if child.try_wait().expect("asked").is_some() {
            return true;
        }
        let left = patience.saturating_sub(began.elapsed());
        if left.is_zero() {
            return false;
        }
        std::thread::sleep(left.min(Duration::from_millis(2)));
    }
}

/// How a program that has to come to its end within a minute or two did so.
pub fn outcome(mut child: Child) -> Outcome {
    let in_time = ended(&mut child, Duration::from_secs(180));
    if !in_time {
        child.kill().expect("killed");
    }
    let outcome: Outcome = child.wait_with_output().expect("its output").into();
    assert!(in_time, "it hangs:\n{}", outcome.stderr);
    outcome
}

/// Fails, with everything that was said, unless a program ended with `status`.
pub fn expect_status(outcome: &Outcome, status: i32, what: &str) {
    assert_eq!(
        outcome.status, status,
        "{what}\n{}\n{}",
        outcome.stdout, outcome.stderr
    );
}
