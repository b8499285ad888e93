//! One transaction of a rollback.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Postgres, Transaction};
use sunset_core::Result;
use sunset_core::ports::rollback::{
    Fingerprint, KeptReason, RollbackOptions, UndoPosition, UndoStep,
};
use sunset_core::ports::runs::RunId;

use super::candidates::{self, Candidate, Fate};
use super::columns::LiveColumns;
use super::references::referenced;
use super::scope::Filter;
use super::{Tables, lost, unlink};
use crate::postgres::fault::error;
use crate::postgres::identifier::{public_table, quote_identifier};
use crate::postgres::rows::shapes::Lock;
use crate::postgres::rows::table::ROW;

/// A transaction, and what it is about.
pub(super) struct Work {
    pub transaction: Transaction<'static, Postgres>,
    /// The rollback's run.
    pub run: RunId,
    pub filter: Filter,
    pub options: RollbackOptions,
    pub tables: Tables,
    /// Rows that are dealt with at the most.
    pub most: i64,
}

pub(super) fn behind(key: Vec<String>) -> Option<UndoPosition> {
    Some(UndoPosition {
        after: key,
        ..UndoPosition::default()
    })
}

impl Work {
    pub async fn unlink(&mut self, after: &[String]) -> Result<UndoStep> {
        let batch = unlink::next(
            &mut self.transaction,
            &self.filter,
            self.options,
            &self.tables.primary,
            (after, self.most),
            Lock::Rows,
        )
        .await?;
        let mut released = BTreeMap::new();
        for (table, ids) in batch.rows {
            released.insert(table.clone(), self.released(&table, &ids).await?);
        }
        Ok(UndoStep {
            undone: batch.undone,
            released,
            next: batch.last.and_then(behind),
        })
    }

    /// Gives rows back the contents they had.
    pub async fn restore(&mut self, table: &str, after: &str) -> Result<UndoStep> {
        let batch = self.candidates(table, after).await?;
        let mut step = UndoStep {
            next: batch
                .last()
                .and_then(|last| behind(vec![last.row_id.clone()])),
            ..UndoStep::default()
        };
        let mine: Vec<(&Candidate, i64)> = batch
            .iter()
            .filter_map(|candidate| match candidate.fate {
                Fate::Restore(image) => Some((candidate, image)),
                _ => None,
            })
            .collect();
        let counts = step.undone.tables.entry(table.to_owned()).or_default();
        for candidate in batch.iter().filter(|candidate| candidate.restores) {
            if let Fate::Keep(reason) = candidate.fate {
                counts.kept += 1;
                step.undone.kept.push(candidate.kept(table, reason));
            }
        }
        if mine.is_empty() {
            return Ok(step);
        }
        let columns = self.columns(table).await?;
        let mut done: Vec<(&Candidate, i64)> = Vec::new();
        let images: Vec<i64> = mine.iter().map(|(_, image)| *image).collect();
        if self.attempt_restore(&columns, &images).await? {
            done = mine;
        } else {
            for (candidate, image) in mine {
                if self.attempt_restore(&columns, &[image]).await? {
                    done.push((candidate, image));
                } else {
                    counts.kept += 1;
                    step.undone
                        .kept
                        .push(candidate.kept(table, KeptReason::Blocked));
                }
            }
        }
        counts.restored += done.len() as u64;
        let released = self.restored(table, &done).await?;
        step.released.insert(table.to_owned(), released);
        Ok(step)
    }

    /// Accounts for rows that have the contents of their images again.
    pub(super) async fn restored(
        &mut self,
        table: &str,
        done: &[(&Candidate, i64)],
    ) -> Result<Fingerprint> {
        let ids: Vec<String> = done.iter().map(|(c, _)| c.row_id.clone()).collect();
        let images: Vec<i64> = done.iter().map(|(_, image)| *image).collect();
        self.give_back(table, &ids, &images).await?;
        let statement = format!(
            include_str!("drop_loose_links.sql"),
            table = public_table(table),
            row = ROW,
            key = quote_identifier(self.tables.key(table))
        );
        crate::postgres::query(AssertSqlSafe(statement))
            .bind(table)
            .bind(&ids)
            .execute(&mut *self.transaction)
            .await
            .map_err(|cause| error(cause, "cannot forget linked cells"))?;
        self.forget_documents(done.iter().map(|(candidate, _)| *candidate))
            .await?;
        self.released(table, &ids).await
    }

