//! Changing rows within a run.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Postgres, Transaction};
use sunset_core::plans::in_place::{Merge, Noted, RowUpdate, SetUpdate, TableFacts};
use sunset_core::ports::in_place::{Changed, Contents, InPlaceWriter, Portion, RowBatch};
use sunset_core::ports::runs::RunId;
use sunset_core::{Error, ErrorKind, Result};

use super::reader::{changed, merged};
use super::{bound, row_batch, statements};
use crate::postgres::batches::{self, Size};
use crate::postgres::contents;
use crate::postgres::fault::{error, located};
use crate::postgres::runs::{ActiveRun, Lease};

/// Changes rows within one run.
#[derive(Clone)]
pub struct InPlaceStore {
    lease: Lease,
}

impl ActiveRun {
    /// The writer of changes in place of this run.
    pub fn in_place(&self) -> InPlaceStore {
        InPlaceStore {
            lease: self.lease().clone(),
        }
    }
}

impl InPlaceStore {
    /// A transaction that waits for nobody for long: what it has locked, others wait for. Rows
    /// are found where they stand, which a join over the whole table would not be.
    async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        let mut transaction = self.lease.begin().await?;
        sqlx::raw_sql(include_str!("batch_settings.sql"))
            .execute(&mut *transaction)
            .await
            .map_err(|cause| error(cause, "cannot prepare a batch"))?;
        Ok(transaction)
    }
}

/// Books the time of a batch that came to something, and commits.
async fn booked(
    mut transaction: Transaction<'_, Postgres>,
    run: RunId,
    step: &str,
    size: Size,
    what: &str,
) -> Result<()> {
    if size != Size::default() {
        batches::book(&mut transaction, run, step, size).await?;
    }
    commit(transaction, what).await
}

async fn commit(transaction: Transaction<'_, Postgres>, what: &str) -> Result<()> {
    transaction
        .commit()
        .await
        .map_err(|cause| error(cause, what))
}

#[async_trait]
impl InPlaceWriter for InPlaceStore {
    async fn set(
        &self,
        step: &str,
        facts: &TableFacts,
        update: &SetUpdate,
        portion: Portion,
    ) -> Result<Changed> {
        let what = format!("cannot change rows of {}", facts.table);
        let failed = |cause| error(cause, what.clone());
        let mut transaction = self.begin().await?;
        if let Some(patience) = portion.patience {
            let limit = format!("SET LOCAL statement_timeout = {}", patience.as_millis());
            sqlx::raw_sql(AssertSqlSafe(limit))
                .execute(&mut *transaction)
                .await
                .map_err(|cause| error(cause, "cannot prepare a batch"))?;
        }
        let sql = statements::set(facts, update, portion);
        let rows = bound(&sql, &update.binds)
            .bind(self.lease.run)
            .bind(step)
            .fetch_all(&mut *transaction)
            .await
            .map_err(|cause| located(cause, what.clone(), &sql))?;
        let changed = changed(&rows).map_err(failed)?;
        let size = Size {
            items: changed.rows,
            written: changed.rows,
        };
        booked(transaction, self.lease.run, step, size, &what).await?;
        Ok(changed)
    }

    async fn change(
        &self,
        step: &str,
        facts: &TableFacts,
        update: &RowUpdate,
        after: Option<&str>,
        limit: u32,
    ) -> Result<RowBatch> {
        let what = format!("cannot change rows of {}", facts.table);
        let mut transaction = self.begin().await?;
        let decided =
            row_batch::decide(&mut transaction, facts, update, (after, limit), true).await?;
        let changed = row_batch::write(
            &mut transaction,
            facts,
            update,
            &decided,
            self.lease.run,
            step,
        )
        .await?;
        let mut batch = decided.into_batch(false);
        let size = Size {
            items: batch.seen,
            written: changed.rows,
        };
        booked(transaction, self.lease.run, step, size, &what).await?;
        batch.changed = changed;
        Ok(batch)
    }

    async fn merge(&self, step: &str, facts: &TableFacts, merge: &Merge) -> Result<Changed> {
        let what = format!("cannot write rows of {}", facts.table);
        let failed = |cause| error(cause, what.clone());
        let mut transaction = self.lease.begin().await?;
        let sql = statements::merge(facts, merge);
        let row = bound(&sql, &merge.query.binds)
            .bind(self.lease.run)
            .bind(step)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(|cause| located(cause, what.clone(), &sql))?
            .ok_or_else(|| Error::new(ErrorKind::Internal, what.clone()))?;
        let changed = merged(&row).map_err(failed)?;
        let size = Size {
            items: changed.rows,
            written: changed.rows,
        };
        booked(transaction, self.lease.run, step, size, &what).await?;
        Ok(changed)
    }

    async fn keep(&self, plan: &str, namespace: &str, table: &str) -> Result<Contents> {
        let what = format!("cannot record what {table} holds");
        let failed = |cause| error(cause, what.clone());
        let mut transaction = self.lease.begin().await?;
        let found = contents::contents(&mut transaction, namespace, table, &[]).await?;
        crate::postgres::query(include_str!("../contents/record.sql"))
            .bind(plan)
            .bind(namespace)
            .bind(table)
            .bind(&found.columns)
            .bind(i64::try_from(found.rows).unwrap_or(i64::MAX))
            .bind(&found.digest)
            .bind(&found.snapshot)
            .bind(self.lease.run)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        commit(transaction, &what).await?;
        Ok(found)
    }

    async fn note(&self, facts: &TableFacts, update: &SetUpdate, noted: &Noted) -> Result<()> {
        let what = "cannot record warnings";
        let mut transaction = self.lease.begin().await?;
        let sql = statements::record_noted(facts, update, noted);
        bound(&sql, &update.binds)
            .bind(&noted.code)
            .bind(self.lease.run)
            .execute(&mut *transaction)
            .await
            .map_err(|cause| located(cause, what, &sql))?;
        commit(transaction, what).await
    }
}
