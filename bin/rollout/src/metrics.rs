//! What both versions did, from the database.

use sqlx::{AssertSqlSafe, Row as _};
use sunset_core::{Error, ErrorKind, Result};
use sunset_rollout::watch::Measured;
use sunset_targets::postgres::{Database, error, query};

/// Reads numbers by a SELECT.
#[derive(Debug, Clone)]
pub struct SqlMetrics {
    database: Database,
    statement: String,
}

/// What a statement gave: v2, and v1 where it has a row.
pub struct Versions {
    pub v2: Measured,
    pub v1: Option<Measured>,
}

impl SqlMetrics {
    /// By the schedule's own SELECT, or over `voice_agent_calls`.
    pub fn new(database: Database, own: Option<&str>) -> Self {
        let inner = own.unwrap_or(include_str!("metrics/calls.sql"));
        let inner = inner.trim().trim_end_matches(';');
        Self {
            database,
            statement: include_str!("metrics/shape.sql").replace("{query}", inner),
        }
    }

    /// The last `seconds`.
    pub async fn read(&self, seconds: f64) -> Result<Versions> {
        let failed = |cause| {
            let fault = error(cause, "the SELECT of the gates failed");
            Error::new(ErrorKind::Configuration, fault.what())
                .remedy("check `query` under [gates.sql]")
                .cause(fault)
        };
        // Read-only: whatever the schedule's SELECT calls, it changes nothing.
        let mut transaction = self.database.begin_reading().await?;
        let rows = query(AssertSqlSafe(self.statement.clone()))
            .bind(seconds)
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?;
        let mut versions = Versions {
            v2: Measured {
                seconds,
                ..Measured::default()
            },
            v1: None,
        };
        for row in &rows {
            let measured = || -> sqlx::Result<Measured> {
                Ok(Measured {
                    requests: row.try_get("requests")?,
                    errors: row.try_get("errors")?,
                    received: row.try_get("received")?,
                    processed: row.try_get("processed")?,
                    p95_ms: row.try_get("p95_ms")?,
                    seconds,
                })
            };
            let measured = measured().map_err(failed)?;
            match row.try_get::<&str, _>("version").map_err(failed)? {
                "v2" => versions.v2 = measured,
                "v1" => versions.v1 = Some(measured),
                _ => {}
            }
        }
        Ok(versions)
    }
}
