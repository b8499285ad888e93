//! The ports of one worker. Each call is a transaction: it happens whole, or not at all.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value as JsonValue;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::rows::{
    Accounted, CollectionRecord, Item, ItemKey, ItemOutcome, LoadOutcome, RowWriter, Settled,
    SettledItems, TableRow,
};
use sunset_core::ports::work::{Ask, Claim, Completed, Standing, Unit, WorkDesk};

use super::{Kept, Progress, State, Turn, World, fence_dead, give_turn};
use crate::objects::lock;

/// How often more a worker looks for what silent ones left before it waits.
const LOOKS: u32 = 4;

/// A worker's place in the world.
#[derive(Clone)]
pub struct Seat {
    world: World,
    number: u32,
}

impl Seat {
    pub(super) fn new(world: World, number: u32) -> Self {
        Self { world, number }
    }

    /// Its number.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// One call: waits for its turn, and has its effect, or not.
    pub(super) async fn call<T>(
        &self,
        effect: impl FnOnce(&mut State, u32) -> Result<T> + Send,
    ) -> Result<T> {
        let (done, heard) = self.call_asking(effect).await;
        if heard {
            done
        } else {
            done.and_then(|_| Err(passing()))
        }
    }

    /// The same, and whether the answer came: whoever does not hear may ask what became of the call.
    pub(super) async fn call_asking<T>(
        &self,
        effect: impl FnOnce(&mut State, u32) -> Result<T> + Send,
    ) -> (Result<T>, bool) {
        let turn = self.world.turn(self.number).await;
        if turn == Turn::RefusedBefore {
            return (Err(passing()), true);
        }
        let done = {
            let mut state = lock(&self.world.state);
            let fenced = state
                .workers
                .get(&self.number)
                .is_none_or(|worker| worker.fenced);
            if fenced {
                Err(Error::new(ErrorKind::Conflict, "others took the work over"))
            } else {
                effect(&mut state, self.number)
            }
        };
        self.answer().await;
        if turn == Turn::DiesAfter {
            self.world.die(self.number).await;
        }
        (done, turn != Turn::UnheardAfter)
    }

    /// A call whose effect is one of another port's; `fenced` says whether whoever was taken for
    /// silent is refused.
    pub(super) async fn around<T>(
        &self,
        fenced: bool,
        effect: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        let turn = self.world.turn(self.number).await;
        if turn == Turn::RefusedBefore {
            return Err(passing());
        }
        if fenced && self.is_fenced() {
            return Err(Error::new(ErrorKind::Conflict, "others took the work over"));
        }
        let done = effect.await;
        self.answer().await;
        if turn == Turn::DiesAfter {
            self.world.die(self.number).await;
        }
        match turn {
            Turn::UnheardAfter => done.and_then(|_| Err(passing())),
            _ => done,
        }
    }

    /// The answer is on its way, as it is from a real server: whoever waits for it may die here.
    /// Another call of the same worker may have its turn now: perhaps this one has nothing to add.
    async fn answer(&self) {
        tokio::task::yield_now().await;
        give_turn(&mut lock(&self.world.state));
    }

    fn is_fenced(&self) -> bool {
        let state = lock(&self.world.state);
        let worker = state.workers.get(&self.number);
        worker.is_none_or(|worker| worker.fenced)
    }
}

fn passing() -> Error {
    Error::new(ErrorKind::Unreachable, "broken off by the test").retry_after(Duration::ZERO)
}

fn position(state: &State, unit: &Unit) -> Option<usize> {
    let mut units = state.units.iter();
    units.position(|(known, _)| known.stage == unit.stage && known.number == unit.number)
}

