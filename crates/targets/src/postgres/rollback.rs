//! Taking back what migration wrote: only what the ledger names, a batch a transaction.
//!
//! A pass goes through four stages: linked cells, rows to restore (parents first), rows to remove
//! (children first), removed rows to put back (parents first). The documents of the rows that a
//! batch deals with are forgotten in the same transaction, so that migrating again after a
//! rollback that was broken off makes whole what is missing.

mod candidates;
mod columns;
mod effects;
mod hand_back;
mod known;
mod lost;
mod plan;
mod prove;
mod references;
mod replaced;
mod scope;
mod steps;
mod touched;
mod unlink;

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::ports::rollback::{
    Before, Fingerprint, RollbackOptions, Scope, UndoPosition, UndoStep, UndoWriter, Undone,
};
use sunset_core::ports::runs::RunId;
use sunset_core::{Error, ErrorKind, Result};

use self::scope::Filter;
use super::fault::error;
use super::identifier::public_table;
use super::rows::table::ForeignKeys;
use super::runs::{ActiveRun, audit};

/// The tables that the ledger names.
pub(super) struct Tables {
    /// Table → the name of its primary key.
    primary: BTreeMap<String, String>,
    keys: ForeignKeys,
    ranks: BTreeMap<String, usize>,
}

impl Tables {
    async fn read(transaction: &mut Transaction<'_, Postgres>) -> Result<Self> {
        let failed = |cause| error(cause, "cannot read the ledger's tables");
        let primary = crate::postgres::query(include_str!("rollback/tables.sql"))
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<sqlx::Result<BTreeMap<String, String>>>()
            .map_err(failed)?;
        let keys = ForeignKeys::read(transaction).await?;
        Ok(Self {
            primary,
            ranks: keys.ranks(),
            keys,
        })
    }

    fn parents_first(&self) -> Vec<String> {
        let mut tables: Vec<String> = self.primary.keys().cloned().collect();
        tables.sort_by_key(|table| self.ranks.get(table).copied().unwrap_or(0));
        tables
    }

    fn children_first(&self) -> Vec<String> {
        let mut tables = self.parents_first();
        tables.reverse();
        tables
    }

    fn key(&self, table: &str) -> &str {
        self.primary.get(table).map_or("id", String::as_str)
    }
}

/// Takes back within a run of its own.
pub struct Undo<'r> {
    run: &'r ActiveRun,
}

impl ActiveRun {
    /// The writer that takes back what other runs wrote.
    pub fn undo(&self) -> Undo<'_> {
        Undo { run: self }
    }
}

/// How often it is asked whether a step was committed, and how long is waited in between.
const ASKED: u32 = 10;
const BETWEEN: Duration = Duration::from_millis(200);

const LINKS: usize = 0;
const HAND_BACK: usize = 1;
const RESTORE: usize = 2;
const REMOVE: usize = 3;
const PUT_BACK: usize = 4;
const STAGES: usize = 5;

#[async_trait]
impl UndoWriter for Undo<'_> {
    async fn step(
        &self,
        scope: &Scope,
        options: RollbackOptions,
        position: &UndoPosition,
    ) -> Result<UndoStep> {
        let work = self.take_back(scope, options, position);
        let (step, finished) = self.run.database().watched(work).await?;
        if let Some(table) = finished {
            self.tidy(&table).await;
        }
        Ok(step)
    }

    async fn others(&self, scope: &Scope) -> Result<BTreeMap<String, Fingerprint>> {
        let work = async {
            let mut transaction = self.run.database().begin_reading().await?;
            let filter = Filter::read(&mut transaction, scope).await?;
            let tables = Tables::read(&mut transaction).await?;
            let mut all = BTreeMap::new();
            for (table, key) in &tables.primary {
                let found = prove::others(&mut transaction, &filter, table, key, None).await?;
                all.insert(table.clone(), found);
            }
            Ok(all)
        };
        self.run.database().watched(work).await
    }

    async fn baselines(&self, run: Option<RunId>) -> Result<BTreeMap<String, Before>> {
        let scope = Scope {
            run,
            ..Scope::default()
        };
        let work = async {
            let mut transaction = self.run.database().begin_reading().await?;
            let runs = Filter::read(&mut transaction, &scope).await?.runs;
            prove::baselines(&mut transaction, runs).await
        };
        self.run.database().watched(work).await
    }

    async fn settle(&self, scope: &Scope, options: RollbackOptions, undone: &Undone) -> Result<()> {
        let failed = |cause| error(cause, "cannot record the end of the rollback");
        let work = async {
            let mut transaction = self.run.begin().await?;
            let filter = Filter::read(&mut transaction, scope).await?;
            prove::forget(&mut transaction, &filter, options, self.run.id()).await?;
            let detail = prove::detail(scope, options, undone);
            audit(&mut transaction, self.run.id(), "rollback", &detail).await?;
            transaction.commit().await.map_err(failed)
        };
        self.run.database().watched(work).await
    }
}

