//! Taking changes back: the cells of before, where the row still holds what the plan had set.

use std::collections::HashSet;

use async_trait::async_trait;
use serde_json::Value as JsonValue;
use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::ports::in_place::{
    ChangePlanner, ChangeScope, ChangeSet, ChangeUndoer, KeptCell, TakenBack,
};
use sunset_core::schema::name::qualified;

use super::change::Change;
use super::unsigned;
use crate::postgres::connection::Database;
use crate::postgres::fault::error;
use crate::postgres::ledger::Ledger;
use crate::postgres::runs::{ActiveRun, Lease, audit};
use crate::postgres::triggers::{Triggers, Writing};

pub(super) const WHAT: &str = "cannot take a change back";

/// Shows what the ledger knows of changes.
#[derive(Debug, Clone)]
pub struct ChangeBook {
    database: Database,
}

/// Takes changes back within one run.
#[derive(Clone)]
pub struct ChangeUndo {
    lease: Lease,
}

impl Ledger {
    /// What plans changed in place.
    pub fn changes(&self) -> ChangeBook {
        ChangeBook {
            database: self.database().clone(),
        }
    }
}

impl ActiveRun {
    /// Takes changes in place back, within this run.
    pub fn undo_changes(&self) -> ChangeUndo {
        ChangeUndo {
            lease: self.lease().clone(),
        }
    }
}

#[async_trait]
impl ChangePlanner for ChangeBook {
    async fn sets(
        &self,
        scope: &ChangeScope,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ChangeSet>> {
        let failed = |cause| error(cause, "cannot read the ledger's changes");
        let look = || async {
            let mut transaction = self.database.begin_reading().await?;
            let rows = crate::postgres::query(include_str!("sets.sql"))
                .bind(&scope.plan)
                .bind(scope.run)
                .bind(before)
                .bind(i64::from(limit))
                .fetch_all(&mut *transaction)
                .await
                .map_err(failed)?;
            transaction.rollback().await.map_err(failed)?;
            rows.iter()
                .map(|row| {
                    Ok(ChangeSet {
                        id: row.try_get("id")?,
                        step: row.try_get("step")?,
                        namespace: row.try_get("namespace")?,
                        table: row.try_get("table_name")?,
                        rows: unsigned(row.try_get("rows")?),
                    })
                })
                .collect::<sqlx::Result<_>>()
                .map_err(failed)
        };
        self.database.steadily(look).await
    }

    async fn would_take_back(&self, scope: &ChangeScope, set: &ChangeSet) -> Result<TakenBack> {
        let look = || async {
            let mut transaction = self.database.begin_reading().await?;
            let Some(change) = Change::read(&mut transaction, scope, set).await? else {
                return Ok(TakenBack::default());
            };
            let taken = change.look(&mut transaction, scope, None).await?;
            transaction
                .rollback()
                .await
                .map_err(|cause| error(cause, WHAT))?;
            Ok(taken)
        };
        self.database.steadily(look).await
    }
}

/// Restores a set with the triggers out of the way that would change its rows once more, and gives
/// the keys of what was written, and those rows that are not as they were all the same.
async fn give_back(
    transaction: &mut Transaction<'_, Postgres>,
    change: &Change,
    (scope, set): (&ChangeScope, &ChangeSet),
) -> Result<(HashSet<String>, Vec<KeptCell>)> {
    if change.made {
        return Ok((change.restore(transaction, scope).await?, Vec::new()));
    }
    let relation = qualified(&set.namespace, &set.table);
    let triggers = Triggers::switch_off(transaction, &relation, Writing::Update).await?;
    let done = change.restore(transaction, scope).await?;
    let mut hindered = Vec::new();
    if triggers.may_interfere() {
        triggers.switch_on(transaction).await?;
        hindered = change.otherwise(transaction, &done).await?;
    }
    Ok((done, hindered))
}

#[async_trait]
impl ChangeUndoer for ChangeUndo {
    async fn take_back(&self, scope: &ChangeScope, set: &ChangeSet) -> Result<TakenBack> {
        let failed = |cause| error(cause, WHAT);
        let mut transaction = self.lease.begin().await?;
        sqlx::raw_sql("SET LOCAL lock_timeout = '300ms'")
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        let Some(change) = Change::read(&mut transaction, scope, set).await? else {
            return Ok(TakenBack::default());
        };
        if change.rows == 0 && change.only.is_some() {
            return Ok(TakenBack::default());
        }
        let (done, hindered) = give_back(&mut transaction, &change, (scope, set)).await?;
        let mut taken = TakenBack::default();
        if (done.len() as u64) < change.rows {
            taken = change.look(&mut transaction, scope, Some(&done)).await?;
        }
        if change.made {
            taken.deleted = done.len() as u64;
        } else {
            let otherwise: HashSet<&str> = hindered.iter().map(|kept| kept.key.as_str()).collect();
            taken.restored = done
                .into_iter()
                .filter(|key| !otherwise.contains(key.as_str()))
                .collect();
        }
        taken.kept.extend(hindered);
        let kept: Vec<&str> = taken.kept.iter().map(|kept| kept.key.as_str()).collect();
        crate::postgres::query(include_str!("forget_set.sql"))
            .bind(set.id)
            .bind(&kept)
            .bind(&change.only)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        crate::postgres::query("DELETE FROM sunset.changes WHERE id = $1 AND keys = '{}'")
            .bind(set.id)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(taken)
    }

    async fn settle(&self, scope: &ChangeScope, sums: &JsonValue) -> Result<()> {
        let failed = |cause| error(cause, "cannot record the end of the rollback");
        let mut transaction = self.lease.begin().await?;
        for sql in [
            include_str!("forget_warnings.sql"),
            include_str!("forget_quarantine.sql"),
            include_str!("close_runs.sql"),
        ] {
            crate::postgres::query(sql)
                .bind(&scope.plan)
                .bind(scope.run)
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        audit(&mut transaction, self.lease.run, "rollback", sums).await?;
        transaction.commit().await.map_err(failed)
    }
}