fn claim(state: &mut State, worker: u32, ask: &Ask<'_>) -> Claim {
    let open = |progress: &Progress| !matches!(progress, Progress::Done(_));
    let stage = state
        .units
        .iter()
        .filter(|(unit, progress)| unit.stage < ask.below && open(progress))
        .map(|(unit, _)| unit.stage)
        .min();
    let Some(stage) = stage else {
        return Claim::Over;
    };
    // What the worker holds and does not work on was claimed, and it did not hear of it.
    let lost = |unit: &Unit| !ask.at_work.contains(&(unit.stage, unit.number));
    for wanted in [Progress::Held(worker), Progress::Left, Progress::Waiting] {
        let mut units = state.units.iter_mut();
        let found = units.find(|(unit, progress)| {
            let free = match progress {
                Progress::Waiting => !ask.orphaned,
                Progress::Held(_) => lost(unit),
                Progress::Left | Progress::Done(_) => true,
            };
            free && unit.stage == stage && *progress == wanted
        });
        if let Some((unit, progress)) = found {
            *progress = Progress::Held(worker);
            state.relieved += u64::from(ask.orphaned);
            return Claim::Unit(unit.clone());
        }
    }
    Claim::Wait
}

impl Seat {
    async fn look(&self, ask: &Ask<'_>) -> Result<Claim> {
        self.call(|state, worker| {
            let claimed = claim(state, worker, ask);
            if claimed == Claim::Wait {
                fence_dead(state);
            }
            Ok(claimed)
        })
        .await
    }
}

#[async_trait]
impl WorkDesk for Seat {
    async fn published(&self) -> Result<Option<String>> {
        self.call(|state, _| Ok(state.fingerprint.clone())).await
    }

    async fn publish(&self, fingerprint: &str, units: &[Unit]) -> Result<()> {
        self.call(|state, _| match &state.fingerprint {
            Some(theirs) if theirs != fingerprint => {
                Err(Error::new(ErrorKind::Mismatch, "another fingerprint"))
            }
            Some(_) => Ok(()),
            None => {
                state.fingerprint = Some(fingerprint.to_owned());
                state.add(units);
                Ok(())
            }
        })
        .await
    }

    async fn publish_survey(&self, units: &[Unit]) -> Result<()> {
        self.call(|state, _| {
            if state.units.is_empty() {
                state.add(units);
            }
            Ok(())
        })
        .await
    }

    async fn keep(&self, unit: &Unit, notes: &[u8]) -> Result<()> {
        self.call(|state, worker| {
            let found = position(state, unit).and_then(|at| state.units.get(at));
            // A worker that is not fenced keeps nothing but what it was given to note.
            assert!(matches!(found, Some((_, Progress::Held(holder))) if *holder == worker));
            state.notes.insert(unit.number, notes.to_vec());
            Ok(())
        })
        .await
    }

    async fn kept(&self, number: u32) -> Result<Vec<u8>> {
        self.call(|state, _| {
            let kept = state.notes.get(&number).cloned();
            kept.ok_or_else(|| Error::new(ErrorKind::NotFound, "nothing was noted"))
        })
        .await
    }

    /// Who asks for what silent workers left looks some times more before it waits. Time passes only
    /// while nobody has anything to do, so it would find nothing otherwise.
    async fn claim(&self, ask: &Ask<'_>) -> Result<Claim> {
        for _ in 0..if ask.orphaned { LOOKS } else { 0 } {
            let claimed = self.look(ask).await?;
            if claimed != Claim::Wait {
                return Ok(claimed);
            }
        }
        self.look(ask).await
    }

    async fn complete(&self, unit: &Unit, outcome: &JsonValue) -> Result<()> {
        self.call(|state, worker| {
            let found = position(state, unit);
            match found.and_then(|at| state.units.get_mut(at)) {
                Some((_, progress)) if *progress == Progress::Held(worker) => {
                    *progress = Progress::Done(outcome.clone());
                    Ok(())
                }
                // It was completed, and the worker did not hear of it.
                Some((_, Progress::Done(_))) => Ok(()),
                _ => Err(Error::new(ErrorKind::Conflict, "not this worker's unit")),
            }
        })
        .await
    }

    async fn outcomes(&self, stage: u32) -> Result<Vec<Completed>> {
        self.call(|state, _| {
            let units = state.units.iter();
            let done = units.filter_map(|(unit, progress)| match progress {
                Progress::Done(outcome) => Some(Completed {
                    stage: unit.stage,
                    number: unit.number,
                    outcome: outcome.clone(),
                    span: (0, 0),
                }),
                Progress::Waiting | Progress::Left | Progress::Held(_) => None,
            });
            Ok(done.filter(|done| done.stage < stage).collect())
        })
        .await
    }