impl Undo<'_> {
    /// One step, and the table whose rows have now all been removed.
    async fn take_back(
        &self,
        scope: &Scope,
        options: RollbackOptions,
        position: &UndoPosition,
    ) -> Result<(UndoStep, Option<String>)> {
        let mut transaction = self.run.begin().await?;
        let filter = Filter::read(&mut transaction, scope).await?;
        let tables = Tables::read(&mut transaction).await?;
        let order = match position.stage {
            REMOVE => tables.children_first(),
            _ => tables.parents_first(),
        };
        let mut work = steps::Work {
            transaction,
            run: self.run.id(),
            filter,
            options,
            tables,
            most: candidates::at_most(position.most),
        };
        let table = order.get(position.table);
        let after = position.after.first().cloned().unwrap_or_default();
        let mut step = match (position.stage, table) {
            (LINKS, _) => work.unlink(&position.after).await?,
            (HAND_BACK, Some(table)) => work.hand_back(table, &after).await?,
            (RESTORE, Some(table)) => work.restore(table, &after).await?,
            (REMOVE, Some(table)) => work.remove(table, &after).await?,
            (PUT_BACK, Some(table)) => work.put_back(table, &after).await?,
            _ => UndoStep::default(),
        };
        let failed = |cause| error(cause, "cannot commit a step of the rollback");
        let mark: i64 = crate::postgres::query("SELECT txid_current()")
            .fetch_one(&mut *work.transaction)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(failed)?;
        if let Err(fault) = work.transaction.commit().await.map_err(failed)
            && !self.committed(&fault, mark).await
        {
            return Err(fault);
        }
        let mut finished = None;
        // A step tells where to go on within its table; at the end of one the next follows.
        step.next = match step.next.take() {
            Some(next) => Some(UndoPosition {
                stage: position.stage,
                table: position.table,
                after: next.after,
                most: 0,
            }),
            None => {
                if let (REMOVE, Some(table)) = (position.stage, table)
                    && !position.after.is_empty()
                {
                    finished = Some(table.clone());
                }
                following(position, order.len(), scope)
            }
        };
        Ok((step, finished))
    }
}

fn following(position: &UndoPosition, tables: usize, scope: &Scope) -> Option<UndoPosition> {
    let at = |stage, table| {
        Some(UndoPosition {
            stage,
            table,
            ..UndoPosition::default()
        })
    };
    if position.stage == LINKS {
        return if scope.audio_urls_only {
            None
        } else {
            at(HAND_BACK, 0)
        };
    }
    if position.table + 1 < tables {
        return at(position.stage, position.table + 1);
    }
    if position.stage + 1 < STAGES {
        return at(position.stage + 1, 0);
    }
    None
}

impl Undo<'_> {
    /// Whether a step was committed though the answer got lost. Repeated, it would find nothing left
    /// to do, and what it gave back would be missing from the proof.
    async fn committed(&self, fault: &Error, mark: i64) -> bool {
        if fault.kind() != ErrorKind::Unreachable {
            return false;
        }
        for _ in 0..ASKED {
            let asked = async {
                let mut transaction = self.run.database().begin_reading().await.ok()?;
                let row = crate::postgres::query("SELECT txid_status($1)")
                    .bind(mark)
                    .fetch_one(&mut *transaction)
                    .await;
                row.and_then(|row| row.try_get::<Option<String>, _>(0))
                    .ok()?
            };
            match asked.await.as_deref() {
                Some("committed") => return true,
                // It is ended with its connection, or before its work is repeated.
                Some("in progress") => tokio::time::sleep(BETWEEN).await,
                _ => return false,
            }
        }
        false
    }

    /// Every row that is removed from a parent's table makes the server look for children, and
    /// V3 has no index for that: without the dead rows of the children there is little to look at.
    async fn tidy(&self, table: &str) {
        let statement = format!("VACUUM (SKIP_LOCKED) {}", public_table(table));
        let done = sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(self.run.database().pool())
            .await;
        if let Err(cause) = done {
            tracing::debug!(error = %cause, table, "cannot tidy the table; going on without");
        }
    }
}
