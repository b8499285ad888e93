//! A world in memory that several workers share, in which whatever can go wrong goes wrong, decided
//! by a seed.
//!
//! Every call of a port waits for its turn. A turn is given when every living worker waits for one,
//! so that one thing happens at a time and a seed always gives the same history. With its turn a
//! call may also be given its end: the worker dies before or after the effect, or does not hear of
//! it, or is refused, or somebody takes it for silent and gives its units to others.

mod documents;
mod ports;
mod recordings;
mod undo;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use serde_json::Value as JsonValue;
use sunset_core::digest::Digest;
use sunset_core::ports::rows::{Item, ItemKey};
use sunset_core::ports::work::Unit;
use tokio::sync::oneshot;

use crate::generate::SplitMix;
use crate::objects::lock;

pub use documents::MemoryDocuments;
pub use ports::Seat;
pub use recordings::Recorder;

/// A row: its table and its id.
pub type RowName = (String, String);

/// What is given with a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Go,
    RefusedBefore,
    UnheardAfter,
    DiesBefore,
    DiesAfter,
}

/// Mishaps that may still happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mishaps {
    /// Deaths of workers.
    pub deaths: u32,
    /// Answers that are an error, before or after the effect.
    pub errors: u32,
    /// Living workers that are taken for silent.
    pub silences: u32,
}

/// What the world holds of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Of its outcome.
    pub digest: Digest,
    /// Of what that rests on.
    pub basis: Option<Digest>,
    /// Whether it is in quarantine.
    pub quarantined: bool,
    /// How often it was written.
    pub written: u32,
}

#[derive(Debug, Clone, PartialEq)]
enum Progress {
    Waiting,
    /// It was taken from a silent worker, and waits.
    Left,
    Held(u32),
    Done(JsonValue),
}

struct Worker {
    alive: bool,
    fenced: bool,
    /// Its calls that have had no turn yet: several, where several hands work for it.
    waits: Vec<oneshot::Sender<Turn>>,
    dies: Option<oneshot::Sender<()>>,
}

struct State {
    random: SplitMix,
    mishaps: Mishaps,
    /// Whoever has this turn dies of it, before or after the effect.
    stroke: Option<(u64, Turn)>,
    workers: BTreeMap<u32, Worker>,
    fingerprint: Option<String>,
    units: Vec<(Unit, Progress)>,
    /// What was noted for units of the survey, by their number.
    notes: BTreeMap<u32, Vec<u8>>,
    items: BTreeMap<ItemKey, Kept>,
    /// What the items were when they were written.
    given: BTreeMap<ItemKey, Item>,
    rows: BTreeMap<RowName, Digest>,
    /// What migration wrote: of which item, and what.
    provenance: BTreeMap<RowName, (ItemKey, Digest)>,
    /// What stood there before migration wrote.
    before: BTreeMap<RowName, Digest>,
    /// All rows before the first one that migration wrote.
    baseline: Option<BTreeMap<RowName, Digest>>,
    /// How often each row was taken back.
    taken_back: BTreeMap<RowName, u32>,
    turns: u64,
    /// Units that went to a worker that asked for nothing but what others left.
    relieved: u64,
    happened: Mishaps,
}

/// See the module.
#[derive(Clone)]
pub struct World {
    state: Arc<Mutex<State>>,
}

