//! Rows and the ledger entries that account for them, a batch a transaction.
//!
//! A batch is read ([`state`]), judged without the database ([`judge`]), written ([`write`]) and
//! accounted for ([`book`]).

pub(super) mod baselines;
mod book;
mod columns;
mod encode;
mod entries;
mod held;
mod judge;
mod lookups;
mod outcome;
mod settled;
pub(super) mod shapes;
mod state;
pub(super) mod table;
mod verdict;
mod write;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use sqlx::{Postgres, Transaction};
use sunset_core::ports::rows::{Item, ItemOutcome, LoadOutcome, OnConflict, RowWriter};
use sunset_core::row::Shape;
use sunset_core::{Error, Result};
use tokio::sync::Mutex;

use self::book::{Book, Clash};
use self::judge::{Judgement, judge};
use self::outcome::{clashes, holders, merge, outcome, referenced, stale_clash, stop};
pub(super) use self::settled::accounted_items;
pub(super) use self::state::columns_of;
use self::state::{State, known_items};
use self::table::{ForeignKeys, Table};
use self::verdict::Reason;
use self::write::{hand_over, remove_stale, run_statement, write_rows};
use super::batches::{self, Size};
use super::fault::{error, is_about_data};
use super::runs::{ActiveRun, Lease};

/// Writes rows within one run. It may be shared: several batches are written at a time, each on a
/// connection of its own.
pub struct RowStore {
    lease: Lease,
    on_conflict: OnConflict,
    prune: bool,
    rebook: bool,
    known: Mutex<Known>,
}

/// What came of writing a batch.
enum Attempt {
    Done(LoadOutcome),
    /// Nothing was written: these rows (positions in [`State::stale`]) were to hand a value over and
    /// to go, and cannot go, for these reasons.
    Kept(Vec<(usize, Reason)>),
}

/// What was read of the catalogue.
#[derive(Default)]
struct Known {
    ranks: Arc<BTreeMap<String, usize>>,
    keys: Option<ForeignKeys>,
    tables: Vec<Arc<Table>>,
}

impl ActiveRun {
    /// The writer of rows of this run.
    pub fn rows(&self, on_conflict: OnConflict) -> RowStore {
        RowStore {
            lease: self.lease().clone(),
            on_conflict,
            prune: false,
            rebook: false,
            known: Mutex::new(Known::default()),
        }
    }
}

#[async_trait]
impl RowWriter for RowStore {
    async fn load(&self, items: &[Item]) -> Result<LoadOutcome> {
        self.lease.database.watched(self.batch(items)).await
    }

    async fn confirm(&self, items: &[Item]) -> Result<()> {
        let confirmed = self.confirm_basis(items);
        self.lease.database.watched(confirmed).await
    }
}

impl RowStore {
    async fn batch(&self, items: &[Item]) -> Result<LoadOutcome> {
        let (tables, ranks) = self.tables(items).await?;
        let mut transaction = self.begin().await?;
        match self.part(&mut transaction, items, &tables, &ranks).await {
            Ok(outcome) => self.commit(transaction, items, outcome).await,
            Err(fault) if is_about_data(&fault) => {
                drop(transaction);
                if self.on_conflict == OnConflict::Fail {
                    // Perhaps an attempt that lost its connection committed in between.
                    let mut transaction = self.begin().await?;
                    let outcome = self.part(&mut transaction, items, &tables, &ranks).await?;
                    return self.commit(transaction, items, outcome).await;
                }
                tracing::debug!(error = %fault, "the server refused a row of the batch; looking for it");
                let mut transaction = self.begin().await?;
                let outcome = self.sift(&mut transaction, items, &tables, &ranks).await?;
                self.commit(transaction, items, outcome).await
            }
            Err(fault) => Err(fault),
        }
    }

    /// Books the batch's time, and commits.
    async fn commit(
        &self,
        mut transaction: Transaction<'static, Postgres>,
        items: &[Item],
        outcome: LoadOutcome,
    ) -> Result<LoadOutcome> {
        let names = items.iter().map(|item| item.key.collection.as_str());
        let names: BTreeSet<&str> = names.collect();
        let step = Vec::from_iter(names).join(", ");
        let rows = outcome.rows.values();
        let written = rows.map(|rows| rows.inserted + rows.updated + rows.removed);
        let size = Size {
            items: items.len() as u64,
            written: written.sum(),
        };
        batches::book(&mut transaction, self.lease.run, &step, size).await?;
        transaction
            .commit()
            .await
            .map_err(|cause| error(cause, "cannot commit a batch of rows"))?;
        Ok(outcome)
    }

    /// Whether the rows of documents that came into quarantine after they were migrated are
    /// removed; otherwise they stay.
    #[must_use]
    pub fn pruning(mut self, prune: bool) -> Self {
        self.prune = prune;
        self
    }

