//! The real flows, forward and back, over ports in memory, with every mishap at every call that a seed can think of,
//! and with a death at every await, one after the other.
//!
//! `SUNSET_SEEDS=N` asks for another number of seeds, `SUNSET_SEED=N` for one of them.

mod awaits;
mod copies;
mod rollback;
mod told;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use sunset_core::digest::Digest;
use sunset_core::error::{ErrorKind, Result};
use sunset_core::plans::RecordedNumbers;
use sunset_core::plans::sales_ai::SalesAi;
use sunset_core::ports::progress::Silent;
use sunset_core::ports::rows::ItemKey;
use sunset_core::report::{CollectionCounts, LoadReport};
use sunset_engine::load::shared::together::{self, Together};
use sunset_engine::load::shared::{self, Fingerprint};
use sunset_engine::load::{self, Destination, LoadOptions, Surveyed};
use sunset_engine::retry::Retries;
use sunset_testkit::generate::{self, Generated};
use sunset_testkit::simulation::{MemoryDocuments, Mishaps, RowName, Seat, World};
use tokio::sync::oneshot;

const SEEDS: u64 = 10_000;
const OWNER: &str = "owner";
const NONE: Mishaps = Mishaps {
    deaths: 0,
    errors: 0,
    silences: 0,
};

fn options() -> LoadOptions {
    LoadOptions {
        batch_size: 3,
        connections: 1,
        retries: Retries(2),
        ..LoadOptions::default()
    }
}

/// Every other life has two batches under way.
fn options_of(seat: &Seat) -> LoadOptions {
    LoadOptions {
        connections: 1 + usize::from(seat.number().is_multiple_of(2)),
        ..options()
    }
}

/// Leads, conversations and cases, some of them malformed, and one of each delivered twice.
fn documents() -> MemoryDocuments {
    let what = Generated {
        cases: 6,
        leads: 2,
        poisoned_percent: 30,
        seed: 5,
    };
    let mut documents = MemoryDocuments::default();
    let mut add = |collection: &str, bytes: Vec<u8>| {
        documents.add(collection, &bytes);
        let first = bytes.split_inclusive(|byte| *byte == b'\n').next();
        documents.add(collection, first.expect("a line"));
    };
    let mut bytes = Vec::new();
    generate::write_leads(&mut bytes, what).expect("memory");
    add("leads", bytes);
    let mut bytes = Vec::new();
    generate::write_conversations(&mut bytes, what).expect("memory");
    add("conversations", bytes);
    let mut bytes = Vec::new();
    generate::write_cases(&mut bytes, what).expect("memory");
    add("cases", bytes);
    documents
}

/// A source that was surveyed: that calls no port at which something could happen, so it is done
/// once for all.
struct Known {
    documents: MemoryDocuments,
    recorded: RecordedNumbers,
    surveyed: Surveyed,
    fingerprint: Fingerprint,
}

/// Who lives in a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Crew {
    /// One process.
    Alone,
    /// Workers, each of which has surveyed everything.
    Workers,
    /// Workers that share the survey, too.
    Surveyors,
}

/// One life from its beginning to its end.
async fn live(known: &Known, seat: &Seat, crew: Crew) -> Result<LoadReport> {
    match crew {
        Crew::Alone => process(known, seat).await,
        Crew::Workers => worker(known, seat, &known.surveyed, known.fingerprint).await,
        Crew::Surveyors => {
            let together = Together {
                source: &known.documents,
                plan: &SalesAi,
                owner: OWNER,
                recorded: &known.recorded,
                desk: seat,
                retries: options().retries,
                unit_bytes: 12,
                progress: &Silent,
            };
            let (surveyed, fingerprint) = together::survey(&together).await?;
            worker(known, seat, &surveyed, fingerprint).await
        }
    }
}

/// One worker that knows what becomes of everything.
async fn worker(
    known: &Known,
    seat: &Seat,
    surveyed: &Surveyed,
    fingerprint: Fingerprint,
) -> Result<LoadReport> {
    shared::load(&shared::Shared {
        source: &known.documents,
        plan: &SalesAi,
        surveyed,
        fingerprint,
        desk: seat,
        writer: Arc::new(seat.clone()),
        options: options_of(seat),
        unit_bytes: 4,
        progress: &Silent,
    })
    .await
}

/// One process alone.
async fn process(known: &Known, seat: &Seat) -> Result<LoadReport> {
    let writer = Destination::Writer(Arc::new(seat.clone()));
    let (documents, surveyed) = (&known.documents, &known.surveyed);
    load::load(
        documents,
        &SalesAi,
        surveyed,
        writer,
        options_of(seat),
        None,
        &Silent,
    )
    .await
}

/// What V3 and the ledger hold in the end, and how often each item was written.
type Held = (
    BTreeMap<ItemKey, (Digest, bool, u32)>,
    BTreeMap<RowName, Digest>,
);

fn held(world: &World) -> Held {
    let items = world.items().into_iter();
    let items = items.map(|(key, kept)| (key, (kept.digest, kept.quarantined, kept.written)));
    (items.collect(), world.rows())
}

/// Per collection: how many were read, and how many are where they should be, whoever put them there.
fn settled(report: &LoadReport) -> BTreeMap<String, (u64, u64, u64)> {
    let counted = |counts: &CollectionCounts| {
        (
            counts.read,
            counts.written + counts.unchanged,
            counts.quarantined,
        )
    };
    let collections = report.collections.iter();
    collections
        .map(|(name, counts)| (name.clone(), counted(counts)))
        .collect()
}

