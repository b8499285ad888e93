//! What a step does to tables and to the ledger.

use std::collections::HashSet;

use sqlx::AssertSqlSafe;
use sunset_core::Result;
use sunset_core::ports::rollback::Fingerprint;

use super::candidates::Candidate;
use super::columns::LiveColumns;
use super::prove;
use super::steps::Work;
use crate::postgres::fault::{error, is_about_data};
use crate::postgres::identifier::{public_table, quote_identifier};
use crate::postgres::statement::execute;

impl Work {
    pub(super) async fn savepoint(&mut self, statement: &'static str) -> Result<()> {
        execute(&mut self.transaction, statement, "cannot set a savepoint")
            .await
            .map(drop)
    }

    /// Whether it could be done; if not, nothing of it was.
    pub(super) async fn settle(&mut self, outcome: Result<()>) -> Result<bool> {
        match outcome {
            Ok(()) => {
                self.savepoint("RELEASE SAVEPOINT sunset_undo").await?;
                Ok(true)
            }
            Err(fault) if is_about_data(&fault) => {
                self.savepoint("ROLLBACK TO SAVEPOINT sunset_undo").await?;
                Ok(false)
            }
            Err(fault) => Err(fault),
        }
    }

    pub(super) async fn attempt_restore(
        &mut self,
        columns: &LiveColumns,
        images: &[i64],
    ) -> Result<bool> {
        self.savepoint("SAVEPOINT sunset_undo").await?;
        let outcome = columns.restore(&mut self.transaction, images).await;
        self.settle(outcome).await
    }

    pub(super) async fn attempt_insert(
        &mut self,
        columns: &LiveColumns,
        image: i64,
    ) -> Result<bool> {
        self.savepoint("SAVEPOINT sunset_undo").await?;
        let outcome = columns.insert(&mut self.transaction, image).await;
        self.settle(outcome).await
    }

    pub(super) async fn delete(&mut self, table: &str, ids: &[String]) -> Result<u64> {
        if ids.is_empty() {
            return Ok(0);
        }
        let statement = format!(
            "DELETE FROM {} WHERE {} = ANY ($1)",
            public_table(table),
            quote_identifier(self.tables.key(table))
        );
        crate::postgres::query(AssertSqlSafe(statement))
            .bind(ids)
            .execute(&mut *self.transaction)
            .await
            .map(|done| done.rows_affected())
            .map_err(|cause| error(cause, format!("cannot remove rows of {table}")))
    }

    /// The ledger's entries of restored rows become what they were; where all runs are taken
    /// back, there is none.
    pub(super) async fn give_back(
        &mut self,
        table: &str,
        ids: &[String],
        images: &[i64],
    ) -> Result<()> {
        let failed = |cause| error(cause, "cannot bring the ledger up to date");
        self.run("forget_rows", include_str!("forget_rows.sql"), table, ids)
            .await?;
        if self.filter.runs.is_some() && !images.is_empty() {
            for statement in [
                include_str!("entries_of_images.sql"),
                include_str!("links_of_images.sql"),
            ] {
                crate::postgres::query(statement)
                    .bind(images)
                    .execute(&mut *self.transaction)
                    .await
                    .map_err(failed)?;
            }
        }
        self.forget_images(table, ids, true).await
    }

    pub(super) async fn forget_images(
        &mut self,
        table: &str,
        ids: &[String],
        of_runs: bool,
    ) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let runs = self.filter.runs.clone().filter(|_| of_runs);
        crate::postgres::query(include_str!("forget_images.sql"))
            .bind(table)
            .bind(ids)
            .bind(runs)
            .execute(&mut *self.transaction)
            .await
            .map(drop)
            .map_err(|cause| error(cause, "cannot forget images of rows"))
    }

    pub(super) async fn run(
        &mut self,
        what: &str,
        statement: &'static str,
        table: &str,
        ids: &[String],
    ) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        crate::postgres::query(statement)
            .bind(table)
            .bind(ids)
            .execute(&mut *self.transaction)
            .await
            .map(drop)
            .map_err(|cause| {
                error(
                    cause,
                    format!("cannot bring the ledger up to date ({what})"),
                )
            })
    }

    /// Migrating again looks at these documents afresh.
    pub(super) async fn forget_documents<'c>(
        &mut self,
        rows: impl Iterator<Item = &'c Candidate>,
    ) -> Result<()> {
        let documents: HashSet<(&str, &str)> = rows
            .map(|row| (row.collection.as_str(), row.document_id.as_str()))
            .collect();
        if documents.is_empty() {
            return Ok(());
        }
        let (collections, ids): (Vec<&str>, Vec<&str>) = documents.into_iter().unzip();
        crate::postgres::query(include_str!("take_back_items.sql"))
            .bind(&collections)
            .bind(&ids)
            .bind(self.run)
            .execute(&mut *self.transaction)
            .await
            .map_err(|cause| error(cause, "cannot forget documents"))?;
        for statement in [
            include_str!("../rows/forget_warnings.sql"),
            include_str!("forget_quarantine.sql"),
            include_str!("../rows/forget_conflicts.sql"),
        ] {
            crate::postgres::query(statement)
                .bind(&collections)
                .bind(&ids)
                .execute(&mut *self.transaction)
                .await
                .map_err(|cause| error(cause, "cannot forget documents"))?;
        }
        Ok(())
    }

    /// The fingerprint of those of `ids` that the scope covers no longer.
    pub(super) async fn released(&mut self, table: &str, ids: &[String]) -> Result<Fingerprint> {
        if ids.is_empty() {
            return Ok(Fingerprint::default());
        }
        let key = self.tables.key(table).to_owned();
        prove::others(&mut self.transaction, &self.filter, table, &key, Some(ids)).await
    }
}
