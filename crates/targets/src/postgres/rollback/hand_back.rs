//! Removed rows whose unique values have others today, which are to go.
//!
//! One step cannot follow the other here: the removed row cannot come back while another has its
//! value, that one cannot go while rows refer to it, and these cannot refer to what is not back.
//! So each is put back in one piece, with what referred to it, or left to the stages behind.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Row as _};
use sunset_core::Result;
use sunset_core::ports::rollback::UndoStep;

use super::candidates::{self, Candidate, Fate};
use super::columns::LiveColumns;
use super::lost::{self, Lost};
use super::references::referenced;
use super::steps::{Work, behind};
use crate::postgres::fault::error;
use crate::postgres::identifier::{public_table, quote_identifier};

/// Rows that are restored together with a removed one: a table, and candidates with their images.
type Referring = Vec<(String, Vec<(Candidate, i64)>)>;

impl Work {
    /// Puts back the removed rows of a table whose unique values others have.
    pub async fn hand_back(&mut self, table: &str, after: &str) -> Result<UndoStep> {
        let page = (after, self.most);
        let batch = lost::next(&mut self.transaction, &self.filter, table, page).await?;
        let mut step = UndoStep {
            next: batch
                .last()
                .and_then(|last| behind(vec![last.row_id.clone()])),
            ..UndoStep::default()
        };
        let batch: Vec<Lost> = batch.into_iter().filter(|row| row.comes_back).collect();
        if batch.is_empty() {
            return Ok(step);
        }
        let columns = self.columns(table).await?;
        let holders = self.holders(table, &columns, &batch).await?;
        for row in batch {
            if let Some(ids) = holders.get(&row.row_id) {
                self.hand_one_back(table, &columns, &row, ids, &mut step)
                    .await?;
            }
        }
        Ok(step)
    }

    /// Who has the unique values of removed rows: ids by the removed row's.
    async fn holders(
        &mut self,
        table: &str,
        columns: &LiveColumns,
        batch: &[Lost],
    ) -> Result<BTreeMap<String, Vec<String>>> {
        let failed = |cause| {
            error(
                cause,
                "cannot look for who has unique values of removed rows",
            )
        };
        let images: Vec<i64> = batch.iter().map(|row| row.image).collect();
        let mut holders: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (column, _) in columns.unique() {
            let statement = format!(
                include_str!("handed_over.sql"),
                key = quote_identifier(self.tables.key(table)),
                table = public_table(table),
                column = quote_identifier(column)
            );
            let rows = crate::postgres::query(AssertSqlSafe(statement))
                .bind(&images)
                .bind(column)
                .fetch_all(&mut *self.transaction)
                .await
                .map_err(failed)?;
            for row in rows {
                let removed: String = row.try_get("row_id").map_err(failed)?;
                let holder: String = row.try_get("holder").map_err(failed)?;
                let ids = holders.entry(removed).or_default();
                if !ids.contains(&holder) {
                    ids.push(holder);
                }
            }
        }
        Ok(holders)
    }

    async fn hand_one_back(
        &mut self,
        table: &str,
        columns: &LiveColumns,
        row: &Lost,
        holders: &[String],
        step: &mut UndoStep,
    ) -> Result<()> {
        let (filter, options) = (&self.filter, self.options);
        let going =
            candidates::of_ids(&mut self.transaction, filter, options, table, holders).await?;
        let all_go = going.len() == holders.len()
            && going.iter().all(|candidate| candidate.fate == Fate::Delete);
        if !all_go {
            return Ok(());
        }
        let referring = self.referring(table, row).await?;
        self.savepoint("SAVEPOINT sunset_undo").await?;
        let outcome = self
            .exchange(table, columns, row, holders, &referring)
            .await;
        if let Ok(false) = outcome {
            self.savepoint("ROLLBACK TO SAVEPOINT sunset_undo").await?;
            return Ok(());
        }
        if !self.settle(outcome.map(drop)).await? {
            return Ok(());
        }
        let counts = step.undone.tables.entry(table.to_owned()).or_default();
        counts.restored += 1;
        counts.deleted += holders.len() as u64;
        let back = [row.row_id.clone()];
        self.give_back(table, &back, &[row.image]).await?;
        self.forget(table, holders, holders).await?;
        self.forget_documents(going.iter().chain([&row.candidate()]))
            .await?;
        let fingerprint = self.released(table, &back).await?;
        step.released
            .entry(table.to_owned())
            .or_default()
            .add(&fingerprint);
        for (child, rows) in &referring {
            let counts = step.undone.tables.entry(child.clone()).or_default();
            counts.restored += rows.len() as u64;
            let done: Vec<(&Candidate, i64)> =
                rows.iter().map(|(row, image)| (row, *image)).collect();
            let fingerprint = self.restored(child, &done).await?;
            step.released
                .entry(child.clone())
                .or_default()
                .add(&fingerprint);
        }
        Ok(())
    }

    /// Rows that referred to a removed one and will again, parents first.
    async fn referring(&mut self, table: &str, row: &Lost) -> Result<Referring> {
        let failed = |cause| error(cause, "cannot look for what referred to a removed row");
        let keys = self.tables.keys.clone();
        let mut referring = Referring::new();
        for child in self.tables.parents_first() {
            let mut ids: Vec<String> = Vec::new();
            let of_child = keys.0.iter().filter(|key| key.child == child);
            for key in of_child.filter(|key| key.parent == table) {
                let rows = crate::postgres::query(include_str!("referring_images.sql"))
                    .bind(&self.filter.runs)
                    .bind(&child)
                    .bind(&key.child_column)
                    .bind(&key.parent_column)
                    .bind(row.image)
                    .fetch_all(&mut *self.transaction)
                    .await
                    .map_err(failed)?;
                for row in rows {
                    ids.push(row.try_get(0).map_err(failed)?);
                }
            }
            ids.sort_unstable();
            ids.dedup();
            if ids.is_empty() {
                continue;
            }
            let (filter, options) = (&self.filter, self.options);
            let found =
                candidates::of_ids(&mut self.transaction, filter, options, &child, &ids).await?;
            let rows = found
                .into_iter()
                .filter_map(|candidate| match candidate.fate {
                    Fate::Restore(image) => Some((candidate, image)),
                    _ => None,
                });
            referring.push((child, rows.collect()));
        }
        referring.retain(|(_, rows)| !rows.is_empty());
        Ok(referring)
    }

    /// The values pass back, what referred to the removed row does so again, and the others go;
    /// false where somebody's row refers to one of them.
    async fn exchange(
        &mut self,
        table: &str,
        columns: &LiveColumns,
        row: &Lost,
        holders: &[String],
        referring: &Referring,
    ) -> Result<bool> {
        columns.release(&mut self.transaction, holders).await?;
        columns.insert(&mut self.transaction, row.image).await?;
        for (child, rows) in referring {
            let images: Vec<i64> = rows.iter().map(|(_, image)| *image).collect();
            let columns = self.columns(child).await?;
            columns.restore(&mut self.transaction, &images).await?;
        }
        let keys = self.tables.keys.clone();
        let still = referenced(&mut self.transaction, &keys, table, holders).await?;
        if !still.is_empty() {
            return Ok(false);
        }
        self.delete(table, holders).await.map(|_| true)
    }
}
