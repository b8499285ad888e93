//! Fuzzing without instrumentation: seeds from the repository, changed at random, as often as
//! `SUNSET_FUZZ_RUNS` says for all targets together (some thousands where it says nothing).
//!
//! A target gets bytes and gives back a number that stands for what it made of them. Bytes with an
//! outcome that was not seen before become seeds of the same run, so that it gets ever further from
//! where it began. A panic is reported with its bytes, and a run that takes a minute ends the process
//! with them: kept below `corpus/<target>`, they are tried first from then on.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Runs of all targets where nothing is asked for.
const RUNS: u64 = 40_000;
/// No run takes longer.
const LONGEST: Duration = Duration::from_secs(60);
/// Seeds that are found on the way.
const FOUND: usize = 2_000;

/// A target: where its seeds lie, and how it is driven.
pub struct Target<'a> {
    /// Its folder below `corpus`.
    pub name: &'a str,
    /// The folder that has the corpus.
    pub corpus: &'a Path,
    /// How many targets share the runs.
    pub of: u64,
    /// Bytes are not longer than this.
    pub longest: usize,
    /// What is put in here and there: words of the format.
    pub words: &'a [&'a [u8]],
}

/// What is being tried, for whoever watches.
type Current = Arc<Mutex<(Instant, Vec<u8>)>>;

impl Target<'_> {
    /// Tries seeds and what becomes of them; gives the number of runs.
    ///
    /// # Panics
    /// When the target does.
    pub fn run(&self, target: impl Fn(&[u8]) -> u64) -> u64 {
        let asked = std::env::var("SUNSET_FUZZ_RUNS").ok();
        let runs = asked.and_then(|text| text.parse().ok()).unwrap_or(RUNS) / self.of.max(1);
        let seed = std::env::var("SUNSET_FUZZ_SEED").ok();
        let seed = seed.and_then(|text| text.parse().ok()).unwrap_or(1);
        let mut random = Random(hash(&(seed, self.name)));
        let mut seeds = self.seeds();
        assert!(!seeds.is_empty(), "no corpus for {}", self.name);
        let (current, watching) = watch(self.name.to_owned());
        let mut outcomes = HashSet::new();
        let first = seeds.len() as u64;
        for run in 0..runs.max(first) {
            let bytes = match usize::try_from(run).ok().and_then(|run| seeds.get(run)) {
                Some(seed) if run < first => seed.clone(),
                _ => self.change(&seeds, &mut random),
            };
            *lock(&current) = (Instant::now(), bytes.clone());
            let outcome = catch_unwind(AssertUnwindSafe(|| target(&bytes)));
            match outcome {
                Ok(outcome) if run >= first => {
                    if outcomes.insert(outcome) && seeds.len() < FOUND {
                        seeds.push(bytes);
                    }
                }
                Ok(outcome) => drop(outcomes.insert(outcome)),
                Err(_) => panic!(
                    "{} fails in run {run} (seed {seed}) with b\"{}\"",
                    self.name,
                    bytes.escape_ascii()
                ),
            }
        }
        watching.store(false, Ordering::Relaxed);
        runs.max(first)
    }

    fn seeds(&self) -> Vec<Vec<u8>> {
        let folder = self.corpus.join(self.name);
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        files.sort();
        files
            .iter()
            .filter_map(|file| std::fs::read(file).ok())
            .collect()
    }

    fn change(&self, seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
        let mut bytes = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(6) {
            let at = random.below(bytes.len() + 1);
            let end = (at + 1 + random.below(16)).min(bytes.len());
            match random.below(11) {
                0 => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << random.below(8);
                    }
                }
                1 => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = [0, 1, 0x7f, 0x80, 0xff, b'0', b'"', b'\\'][random.below(8)];
                    }
                }
                2 => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = byte.wrapping_add(random.next().to_le_bytes()[0]);
                    }
                }
                3 => drop(bytes.drain(at.min(end)..end)),
                4 => bytes.truncate(at),
                5 => {
                    let some: Vec<u8> = (0..random.below(9))
                        .map(|_| random.next().to_le_bytes()[0])
                        .collect();
                    bytes.splice(at..at, some);
                }
                6 => {
                    let part = bytes[at.min(end)..end].to_vec();
                    let to = random.below(bytes.len() + 1);
                    bytes.splice(to..to, part);
                }
                7 => {
                    let other = &seeds[random.below(seeds.len())];
                    let from = random.below(other.len() + 1);
                    bytes.truncate(at);
                    bytes.extend_from_slice(&other[from..]);
                }
                8 | 9 if !self.words.is_empty() => {
                    let word = self.words[random.below(self.words.len())];
                    bytes.splice(at..at, word.iter().copied());
                }
                _ => {
                    // A part over and over: depth, and lengths that are no longer right.
                    let part = bytes[at.min(end)..end].to_vec();
                    let times = random.below(64);
                    bytes.splice(at..at, part.repeat(times));
                }
            }
        }
        bytes.truncate(self.longest);
        bytes
    }
}

/// The same number for what is alike.
pub fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn lock(current: &Current) -> std::sync::MutexGuard<'_, (Instant, Vec<u8>)> {
    current.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the process where a run does not end.
fn watch(name: String) -> (Current, Arc<AtomicBool>) {
    let current: Current = Arc::new(Mutex::new((Instant::now(), Vec::new())));
    let watching = Arc::new(AtomicBool::new(true));
    let (seen, on) = (Arc::clone(&current), Arc::clone(&watching));
    std::thread::spawn(move || {
        while on.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_secs(1));
            let (since, bytes) = lock(&seen).clone();
            if on.load(Ordering::Relaxed) && since.elapsed() > LONGEST {
                #[allow(clippy::print_stderr, reason = "nothing else is heard of a hang")]
                {
                    eprintln!("{name} does not end with b\"{}\"", bytes.escape_ascii());
                }
                std::process::abort();
            }
        }
    });
    (current, watching)
}

/// SplitMix64: the same numbers everywhere, so that a run can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % limit).unwrap_or(0)
    }
}
