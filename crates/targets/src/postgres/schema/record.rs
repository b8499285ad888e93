//! The record of steps that changed the schema.

use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::schema::steps::Step;
use sunset_core::schema::undo::RecordedStep;
use sunset_core::{Error, ErrorKind, Result};

use super::reader::end;
use crate::postgres::fault::error;
use crate::postgres::ledger::Ledger;

impl Ledger {
    /// Schema steps that are not undone, the last one first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn schema_steps(&self) -> Result<Vec<RecordedStep>> {
        self.steps_of(None).await
    }

    /// Those among them that runs of one plan did.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn schema_steps_of(&self, plan: &str) -> Result<Vec<RecordedStep>> {
        self.steps_of(Some(plan)).await
    }

    async fn steps_of(&self, plan: Option<&str>) -> Result<Vec<RecordedStep>> {
        let look = || async {
            let mut transaction = self.database().begin_reading().await?;
            let steps = recorded(&mut transaction, plan).await?;
            end(transaction).await?;
            Ok(steps)
        };
        self.database().steadily(look).await
    }

    /// The statements of those steps, in the order in which they ran.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn schema_statements_of(&self, plan: &str) -> Result<Vec<String>> {
        let failed = |cause| error(cause, "cannot read the recorded steps");
        let look = || async {
            let mut transaction = self.database().begin_reading().await?;
            let statements = crate::postgres::query_scalar(include_str!("statements_of_plan.sql"))
                .bind(plan)
                .fetch_all(&mut *transaction)
                .await
                .map_err(failed)?;
            end(transaction).await?;
            Ok(statements)
        };
        self.database().steadily(look).await
    }
}

pub(super) async fn record(
    transaction: &mut Transaction<'_, Postgres>,
    run: i64,
    namespace: &str,
    step: &Step,
    state: &str,
) -> Result<i64> {
    let failed = |cause| error(cause, "cannot record a step");
    let json = |cause| Error::new(ErrorKind::Internal, "cannot record a step").cause(cause);
    let effect = serde_json::to_string(&step.effect).map_err(json)?;
    let stage = serde_json::to_value(step.stage).map_err(json)?;
    crate::postgres::query(include_str!("record.sql"))
        .bind(run)
        .bind(namespace)
        .bind(&step.title)
        .bind(stage.as_str().unwrap_or_default())
        .bind(effect)
        .bind(&step.sql)
        .bind(&step.inverse)
        .bind(state)
        .fetch_one(&mut **transaction)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(failed)
}

pub(super) async fn recorded(
    transaction: &mut Transaction<'_, Postgres>,
    plan: Option<&str>,
) -> Result<Vec<RecordedStep>> {
    let failed = |cause| error(cause, "cannot read the recorded steps");
    let rows = crate::postgres::query(include_str!("recorded.sql"))
        .bind(plan)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    let unreadable = |cause| {
        Error::new(
            ErrorKind::Internal,
            "a recorded step has a form that this version does not know",
        )
        .cause(cause)
    };
    rows.iter()
        .map(|row| {
            let stage: String = row.try_get("stage").map_err(failed)?;
            let effect: String = row.try_get("effect").map_err(failed)?;
            Ok(RecordedStep {
                id: row.try_get("id").map_err(failed)?,
                run: row.try_get("run").map_err(failed)?,
                program: row.try_get("program").map_err(failed)?,
                namespace: row.try_get("namespace").map_err(failed)?,
                title: row.try_get("title").map_err(failed)?,
                stage: serde_json::from_value(stage.into()).map_err(unreadable)?,
                inverse: row.try_get("inverse").map_err(failed)?,
                effect: serde_json::from_str(&effect).map_err(unreadable)?,
                done: row.try_get("done").map_err(failed)?,
            })
        })
        .collect()
}

pub(super) async fn mark_done(
    transaction: &mut Transaction<'_, Postgres>,
    step: i64,
) -> Result<()> {
    crate::postgres::query("UPDATE sunset.schema_steps SET state = 'done' WHERE id = $1")
        .bind(step)
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, "cannot record that a step is done"))
}

pub(super) async fn mark_undone(
    transaction: &mut Transaction<'_, Postgres>,
    step: i64,
) -> Result<()> {
    crate::postgres::query("UPDATE sunset.schema_steps SET state = 'undone', undone_at = clock_timestamp() WHERE id = $1")
        .bind(step)
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, "cannot record that a step is undone"))
}