    /// Forgets rows, and the links of those that are gone.
    pub(super) async fn forget(
        &mut self,
        table: &str,
        ids: &[String],
        gone: &[String],
    ) -> Result<()> {
        self.run("forget_rows", include_str!("forget_rows.sql"), table, ids)
            .await?;
        self.run(
            "forget_links",
            include_str!("forget_links.sql"),
            table,
            gone,
        )
        .await?;
        self.forget_images(table, ids, false).await
    }

    /// Removes the rows that migration wrote, and forgets those that it only found.
    pub async fn remove(&mut self, table: &str, after: &str) -> Result<UndoStep> {
        let batch = self.candidates(table, after).await?;
        let mut step = UndoStep {
            next: batch
                .last()
                .and_then(|last| behind(vec![last.row_id.clone()])),
            ..UndoStep::default()
        };
        let counts = step.undone.tables.entry(table.to_owned()).or_default();
        let leaving: Vec<String> = batch
            .iter()
            .filter(|candidate| candidate.fate == Fate::Delete)
            .map(|candidate| candidate.row_id.clone())
            .collect();
        let staying = referenced(&mut self.transaction, &self.tables.keys, table, &leaving).await?;
        let mut handled: Vec<&Candidate> = Vec::new();
        let mut released: Vec<String> = Vec::new();
        let mut deleted: Vec<String> = Vec::new();
        for candidate in &batch {
            match candidate.fate {
                Fate::Delete if staying.contains(&candidate.row_id) => {
                    counts.kept += 1;
                    step.undone
                        .kept
                        .push(candidate.kept(table, KeptReason::Referenced));
                    continue;
                }
                Fate::Delete => deleted.push(candidate.row_id.clone()),
                Fate::Release => {
                    counts.released += 1;
                    released.push(candidate.row_id.clone());
                }
                Fate::Gone => counts.gone += 1,
                Fate::Keep(reason) => {
                    if !candidate.restores {
                        counts.kept += 1;
                        step.undone.kept.push(candidate.kept(table, reason));
                    }
                    continue;
                }
                Fate::Restore(_) => continue,
            }
            handled.push(candidate);
        }
        counts.deleted += self.delete(table, &deleted).await?;
        let ids: Vec<String> = handled.iter().map(|c| c.row_id.clone()).collect();
        let gone: Vec<String> = ids
            .iter()
            .filter(|id| !released.contains(id))
            .cloned()
            .collect();
        self.forget(table, &ids, &gone).await?;
        self.forget_documents(handled.into_iter()).await?;
        let released = self.released(table, &released).await?;
        step.released.insert(table.to_owned(), released);
        Ok(step)
    }

    /// Puts rows back that migration removed.
    pub async fn put_back(&mut self, table: &str, after: &str) -> Result<UndoStep> {
        let after = (after, self.most);
        let batch = lost::next(&mut self.transaction, &self.filter, table, after).await?;
        let mut step = UndoStep {
            next: batch
                .last()
                .and_then(|last| behind(vec![last.row_id.clone()])),
            ..UndoStep::default()
        };
        if batch.is_empty() {
            return Ok(step);
        }
        let columns = self.columns(table).await?;
        let counts = step.undone.tables.entry(table.to_owned()).or_default();
        let mut back = Vec::new();
        let mut images = Vec::new();
        let mut settled = Vec::new();
        let mut handled = Vec::new();
        for row in batch {
            let candidate = row.candidate();
            if row.comes_back {
                if !self.attempt_insert(&columns, row.image).await? {
                    counts.kept += 1;
                    step.undone
                        .kept
                        .push(candidate.kept(table, KeptReason::Blocked));
                    continue;
                }
                counts.restored += 1;
                back.push(row.row_id);
                images.push(row.image);
            } else {
                settled.push(row.row_id);
            }
            handled.push(candidate);
        }
        self.give_back(table, &back, &images).await?;
        self.forget_images(table, &settled, true).await?;
        self.forget_documents(handled.iter()).await?;
        let released = self.released(table, &back).await?;
        step.released.insert(table.to_owned(), released);
        Ok(step)
    }

    async fn candidates(&mut self, table: &str, after: &str) -> Result<Vec<Candidate>> {
        candidates::next(
            &mut self.transaction,
            &self.filter,
            self.options,
            table,
            (after, self.most),
            Lock::Rows,
        )
        .await
    }

    pub(super) async fn columns(&mut self, table: &str) -> Result<LiveColumns> {
        LiveColumns::read(&mut self.transaction, table, self.tables.key(table)).await
    }
}
