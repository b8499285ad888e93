//! Recordings, by one process or by three workers: listed, claimed, copied, proven and linked, with
//! every mishap at every call that a seed can think of, and with a death at every call, before its
//! effect and after it, one after the other.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use bytes::Bytes;
use serde_json::{Value as JsonValue, json};
use sunset_core::audio::erasure::KnownKey;
use sunset_core::audio::outcome::AudioReport;
use sunset_core::audio::plan::{Options, Orphans, Plan};
use sunset_core::audio::record::{Conversation, ObjectRecord};
use sunset_core::error::Result;
use sunset_core::ports::objects::{Attributes, ObjectLedger as _};
use sunset_core::ports::progress::Silent;
use sunset_engine::audio::shared::{self, Done, Shared};
use sunset_engine::audio::{CopyOptions, execute, survey};
use sunset_engine::retry::Retries;
use sunset_testkit::objects::{MemoryBucket, MemoryLedger, MemorySource};
use sunset_testkit::simulation::{Mishaps, Recorder, Seat, World};
use tokio::sync::oneshot;

use super::{NONE, SEEDS, came_of, follow, number, runtime};

const PUBLIC: &str = "https://pub.example";

/// An old bucket, a new one, and the ledger between them.
#[derive(Clone)]
struct Studio {
    source: Arc<MemorySource>,
    bucket: Arc<MemoryBucket>,
    ledger: Arc<MemoryLedger>,
    /// Objects that a process copies at once.
    concurrency: usize,
}

fn options() -> Options {
    Options {
        public_url: PUBLIC.to_owned(),
        orphans: Orphans::Copy,
        ..Options::default()
    }
}

fn copying(concurrency: usize) -> CopyOptions {
    CopyOptions {
        concurrency,
        rate: None,
        retries: Retries(2),
        public_url: PUBLIC.to_owned(),
        scratch: None,
    }
}

/// So many bytes that begin as an MP3 does.
fn mp3(seed: u8, length: usize) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xFB, 0x90, 0x00];
    bytes.resize(length, seed);
    bytes
}

impl Studio {
    /// Recordings of five conversations, one of which was linked before and is not any more, one whose
    /// first format is no audio, one whose only format is none; one that belongs to nobody, one that is
    /// empty, and one that is not there.
    async fn furnished(concurrency: usize) -> Self {
        let studio = Self {
            concurrency,
            source: Arc::new(MemorySource::new("old")),
            bucket: Arc::default(),
            ledger: Arc::default(),
        };
        let (source, ledger) = (&studio.source, &studio.ledger);
        let uri = |name: &str| format!("gs://old/rec/{name}");
        source.put("rec/R.mp3", mp3(1, 300));
        ledger.conversation("R", None, Some(&uri("R.mp3")));
        studio.alone().await;
        ledger.set_audio_url("R", Some(&uri("R.mp3")));
        for (seed, name) in (2..).zip(["A", "B", "C"]) {
            source.put(&format!("rec/{name}.mp3"), mp3(seed, 400));
            ledger.conversation(name, None, Some(&uri(&format!("{name}.mp3"))));
        }
        source.put("rec/A.wav", b"RIFF\0\0\0\0WAVE....".to_vec());
        source.put("rec/D.mp3", b"plain text".to_vec());
        source.put("rec/D.ogg", b"OggS\0\x02....".to_vec());
        source.put("rec/D.flac", b"fLaC....".to_vec());
        ledger.conversation("D", None, Some(&uri("D.mp3")));
        source.put("rec/E.mp3", b"more text".to_vec());
        ledger.conversation("E", None, Some(&uri("E.mp3")));
        ledger.conversation("F", None, Some(&uri("F.mp3")));
        source.put("elsewhere/nobody.mp3", mp3(9, 500));
        source.put("elsewhere/empty.mp3", Vec::new());
        source.put("notes.txt", b"x".to_vec());
        studio
    }

    /// One process that nothing happens to.
    async fn alone(&self) -> AudioReport {
        let (source, bucket, ledger) = (&*self.source, &*self.bucket, &*self.ledger);
        let plan = survey(source, bucket, ledger, &options(), Retries(0)).await;
        let done = execute(
            plan.expect("surveyed"),
            Arc::clone(&self.source) as _,
            Arc::clone(&self.bucket) as _,
            Arc::clone(&self.ledger) as _,
            &copying(self.concurrency),
            &Silent,
        )
        .await;
        done.expect("copied")
    }

    fn at(&self, seat: &Seat) -> Recorder {
        Recorder::new(seat, &self.source, &self.bucket, &self.ledger)
    }

