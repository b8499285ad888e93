//! What a rollback covers, in SQL.

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{Postgres, Transaction};
use sunset_core::ports::rollback::Scope;
use sunset_core::ports::runs::RunId;
use sunset_core::{Error, ErrorKind, Result};

use crate::postgres::fault::error;

/// A scope with the attempts of its run. Statements take it as `$1` to `$4`.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    pub runs: Option<Vec<RunId>>,
    pub scope: Scope,
}

pub(super) const ROWS: &str = include_str!("in_scope_rows.sql");
pub(super) const LINKS: &str = include_str!("in_scope_links.sql");
pub(super) const IMAGES: &str = include_str!("in_scope_images.sql");

/// That no run has this number.
pub(super) fn unknown(run: RunId) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!("the ledger knows no run {run}"),
    )
    .remedy("rollback --list-runs shows the runs of this database")
}

impl Filter {
    /// Looks the run's attempts up.
    pub async fn read(transaction: &mut Transaction<'_, Postgres>, scope: &Scope) -> Result<Self> {
        let failed = |cause| error(cause, "cannot read the runs");
        let runs = match scope.run {
            None => None,
            Some(run) => {
                let attempts = crate::postgres::query_scalar(include_str!("attempts.sql"));
                let runs: Vec<RunId> = attempts
                    .bind(run)
                    .fetch_all(&mut **transaction)
                    .await
                    .map_err(failed)?;
                if runs.is_empty() {
                    return Err(unknown(run));
                }
                Some(runs)
            }
        };
        Ok(Self {
            runs,
            scope: scope.clone(),
        })
    }

    /// Binds `$1` to `$4`.
    pub fn bind<'q>(
        &self,
        query: Query<'q, Postgres, PgArguments>,
    ) -> Query<'q, Postgres, PgArguments> {
        query
            .bind(self.runs.clone())
            .bind(self.scope.collection.clone())
            .bind(self.scope.id.clone())
            .bind(self.scope.audio_urls_only)
    }
}
