//! The application's triggers, where rows are to become exactly what they were.

use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::Result;

use super::fault::error;
use super::statement::execute;

const WHAT: &str = "cannot switch a trigger off and on again";

/// How rows are given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    /// They are changed.
    Update,
    /// They are changed, and those that are gone are inserted.
    UpdateAndInsert,
}

impl Writing {
    /// The bits of `pg_trigger.tgtype`: 4 for INSERT, 16 for UPDATE.
    fn bits(self) -> i16 {
        match self {
            Self::Update => 16,
            Self::UpdateAndInsert => 20,
        }
    }
}

/// Triggers of a table that are switched off within a transaction. Its end without
/// [`Triggers::switch_on`] and a commit leaves them as they were.
#[must_use]
pub(super) struct Triggers {
    again: Vec<String>,
    interfering: bool,
}

impl Triggers {
    /// Switches off the triggers that would change rows on their way back, before each row is
    /// written. Nobody else writes to the table until the transaction ends, where there are any.
    /// What this role may not switch off, because the table is another's, runs.
    pub async fn switch_off(
        transaction: &mut Transaction<'_, Postgres>,
        relation: &str,
        writing: Writing,
    ) -> Result<Self> {
        let failed = |cause| error(cause, WHAT);
        let rows = super::query(include_str!("triggers/of_rows.sql"))
            .bind(relation)
            .bind(writing.bits())
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
        let mut triggers = Self {
            again: Vec::new(),
            interfering: !rows.is_empty(),
        };
        for row in &rows {
            if row.try_get("changeable").map_err(failed)? {
                let away: String = row.try_get("away").map_err(failed)?;
                execute(transaction, away, WHAT).await?;
                triggers.again.push(row.try_get("again").map_err(failed)?);
            }
        }
        Ok(triggers)
    }

    /// Whether the table has triggers or rules, so that what was written may not be what stands
    /// there.
    pub fn may_interfere(&self) -> bool {
        self.interfering
    }

    /// Switches them on again, as they were. What waits for the end of the transaction is done
    /// before.
    pub async fn switch_on(self, transaction: &mut Transaction<'_, Postgres>) -> Result<()> {
        execute(transaction, "SET CONSTRAINTS ALL IMMEDIATE", WHAT).await?;
        for statement in self.again {
            execute(transaction, statement, WHAT).await?;
        }
        Ok(())
    }
}