    /// Books every item anew, whatever the ledger says of it: for a ledger that lost entries. A row
    /// without an entry that is as the mapping says counts as written by its document's run where
    /// its table was empty before the migration, and as adopted otherwise.
    #[must_use]
    pub fn rebooking(mut self) -> Self {
        self.rebook = true;
        self
    }

    async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        let mut transaction = self.lease.begin().await?;
        run_statement(
            &mut transaction,
            include_str!("rows/batch_settings.sql").to_owned(),
        )
        .await?;
        if self.lease.database.has_lz4() {
            let lz4 = "SET LOCAL default_toast_compression = 'lz4'".to_owned();
            run_statement(&mut transaction, lz4).await?;
        }
        Ok(transaction)
    }

    /// What is known of the tables that `items` go to, read once a shape.
    async fn tables(
        &self,
        items: &[Item],
    ) -> Result<(Vec<Arc<Table>>, Arc<BTreeMap<String, usize>>)> {
        let mut known = self.known.lock().await;
        let mut missing: Vec<Arc<Shape>> = Vec::new();
        for row in items.iter().flat_map(|item| &item.rows) {
            let seen = known.tables.iter().any(|table| table.shape == row.shape)
                || missing.iter().any(|shape| shape == &row.shape);
            if !seen {
                missing.push(Arc::clone(&row.shape));
            }
        }
        if known.keys.is_none() || !missing.is_empty() {
            let mut transaction = self.lease.begin().await?;
            if known.keys.is_none() {
                let keys = ForeignKeys::read(&mut transaction).await?;
                known.ranks = Arc::new(keys.ranks());
                known.keys = Some(keys);
            }
            let keys = known.keys.clone().unwrap_or_default();
            let mut read = Vec::new();
            for shape in &missing {
                let table = Table::read(&mut transaction, shape, &keys).await?;
                baselines::take(&mut transaction, &shape.table, self.lease.run).await?;
                read.push(Arc::new(table));
            }
            transaction
                .commit()
                .await
                .map_err(|cause| error(cause, "cannot record the tables"))?;
            known.tables.extend(read);
        }
        Ok((known.tables.clone(), Arc::clone(&known.ranks)))
    }

    /// Halves a batch of which the server refused something until the item is found; that one
    /// becomes a conflict, the others are written.
    async fn sift(
        &self,
        transaction: &mut Transaction<'static, Postgres>,
        items: &[Item],
        tables: &[Arc<Table>],
        ranks: &BTreeMap<String, usize>,
    ) -> Result<LoadOutcome> {
        let mut whole = LoadOutcome::default();
        // Taken from the end, so that the outcomes come in the order of the items.
        let mut parts: Vec<&[Item]> = vec![items];
        while let Some(part) = parts.pop() {
            run_statement(transaction, "SAVEPOINT sunset_part".to_owned()).await?;
            match self.part(transaction, part, tables, ranks).await {
                Ok(outcome) => {
                    run_statement(transaction, "RELEASE SAVEPOINT sunset_part".to_owned()).await?;
                    merge(&mut whole, outcome);
                }
                Err(fault) if is_about_data(&fault) => {
                    run_statement(transaction, "ROLLBACK TO SAVEPOINT sunset_part".to_owned())
                        .await?;
                    if let [item] = part {
                        merge(&mut whole, self.refuse(transaction, item, &fault).await?);
                    } else {
                        let (head, tail) = part.split_at(part.len() / 2);
                        parts.push(tail);
                        parts.push(head);
                    }
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(whole)
    }

    /// Records an item that the server refused.
    async fn refuse(
        &self,
        transaction: &mut Transaction<'static, Postgres>,
        item: &Item,
        fault: &Error,
    ) -> Result<LoadOutcome> {
        let bare = std::slice::from_ref(item);
        let known = known_items(transaction, bare.iter().map(|item| &item.key)).await?;
        let state = State::without_rows(bare, known);
        let row = item.rows.first();
        let mut outcome = LoadOutcome {
            items: vec![ItemOutcome::Conflict],
            ..LoadOutcome::default()
        };
        for (position, row) in item.rows.iter().enumerate() {
            let counts = outcome.rows.entry(row.shape.table.clone()).or_default();
            counts.conflicting += 1;
            // The conflict is recorded with the first.
            counts.refused += u64::from(position == 0);
            counts.with_document += u64::from(position > 0);
        }
        let book = Book {
            run: self.lease.run,
            items: bare,
            states: vec![(0, "conflict")],
            clashes: vec![Clash {
                item: 0,
                table: row.map(|row| row.shape.table.clone()).unwrap_or_default(),
                row_id: row.map(|row| row.id().to_owned()).unwrap_or_default(),
                reason: Reason::Refused,
                detail: fault.to_string(),
                wanted: row.map_or(item.outcome_digest, sunset_core::row::Row::digest),
            }],
            removed: Vec::new(),
            empty_before: Vec::new(),
        };
        book::write(transaction, &state, &Judgement::empty(), &book).await?;
        Ok(outcome)
    }

    /// Writes some items within a transaction.
    async fn part(
        &self,
        transaction: &mut Transaction<'static, Postgres>,
        items: &[Item],
        tables: &[Arc<Table>],
        ranks: &BTreeMap<String, usize>,
    ) -> Result<LoadOutcome> {
        let state = state::read(transaction, items, tables).await?;
        let mut staying = HashMap::new();
        loop {
            match self.attempt(transaction, &state, ranks, &staying).await? {
                Attempt::Done(outcome) => return Ok(outcome),
                Attempt::Kept(rows) => staying.extend(rows),
            }
        }
    }

    /// Writes what was read of some items. Rows that are to go and are `staying` keep the values that
    /// others would take over.
    async fn attempt(
        &self,
        transaction: &mut Transaction<'static, Postgres>,
        state: &State<'_>,
        ranks: &BTreeMap<String, usize>,
        staying: &HashMap<usize, Reason>,
    ) -> Result<Attempt> {
        let run = self.lease.run;
        let items = state.items;
        let judgement = judge(state, self.on_conflict, staying);
        let hands_over = !judgement.taken_over.is_empty();
        if hands_over {
            run_statement(transaction, "SAVEPOINT sunset_handover".to_owned()).await?;
        }
        let mut clashes = clashes(state, &judgement);
        if self.on_conflict == OnConflict::Fail
            && let Some(clash) = clashes.first()
        {
            return Err(stop(state, clash));
        }
        let (leaving, mut kept) = self.stale(state, &judgement, staying);
        // A table that nothing is written to but rows leave: its digest is taken here. Whoever
        // else of this run takes it meanwhile waits for this transaction.
        let left = leaving.iter().filter_map(|place| state.stale.get(*place));
        let left: BTreeSet<&str> = left
            .filter(|stale| stale.present)
            .map(|stale| stale.entry.table.as_str())
            .collect();
        for table in left {
            baselines::take(transaction, table, run).await?;
        }
        let still = remove_stale(transaction, state, &leaving, ranks, run).await?;
        let still: Vec<usize> = still.into_iter().map(|(position, _)| position).collect();
        let handed = hand_over(transaction, state, &judgement, &still, run).await?;
        write_rows(transaction, state, &judgement, run).await?;
        if !still.is_empty() {
            kept.extend(remove_stale(transaction, state, &still, ranks, run).await?);
        }
        let in_vain: Vec<(usize, Reason)> = handed
            .into_iter()
            .filter_map(|position| Some((position, *kept.get(&position)?)))
            .collect();
        if !in_vain.is_empty() {
            // It stays, and so does what it has.
            let back = "ROLLBACK TO SAVEPOINT sunset_handover".to_owned();
            run_statement(transaction, back).await?;
            return Ok(Attempt::Kept(in_vain));
        }
        if hands_over {
            run_statement(transaction, "RELEASE SAVEPOINT sunset_handover".to_owned()).await?;
        }
        for (position, reason) in &kept {
            clashes.extend(stale_clash(state, *position, *reason));
        }
        let removed: Vec<usize> = leaving
            .into_iter()
            .filter(|position| !kept.contains_key(position))
            .collect();
        let staying: HashSet<usize> = kept
            .keys()
            .filter_map(|position| state.stale.get(*position))
            .map(|stale| stale.item)
            .collect();
        let (mut outcome, mut states) = outcome(state, &judgement, &removed, &staying);
        outcome.stuck_rows.extend(referenced(state, &kept));
        if !outcome.held_up.is_empty() {
            outcome.holders = holders(transaction, state, &judgement).await?;
        }
        let mut empty_before = Vec::new();
        if self.rebook {
            states = outcome::states(state, &judgement, &staying);
            empty_before = entries::empty_before(transaction).await?;
        }
        let book = Book {
            run,
            items,
            states,
            clashes,
            removed,
            empty_before,
        };
        book::write(transaction, state, &judgement, &book).await?;
        Ok(Attempt::Done(outcome))
    }

    /// Rows that their items give no longer: those that go, and those that stay, since somebody
    /// changed them, or they turned out not to go.
    fn stale(
        &self,
        state: &State<'_>,
        judgement: &Judgement,
        staying: &HashMap<usize, Reason>,
    ) -> (Vec<usize>, BTreeMap<usize, Reason>) {
        state
            .stale
            .iter()
            .enumerate()
            .filter(|(_, stale)| {
                !judgement.conflicting.contains(&stale.item) && (self.prune || !state.holds(stale))
            })
            .fold(
                (Vec::new(), BTreeMap::new()),
                |(mut go, mut stay), (position, stale)| {
                    if let Some(reason) = staying.get(&position) {
                        stay.insert(position, *reason);
                    } else if !stale.present
                        || stale.untouched
                        || self.on_conflict == OnConflict::Overwrite
                    {
                        go.push(position);
                    } else {
                        stay.insert(position, Reason::Changed);
                    }
                    (go, stay)
                },
            )
    }
}