    async fn held(&self) -> Held {
        let ledger = &*self.ledger;
        let untimed = |mut record: ObjectRecord| {
            record.took_ms = None;
            record
        };
        let records = ledger.objects().await.expect("memory").into_iter();
        let mut keys: Vec<KnownKey> = Vec::new();
        loop {
            let after = keys.last().map(|known| known.key.clone());
            let page = ledger.keys(&after.unwrap_or_default(), None).await;
            let page = page.expect("memory");
            if page.is_empty() {
                break;
            }
            keys.extend(page.into_iter().map(|mut known| {
                known.records = known.records.into_iter().map(untimed).collect();
                known
            }));
        }
        let objects = self.bucket.objects().into_iter().map(|(key, bytes)| {
            let attributes = self.bucket.attributes(&key);
            (key, (bytes, attributes))
        });
        Held {
            records: records.map(untimed).collect(),
            conversations: ledger.conversations().await.expect("memory"),
            objects: objects.collect(),
            keys,
            linked: ledger.linked(),
        }
    }
}

/// What is there in the end, and how often each conversation was linked.
#[derive(Debug, PartialEq)]
struct Held {
    records: Vec<ObjectRecord>,
    conversations: Vec<Conversation>,
    objects: BTreeMap<String, (Bytes, Option<Attributes>)>,
    keys: Vec<KnownKey>,
    linked: BTreeMap<String, u32>,
}

/// What workers tell: in numbers, and of what there was to do.
#[derive(Debug, PartialEq)]
struct Told {
    copied: (u64, u64),
    orphans: u64,
    linked: u64,
    quarantined: Vec<String>,
    plan: JsonValue,
}

fn told(report: &AudioReport, plan: JsonValue) -> Told {
    let quarantined = report.quarantined.iter();
    let mut quarantined: Vec<String> = quarantined.map(|one| one.source_uri.clone()).collect();
    quarantined.sort_unstable();
    assert!(report.failed.is_empty(), "{:?}", report.failed);
    assert!(report.changed.is_empty() && report.gone.is_empty());
    Told {
        copied: (report.copied.objects, report.copied.bytes),
        orphans: report.orphans.objects,
        linked: report.linked,
        quarantined,
        plan,
    }
}

fn plan_in_numbers(plan: &Plan) -> JsonValue {
    json!([plan.copies.len(), plan.relinks.len(), plan.planned()])
}

async fn surveyed(recorder: &Recorder) -> Result<Plan> {
    survey(recorder, recorder, recorder, &options(), Retries(2)).await
}

/// One life of a process that works alone.
async fn process(studio: &Studio, seat: &Seat) -> Result<Option<Done>> {
    let recorder = studio.at(seat);
    let plan = surveyed(&recorder).await?;
    let recorder = Arc::new(recorder);
    execute(
        plan,
        Arc::clone(&recorder) as _,
        Arc::clone(&recorder) as _,
        recorder as _,
        &copying(studio.concurrency),
        &Silent,
    )
    .await?;
    Ok(None)
}

/// One life of a worker.
async fn worker(studio: &Studio, seat: &Seat) -> Result<Option<Done>> {
    let recorder = studio.at(seat);
    let plan = surveyed(&recorder).await?;
    let reached = Arc::new(recorder.clone());
    let done = shared::execute(&Shared {
        plan: &plan,
        told: plan_in_numbers(&plan),
        source: Arc::clone(&reached) as _,
        store: Arc::clone(&reached) as _,
        journal: reached as _,
        ledger: &recorder,
        desk: seat,
        options: copying(studio.concurrency),
        progress: &Silent,
    })
    .await?;
    Ok(Some(done))
}

/// Starts one again and again, until it has come to its end.
async fn lives_of(
    world: &World,
    studio: &Studio,
    workers: u32,
    (mut seat, mut death): (Seat, oneshot::Receiver<()>),
) -> Option<Done> {
    loop {
        let life = async {
            match workers {
                0 => process(studio, &seat).await,
                _ => worker(studio, &seat).await,
            }
        };
        let ended = tokio::select! {
            biased;
            _ = &mut death => None,
            ended = life => Some(ended),
        };
        if let Some(done) = came_of(ended) {
            world.leave(&seat);
            return done;
        }
        (seat, death) = follow(world, &seat);
    }
}

/// One process, or so many workers, until each is done; what workers tell.
async fn until_done(world: &World, studio: &Studio, workers: u32) -> Vec<Done> {
    // All of them are there before the first has its turn.
    let entered: Vec<_> = (0..workers.max(1)).map(|_| world.enter()).collect();
    let lives = entered.into_iter();
    let lives = lives.map(|entered| lives_of(world, studio, workers, entered));
    futures::future::join_all(lives)
        .await
        .into_iter()
        .flatten()
        .collect()
}

/// What one process leaves that nothing happens to, what it tells, and how many objects it sends.
struct Expected {
    held: Held,
    told: Told,
    sent: u32,
}

