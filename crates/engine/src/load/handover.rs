//! Items that wait, since rows of other items are in their way.

use std::collections::BTreeMap;

use sunset_core::error::Result;
use sunset_core::ports::rows::{Holder, Item, ItemKey, LoadOutcome};
use sunset_core::report::LoadReport;

use crate::retry::retry;

use super::stream::{count_row, write_batch};
use super::{Destination, LoadOptions};

/// Items that may wait however small batches are.
const LEAST_HELD_UP: usize = 100;

/// Items that may wait for the end of the run.
const MOST_WAITING: usize = 1_000;

/// Items that wait for the end of their phase, since rows of other batches have unique values that
/// are theirs now: two documents may have exchanged their numbers. Together, in one batch, they can
/// be written. As many of them wait as a batch holds, or [`LEAST_HELD_UP`]; what is more than that is
/// in conflict.
pub(super) struct HeldUp {
    waiting: Vec<Item>,
    room: usize,
}

impl HeldUp {
    pub fn new(batch_size: usize) -> Self {
        Self {
            waiting: Vec::new(),
            room: batch_size.max(LEAST_HELD_UP),
        }
    }

    /// Those that wait, to be tried together.
    pub fn waiting(&mut self) -> Option<Vec<Item>> {
        Some(std::mem::take(&mut self.waiting)).filter(|items| !items.is_empty())
    }

    /// No item waits any more.
    pub fn close(&mut self) {
        self.room = 0;
    }

    /// Accounts for a batch, except for those of its items that wait here or in `handover`.
    pub fn count(
        &mut self,
        batch: Vec<Item>,
        mut outcome: LoadOutcome,
        report: &mut LoadReport,
        handover: &mut Handover<'_>,
    ) {
        let whats = std::mem::take(&mut outcome.items);
        for (position, (item, what)) in batch.into_iter().zip(whats).enumerate() {
            if outcome.held_up.contains(&position) && self.waiting.len() < self.room {
                uncount(position, &mut outcome);
                self.waiting.push(item);
            } else if handover.takes(position, &item, &outcome) {
                uncount(position, &mut outcome);
                handover.waiting.push(item);
            } else {
                report.count(&item, what);
            }
        }
        report.count_rows(&outcome.rows);
    }
}

/// What waits is in conflict no longer, or not yet.
fn uncount(position: usize, outcome: &mut LoadOutcome) {
    for (table, rows) in outcome.stuck_rows.remove(&position).unwrap_or_default() {
        count_row(&mut outcome.rows, &table).take_back(&rows);
    }
}

/// Items that wait for the end of the run. A row that V2 gives no longer has a value that is theirs
/// now, and it cannot go while others refer to it, which will refer to theirs. Together, in one
/// batch, all of them can be written, and the row goes. With them wait documents in quarantine whose
/// rows are to go, and are referred to still: what is written later may refer to others. Of more
/// than [`MOST_WAITING`] items the rest is in conflict, and waits for the next run.
pub(super) struct Handover<'a> {
    waiting: Vec<Item>,
    room: usize,
    yields: &'a (dyn Fn(&Holder) -> bool + Send + Sync),
    held: &'a (dyn Fn(&Holder) -> bool + Send + Sync),
}

impl<'a> Handover<'a> {
    /// Where `yields` says whether the rows of an item make way, and `held` whether they count
    /// among those that stay although their document is in quarantine.
    pub fn new(
        yields: &'a (dyn Fn(&Holder) -> bool + Send + Sync),
        held: &'a (dyn Fn(&Holder) -> bool + Send + Sync),
    ) -> Self {
        Self {
            waiting: Vec::new(),
            room: MOST_WAITING,
            yields,
            held,
        }
    }

    /// Where nothing waits: another worker may have what belongs to it.
    pub fn none() -> Handover<'static> {
        Handover {
            waiting: Vec::new(),
            room: 0,
            yields: &|_| false,
            held: &|_| false,
        }
    }

    fn takes(&self, position: usize, item: &Item, outcome: &LoadOutcome) -> bool {
        let goes = || item.quarantine.is_some() && outcome.stuck_rows.contains_key(&position);
        let displaces = || {
            outcome.held_up.contains(&position)
                && outcome.holders.iter().any(|holder| (self.yields)(holder))
        };
        // Its parent may be one of those that wait.
        let comes = |other: &Item| other.quarantine.is_none();
        let follows = || outcome.orphaned.contains(&position) && self.waiting.iter().any(comes);
        self.waiting.len() < self.room && (goes() || displaces() || follows())
    }

    /// Writes what waits: all of it with all rows that make way, and where that cannot be, with
    /// those of one item at a time.
    pub async fn finish(
        mut self,
        destination: &Destination,
        options: &LoadOptions,
        report: &mut LoadReport,
    ) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        // What was in the way of some is not any more, now that every phase is written.
        let holders = self
            .attempt(&[], true, destination, options, report)
            .await?;
        // What waits itself makes way in each attempt.
        let elsewhere = |holder: &Holder| self.waiting.iter().all(|item| item.key != holder.key);
        let giving: Vec<Holder> = holders
            .into_iter()
            .filter(|holder| (self.yields)(holder) && elsewhere(holder))
            .collect();
        let together = Some(giving.as_slice()).filter(|all| all.len() > 1);
        for givers in together.into_iter().chain(giving.chunks(1)) {
            if self.waiting.is_empty() {
                break;
            }
            self.attempt(givers, true, destination, options, report)
                .await?;
        }
        // What is left is in conflict.
        self.attempt(&[], false, destination, options, report)
            .await
            .map(drop)
    }

    /// Writes what waits in one batch with what is left of `givers`: nothing. Whatever cannot be
    /// written waits on, or, without `wait`, is counted as in conflict. Gives whose rows are in the
    /// way still.
    async fn attempt(
        &mut self,
        givers: &[Holder],
        wait: bool,
        destination: &Destination,
        options: &LoadOptions,
        report: &mut LoadReport,
    ) -> Result<Vec<Holder>> {
        let mut batch = std::mem::take(&mut self.waiting);
        batch.extend(
            givers
                .iter()
                .map(|giver| Item::displaced(giver.key.clone())),
        );
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let held = givers.iter().filter(|&giver| (self.held)(giver));
        let held: Vec<ItemKey> = held.map(|giver| giver.key.clone()).collect();
        let before = held_rows(destination, options, &held).await?;
        let (batch, mut outcome) =
            write_batch(destination.clone(), batch, options.retries, options.prune).await?;
        let whats = std::mem::take(&mut outcome.items);
        for (position, (item, what)) in batch.into_iter().zip(whats).enumerate() {
            if item.displaced {
                continue;
            }
            if wait && outcome.stuck_rows.contains_key(&position) {
                uncount(position, &mut outcome);
                self.waiting.push(item);
            } else {
                report.count(&item, what);
            }
        }
        report.count_rows(&outcome.rows);
        if !before.is_empty() {
            let after = held_rows(destination, options, &held).await?;
            for (table, rows) in before {
                let left = after.get(&table).copied().unwrap_or(0);
                report.count_no_longer_held(&table, rows.saturating_sub(left));
            }
        }
        Ok(outcome.holders)
    }
}

/// How many rows of some items V3 has, by table.
async fn held_rows(
    destination: &Destination,
    options: &LoadOptions,
    keys: &[ItemKey],
) -> Result<BTreeMap<String, u64>> {
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    retry(options.retries, || destination.held(keys)).await
}