/// What came of a life: nothing where it was ended, or ended by what passes.
fn came_of<T>(ended: Option<Result<T>>) -> Option<T> {
    match ended? {
        Ok(done) => Some(done),
        Err(error) => {
            let kind = error.kind();
            let passing = matches!(kind, ErrorKind::Conflict | ErrorKind::Unreachable);
            assert!(passing, "{error}");
            None
        }
    }
}

/// The next seat. It is taken before the old one is left, so that the others wait for it.
fn follow(world: &World, seat: &Seat) -> (Seat, oneshot::Receiver<()>) {
    let next = world.enter();
    world.leave(seat);
    next
}

/// Starts workers again and again, until each of `places` has come to its end.
async fn until_done(world: World, known: Arc<Known>, crew: Crew, places: u32) -> Vec<LoadReport> {
    let mut tasks = tokio::task::JoinSet::new();
    // All of them are there before the first has its turn.
    let first: Vec<_> = (0..places).map(|_| world.enter()).collect();
    for entered in first {
        let (world, known) = (world.clone(), Arc::clone(&known));
        tasks.spawn(async move {
            let (mut seat, mut death) = entered;
            loop {
                let ended = tokio::select! {
                    biased;
                    _ = &mut death => None,
                    ended = live(&known, &seat, crew) => Some(ended),
                };
                if let Some(report) = came_of(ended) {
                    world.leave(&seat);
                    return report;
                }
                (seat, death) = follow(&world, &seat);
            }
        });
    }
    tasks.join_all().await
}

struct Expected {
    held: Held,
    /// A row that stands in V3 before it is migrated.
    taken: RowName,
    /// V3 before the first run.
    before: BTreeMap<RowName, Digest>,
    settled: BTreeMap<String, (u64, u64, u64)>,
}

/// What is surveyed, and what one process leaves that nothing happens to.
async fn undisturbed() -> (Arc<Known>, Expected) {
    let documents = documents();
    let recorded = RecordedNumbers::default();
    let survey = shared::survey(&documents, &SalesAi, OWNER, &recorded, &Silent);
    let (surveyed, fingerprint) = survey.await.expect("a survey");
    let known = Arc::new(Known {
        documents,
        recorded,
        surveyed,
        fingerprint,
    });
    let bare = World::new(0, NONE);
    until_done(bare.clone(), Arc::clone(&known), Crew::Alone, 1).await;
    let taken = bare.rows().into_keys().nth(2).expect("rows");
    let world = World::new(0, NONE);
    rollback::furnish(&world, &taken);
    let before = world.rows();
    let reports = until_done(world.clone(), Arc::clone(&known), Crew::Alone, 1).await;
    let expected = Expected {
        held: held(&world),
        taken,
        before,
        settled: settled(&reports[0]),
    };
    let quarantined = expected.held.0.values().filter(|item| item.1).count();
    let written_once = expected.held.0.values().all(|item| item.2 == 1);
    assert!(written_once && quarantined > 0 && expected.held.1.len() > 5);
    (known, expected)
}

async fn play(known: &Arc<Known>, seed: u64, expected: &Expected) -> (u64, Mishaps) {
    let mishaps = Mishaps {
        deaths: 4,
        errors: 2,
        silences: 2,
    };
    let world = World::new(seed, mishaps);
    rollback::furnish(&world, &expected.taken);
    let (crew, places) = match seed % 4 {
        0 => (Crew::Alone, 1),
        1 => (Crew::Surveyors, 3),
        _ => (Crew::Workers, 3),
    };
    let reports = until_done(world.clone(), Arc::clone(known), crew, places).await;
    assert_eq!(held(&world), expected.held, "seed {seed}");
    for report in reports {
        assert_eq!(settled(&report), expected.settled, "seed {seed}");
    }
    let back = Mishaps {
        silences: 0,
        ..mishaps
    };
    rollback::there_and_back(&world, known, seed, expected, back).await;
    world.history()
}

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        // Nobody waits for the time that a worker lets pass when there is nothing to do for it.
        .start_paused(true)
        .build()
        .expect("a runtime")
}

#[test]
fn whatever_happens_the_end_is_that_of_one_process_and_back_is_the_beginning() {
    let only: Option<u64> = number("SUNSET_SEED");
    let seeds = only.map_or_else(|| number("SUNSET_SEEDS").unwrap_or(SEEDS), |_| 1);
    let (known, expected) = runtime().block_on(undisturbed());
    let quarantined = expected.held.0.values().filter(|item| item.1).count();
    let began = Instant::now();
    let next = AtomicU64::new(0);
    let sums = [const { AtomicU64::new(0) }; 4];
    std::thread::scope(|scope| {
        // They wait for one another's threads more than they work.
        for _ in 0..8 {
            scope.spawn(|| {
                let runtime = runtime();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        break;
                    }
                    let seed = only.unwrap_or(seed);
                    let (turns, mishaps) = runtime.block_on(play(&known, seed, &expected));
                    let mishaps = [mishaps.deaths, mishaps.errors, mishaps.silences].map(u64::from);
                    for (sum, more) in sums.iter().zip([turns].into_iter().chain(mishaps)) {
                        sum.fetch_add(more, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let [turns, deaths, errors, silences] = sums.map(AtomicU64::into_inner);
    assert!(only.is_some() || seeds < 100 || (deaths > seeds && silences > seeds / 10));
    drop(writeln!(
        std::io::stderr(),
        "simulation: {seeds} seeds in {:.1} s: {turns} calls, {deaths} deaths, {errors} errors, {silences} \
         living workers taken for silent; {} items, {} of them in quarantine, each written once; taken back, each row once",
        began.elapsed().as_secs_f64(),
        expected.held.0.len(),
        quarantined
    ));
}