async fn undisturbed() -> Expected {
    let studio = Studio::furnished(1).await;
    let (source, bucket, ledger) = (&*studio.source, &*studio.bucket, &*studio.ledger);
    let plan = survey(source, bucket, ledger, &options(), Retries(0)).await;
    let plan = plan_in_numbers(&plan.expect("surveyed"));
    let report = studio.alone().await;
    let told = told(&report, plan);
    // A, B, C, D and the orphan; D's first format and E; all of these and R are linked.
    assert_eq!((told.copied.0, told.orphans, told.linked), (5, 1, 5));
    assert_eq!(
        told.quarantined,
        ["gs://old/rec/D.mp3", "gs://old/rec/E.mp3"]
    );
    Expected {
        held: studio.held().await,
        told,
        sent: bucket.puts(),
    }
}

/// Gives how much happened.
async fn play(
    world: &World,
    (workers, concurrency): (u32, usize),
    expected: &Expected,
    what: &str,
) -> (u64, Mishaps) {
    let studio = Studio::furnished(concurrency).await;
    let reports = until_done(world, &studio, workers).await;
    assert_eq!(studio.held().await, expected.held, "{what}");
    assert_eq!(reports.len() as u64, u64::from(workers), "{what}");
    for done in reports {
        assert_eq!(told(&done.report, done.plan), expected.told, "{what}");
    }
    let (turns, mishaps) = world.history();
    // A refusal costs one object at the most that was sent and not yet proven, whoever is gone those
    // that it had under way: one more than it copies at once, where it does what another left.
    let under_way = u32::try_from(concurrency).expect("small") + 1;
    let most = expected.sent + mishaps.errors + (mishaps.deaths + mishaps.silences) * under_way;
    assert!(
        studio.bucket.puts() <= most,
        "{what}: {}",
        studio.bucket.puts()
    );
    assert_eq!(studio.bucket.uploads(), 0, "{what}");
    (turns, mishaps)
}

#[test]
fn recordings_end_as_one_process_leaves_them_whatever_happens() {
    let only: Option<u64> = number("SUNSET_SEED");
    let seeds = only.map_or_else(|| number("SUNSET_SEEDS").unwrap_or(SEEDS / 4), |_| 1);
    let expected = runtime().block_on(undisturbed());
    let began = Instant::now();
    let next = AtomicU64::new(0);
    let sums = [const { AtomicU64::new(0) }; 5];
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let runtime = runtime();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        break;
                    }
                    let seed = only.unwrap_or(seed);
                    let mishaps = Mishaps {
                        deaths: 4,
                        errors: 2,
                        silences: 2,
                    };
                    let workers = if matches!(seed % 4, 0) { 0 } else { 3 };
                    // With five, a worker does two units at a time.
                    let concurrency = [1, 3, 5][usize::try_from(seed % 3).expect("small")];
                    let what = format!("seed {seed}, {concurrency} at once");
                    let world = World::new(seed, mishaps);
                    let played = play(&world, (workers, concurrency), &expected, &what);
                    let (turns, mishaps) = runtime.block_on(played);
                    let mishaps = [mishaps.deaths, mishaps.errors, mishaps.silences].map(u64::from);
                    let more = [turns, world.relieved()].into_iter().chain(mishaps);
                    for (sum, more) in sums.iter().zip(more) {
                        sum.fetch_add(more, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let [turns, relieved, deaths, errors, silences] = sums.map(AtomicU64::into_inner);
    assert!(only.is_some() || seeds < 100 || (deaths > seeds && silences > seeds / 10));
    // What dead workers left was done by others beside units of their own.
    assert!(
        only.is_some() || seeds < 100 || relieved > seeds / 10,
        "{relieved}"
    );
    drop(writeln!(
        std::io::stderr(),
        "simulation: recordings, {seeds} seeds in {:.1} s: {turns} calls, {deaths} deaths, {errors} \
         errors, {silences} living workers taken for silent, {relieved} units done by a relief; {} objects and {} entries as one process \
         leaves them, each conversation linked once",
        began.elapsed().as_secs_f64(),
        expected.held.objects.len(),
        expected.held.records.len(),
    ));
}

#[test]
fn a_death_at_every_call_leaves_recordings_as_one_process_does() {
    let runtime = runtime();
    let expected = runtime.block_on(undisturbed());
    let calls = [0, 3].map(|workers| {
        let mut turn = 0;
        loop {
            turn += 1;
            let mut died = 0;
            for after in [false, true] {
                let world = World::new(turn, NONE);
                world.strike(turn, after);
                let what = format!("{workers} workers, dead at call {turn}, after it: {after}");
                let (_, mishaps) = runtime.block_on(play(&world, (workers, 1), &expected, &what));
                died += mishaps.deaths;
            }
            if died == 0 {
                return turn - 1;
            }
        }
    });
    // Each object is read, stored and proven at the least.
    assert!(calls.iter().all(|calls| *calls > 15), "{calls:?}");
    drop(writeln!(
        std::io::stderr(),
        "simulation: recordings, one process died before and after each of {} calls, and one of three \
         workers at each of {}: what one leaves that nothing happens to",
        calls[0],
        calls[1]
    ));
}