impl World {
    /// An empty one.
    pub fn new(seed: u64, mishaps: Mishaps) -> Self {
        let state = State {
            random: SplitMix::new(seed),
            mishaps,
            stroke: None,
            workers: BTreeMap::new(),
            fingerprint: None,
            units: Vec::new(),
            notes: BTreeMap::new(),
            items: BTreeMap::new(),
            given: BTreeMap::new(),
            rows: BTreeMap::new(),
            provenance: BTreeMap::new(),
            before: BTreeMap::new(),
            baseline: None,
            taken_back: BTreeMap::new(),
            turns: 0,
            relieved: 0,
            happened: Mishaps {
                deaths: 0,
                errors: 0,
                silences: 0,
            },
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// A new worker, and what tells when it dies.
    pub fn enter(&self) -> (Seat, oneshot::Receiver<()>) {
        let (dies, death) = oneshot::channel();
        let mut state = lock(&self.state);
        let number = state.workers.keys().next_back().map_or(1, |last| last + 1);
        let worker = Worker {
            alive: true,
            fenced: false,
            waits: Vec::new(),
            dies: Some(dies),
        };
        state.workers.insert(number, worker);
        drop(state);
        (Seat::new(self.clone(), number), death)
    }

    /// A worker has ended, however it did.
    pub fn leave(&self, seat: &Seat) {
        let mut state = lock(&self.state);
        if let Some(worker) = state.workers.get_mut(&seat.number()) {
            worker.alive = false;
            worker.waits.clear();
        }
        give_turn(&mut state);
    }

    /// What is kept of every item.
    pub fn items(&self) -> BTreeMap<ItemKey, Kept> {
        lock(&self.state).items.clone()
    }

    /// Digests of rows, by table and id.
    pub fn rows(&self) -> BTreeMap<RowName, Digest> {
        lock(&self.state).rows.clone()
    }

    /// Somebody who is not a part of the migration writes a row.
    pub fn put(&self, row: RowName, digest: Digest) {
        lock(&self.state).rows.insert(row, digest);
    }

    /// How often each row was taken back.
    pub fn taken_back(&self) -> BTreeMap<RowName, u32> {
        lock(&self.state).taken_back.clone()
    }

    /// What may still happen from now on.
    pub fn allow(&self, mishaps: Mishaps) {
        lock(&self.state).mishaps = mishaps;
    }

    /// Whoever has the turn of that number, counted from 1, dies before its effect or after it.
    pub fn strike(&self, turn: u64, after: bool) {
        let end = if after {
            Turn::DiesAfter
        } else {
            Turn::DiesBefore
        };
        lock(&self.state).stroke = Some((turn, end));
    }

    /// The next run: nothing is published, and what was taken back is counted anew.
    pub fn next_run(&self) {
        let mut state = lock(&self.state);
        state.fingerprint = None;
        state.units.clear();
        state.notes.clear();
        state.taken_back.clear();
    }

    /// Calls that had their turn, and mishaps that happened.
    pub fn history(&self) -> (u64, Mishaps) {
        let state = lock(&self.state);
        (state.turns, state.happened)
    }

    /// Units that went to a worker that asked for nothing but what others left.
    pub fn relieved(&self) -> u64 {
        lock(&self.state).relieved
    }

    async fn turn(&self, worker: u32) -> Turn {
        let (give, turn) = oneshot::channel();
        {
            let mut state = lock(&self.state);
            if let Some(worker) = state.workers.get_mut(&worker) {
                worker.waits.push(give);
            }
            give_turn(&mut state);
        }
        let turn = turn.await.unwrap_or(Turn::DiesBefore);
        if turn == Turn::DiesBefore {
            self.die(worker).await;
        }
        turn
    }

    /// Never returns: whoever waits for the worker's death lets go of it.
    async fn die(&self, worker: u32) {
        let dies = lock(&self.state)
            .workers
            .get_mut(&worker)
            .and_then(|worker| worker.dies.take());
        if let Some(dies) = dies {
            // Whoever waited for it may be gone already.
            dies.send(()).unwrap_or_default();
        }
        std::future::pending::<()>().await;
    }
}

/// Lets one of the waiting go on, when all that live wait.
fn give_turn(state: &mut State) {
    for worker in state.workers.values_mut() {
        // Whoever asked may have been let go of meanwhile.
        worker.waits.retain(|waiting| !waiting.is_closed());
    }
    let living = state.workers.iter().filter(|(_, worker)| worker.alive);
    let waiting: Vec<u32> = living
        .clone()
        .filter(|(_, worker)| !worker.waits.is_empty())
        .map(|(number, _)| *number)
        .collect();
    if waiting.is_empty() || waiting.len() < living.count() {
        return;
    }
    state.turns += 1;
    let chosen = state.random.below(waiting.len() as u64);
    let chosen = usize::try_from(chosen).unwrap_or_default();
    let turn = mishap(state);
    if state.mishaps.silences > 0 && state.random.below(12) == 0 {
        let holders: BTreeSet<u32> = holders(state).collect();
        let at = usize::try_from(state.random.below(holders.len() as u64)).unwrap_or_default();
        if let Some(holder) = holders.iter().nth(at) {
            state.mishaps.silences -= 1;
            state.happened.silences += 1;
            fence(state, *holder);
        }
    }
    let worker = waiting
        .get(chosen)
        .and_then(|number| state.workers.get_mut(number));
    let Some(worker) = worker else { return };
    let which = match worker.waits.len() {
        1 => 0,
        calls => usize::try_from(state.random.below(calls as u64)).unwrap_or_default(),
    };
    if which < worker.waits.len() {
        worker.waits.remove(which).send(turn).unwrap_or_default();
    }
}

fn mishap(state: &mut State) -> Turn {
    if let Some((turn, end)) = state.stroke
        && turn == state.turns
    {
        state.happened.deaths += 1;
        return end;
    }
    let after = state.random.below(2) == 0;
    match state.random.below(24) {
        0 | 1 if state.mishaps.deaths > 0 => {
            state.mishaps.deaths -= 1;
            state.happened.deaths += 1;
            if after {
                Turn::DiesAfter
            } else {
                Turn::DiesBefore
            }
        }
        2 if state.mishaps.errors > 0 => {
            state.mishaps.errors -= 1;
            state.happened.errors += 1;
            if after {
                Turn::UnheardAfter
            } else {
                Turn::RefusedBefore
            }
        }
        _ => Turn::Go,
    }
}

fn holders(state: &State) -> impl Iterator<Item = u32> {
    state
        .units
        .iter()
        .filter_map(|(_, progress)| match progress {
            Progress::Held(worker) => Some(*worker),
            Progress::Waiting | Progress::Left | Progress::Done(_) => None,
        })
}

/// Gives the units of a worker back, and refuses everything that it still sends.
fn fence(state: &mut State, number: u32) {
    if let Some(worker) = state.workers.get_mut(&number) {
        worker.fenced = true;
    }
    for (_, progress) in &mut state.units {
        if *progress == Progress::Held(number) {
            *progress = Progress::Left;
        }
    }
}

/// Units of the dead, whom nobody will hear again.
fn fence_dead(state: &mut State) {
    let dead = |number: &u32| state.workers.get(number).is_none_or(|worker| !worker.alive);
    let dead: Vec<u32> = holders(state).filter(dead).collect();
    for number in dead {
        fence(state, number);
    }
}

impl State {
    fn add(&mut self, units: &[Unit]) {
        let units = units.iter().cloned();
        self.units
            .extend(units.map(|unit| (unit, Progress::Waiting)));
    }

    fn write(&mut self, item: &Item) -> bool {
        let written = match self.items.get(&item.key) {
            Some(kept) if kept.digest == item.outcome_digest => return false,
            Some(kept) => kept.written,
            None => 0,
        };
        let kept = Kept {
            digest: item.outcome_digest,
            basis: item.basis,
            quarantined: item.quarantine.is_some(),
            written: written + 1,
        };
        self.items.insert(item.key.clone(), kept);
        self.given.insert(item.key.clone(), item.clone());
        self.baseline.get_or_insert_with(|| self.rows.clone());
        for row in &item.rows {
            let name = (row.shape.table.clone(), row.id().to_owned());
            let stood = self.rows.insert(name.clone(), row.digest());
            let written = (item.key.clone(), row.digest());
            // What migration wrote itself is no state from before it.
            if self.provenance.insert(name.clone(), written).is_none()
                && let Some(stood) = stood
            {
                self.before.insert(name, stood);
            }
        }
        true
    }
}
