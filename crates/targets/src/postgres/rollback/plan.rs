//! What a rollback would do.

use std::collections::BTreeMap;

use async_trait::async_trait;
use sqlx::{Postgres, Transaction};
use sunset_core::Result;
use sunset_core::ports::rollback::{KeptReason, RollbackOptions, Scope, UndoPlanner, Undone};

use super::candidates::{self, BATCH, Fate};
use super::lost::{self, Lost};
use super::references::referenced_by_staying;
use super::scope::Filter;
use super::{Tables, unlink};
use crate::postgres::ledger::Ledger;
use crate::postgres::rows::shapes::Lock;

#[async_trait]
impl UndoPlanner for Ledger {
    async fn plan(&self, scope: &Scope, options: RollbackOptions) -> Result<Undone> {
        let look = || self.planned(scope, options);
        self.database().steadily(look).await
    }
}

impl Ledger {
    async fn planned(&self, scope: &Scope, options: RollbackOptions) -> Result<Undone> {
        // One snapshot: what is shown was true at one moment.
        let mut transaction = self.database().begin_reading().await?;
        let filter = Filter::read(&mut transaction, scope).await?;
        let tables = Tables::read(&mut transaction).await?;
        let mut undone = Undone::default();
        let mut after: Vec<String> = Vec::new();
        loop {
            let batch = unlink::next(
                &mut transaction,
                &filter,
                options,
                &tables.primary,
                (&after, BATCH),
                Lock::Nothing,
            )
            .await?;
            undone.add(batch.undone);
            match batch.last {
                Some(last) => after = last,
                None => break,
            }
        }
        let mut staying: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for table in tables.children_first() {
            let seen = plan_table(
                &mut transaction,
                &filter,
                options,
                &tables,
                &table,
                &mut staying,
            )
            .await?;
            undone.add(seen);
        }
        undone
            .tables
            .retain(|_, counts| *counts != Default::default());
        undone.kept.sort();
        Ok(undone)
    }
}

async fn plan_table(
    transaction: &mut Transaction<'static, Postgres>,
    filter: &Filter,
    options: RollbackOptions,
    tables: &Tables,
    table: &str,
    staying: &mut BTreeMap<String, Vec<String>>,
) -> Result<Undone> {
    let mut undone = Undone::default();
    let mut after = String::new();
    loop {
        let behind = (after.as_str(), BATCH);
        let batch =
            candidates::next(transaction, filter, options, table, behind, Lock::Nothing).await?;
        let Some(last) = batch.last() else {
            break;
        };
        after.clone_from(&last.row_id);
        let leaving: Vec<String> = batch
            .iter()
            .filter(|candidate| candidate.fate == Fate::Delete)
            .map(|candidate| candidate.row_id.clone())
            .collect();
        let referenced =
            referenced_by_staying(transaction, filter, &tables.keys, staying, table, &leaving)
                .await?;
        let counts = undone.tables.entry(table.to_owned()).or_default();
        for candidate in batch {
            let fate = match candidate.fate {
                Fate::Delete if referenced.contains(&candidate.row_id) => {
                    Fate::Keep(KeptReason::Referenced)
                }
                fate => fate,
            };
            match fate {
                Fate::Delete => counts.deleted += 1,
                Fate::Restore(_) => counts.restored += 1,
                Fate::Release => counts.released += 1,
                Fate::Gone => counts.gone += 1,
                Fate::Keep(reason) => {
                    counts.kept += 1;
                    undone.kept.push(candidate.kept(table, reason));
                    let ids = staying.entry(table.to_owned()).or_default();
                    ids.push(candidate.row_id);
                }
            }
        }
    }
    let mut after = String::new();
    loop {
        let batch = lost::next(transaction, filter, table, (&after, BATCH)).await?;
        let Some(last) = batch.last() else {
            break;
        };
        after.clone_from(&last.row_id);
        let back = batch.iter().filter(|lost: &&Lost| lost.comes_back).count();
        undone.tables.entry(table.to_owned()).or_default().restored += back as u64;
    }
    Ok(undone)
}