    async fn standing(&self) -> Result<Standing> {
        self.call(|state, _| {
            Ok(Standing {
                units: state.units.len() as u64,
                ..Standing::default()
            })
        })
        .await
    }
}

#[async_trait]
impl SettledItems for Seat {
    async fn settled(&self, keys: &[ItemKey]) -> Result<Vec<Option<Settled>>> {
        let settled = |kept: &Kept| Settled {
            outcome: kept.digest,
            basis: kept.basis,
        };
        self.call(|state, _| {
            let kept = keys.iter().map(|key| state.items.get(key));
            Ok(kept.map(|kept| kept.map(settled)).collect())
        })
        .await
    }

    async fn accounted(&self, after: Option<&ItemKey>, limit: u32) -> Result<Vec<Accounted>> {
        self.call(|state, _| {
            let items = state.items.iter();
            let behind = items.filter(|(key, _)| after.is_none_or(|after| *key > after));
            let page = behind.take(limit as usize).map(|(key, kept)| Accounted {
                key: key.clone(),
                has_rows: !kept.quarantined,
                quarantined: kept.quarantined,
                basis: kept.basis,
            });
            Ok(page.collect())
        })
        .await
    }

    async fn collection(&self, name: &str, _examples: u32) -> Result<CollectionRecord> {
        self.call(|state, _| {
            let mut record = CollectionRecord::default();
            let given = state.given.values();
            for item in given.filter(|item| item.key.collection == name) {
                match &item.quarantine {
                    Some(quarantine) => {
                        record.quarantined += 1;
                        let reason = record.quarantine.entry(quarantine.reason.clone());
                        reason.or_default().0 += 1;
                    }
                    None => record.migrated += 1,
                }
                for row in &item.rows {
                    *record.rows.entry(row.shape.table.clone()).or_default() += 1;
                }
                for warning in &item.warnings {
                    record.warnings.entry(warning.code.clone()).or_default().0 += 1;
                }
            }
            Ok(record)
        })
        .await
    }

    async fn rows_of(&self, keys: &[ItemKey]) -> Result<Vec<Vec<TableRow>>> {
        self.call(|state, _| Ok(keys.iter().map(|key| state.rows_of(key)).collect()))
            .await
    }

    async fn held(&self, keys: &[ItemKey]) -> Result<BTreeMap<String, u64>> {
        self.call(|state, _| {
            let mut held = BTreeMap::new();
            for row in keys.iter().flat_map(|key| state.rows_of(key)) {
                if state.rows.contains_key(&row) {
                    *held.entry(row.0).or_default() += 1;
                }
            }
            Ok(held)
        })
        .await
    }
}

impl State {
    /// The rows that the ledger has of an item.
    fn rows_of(&self, key: &ItemKey) -> Vec<TableRow> {
        let rows = self.provenance.iter();
        let rows = rows.filter(|(_, (whose, _))| whose == key);
        rows.map(|(name, _)| name.clone()).collect()
    }
}

#[async_trait]
impl RowWriter for Seat {
    async fn load(&self, items: &[Item]) -> Result<LoadOutcome> {
        self.call(|state, _| {
            let mut outcome = LoadOutcome::default();
            for item in items {
                let written = state.write(item);
                outcome.items.push(match &item.quarantine {
                    Some(_) => ItemOutcome::Quarantined,
                    None if written => ItemOutcome::Written,
                    None => ItemOutcome::Unchanged,
                });
                for row in &item.rows {
                    let counts = outcome.rows.entry(row.shape.table.clone()).or_default();
                    if written {
                        counts.inserted += 1;
                    } else {
                        counts.unchanged += 1;
                    }
                }
            }
            Ok(outcome)
        })
        .await
    }

    async fn confirm(&self, items: &[Item]) -> Result<()> {
        self.call(|state, _| {
            for item in items {
                if let Some(kept) = state.items.get_mut(&item.key) {
                    kept.basis = item.basis;
                }
            }
            Ok(())
        })
        .await
    }
}
