//! Flags in PostgreSQL, read through the application's own pool.

use async_trait::async_trait;
use serde_json::Value as JsonValue;
use sqlx::{PgPool, Postgres, Row as _, Transaction};
use sunset_core::{Error, ErrorKind, Result};

use crate::client::FlagSource;
use crate::decision::{Flag, overrides_of_column};
use crate::percentage::Percentage;

/// Reads `public.feature_flags`.
#[derive(Debug, Clone)]
pub struct PostgresFlags {
    pool: PgPool,
}

impl PostgresFlags {
    /// Over a pool of the application.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl FlagSource for PostgresFlags {
    async fn read(&self, name: &str) -> Result<Option<Flag>> {
        let failed = |cause: sqlx::Error| {
            Error::new(ErrorKind::Unreachable, "cannot read the flag")
                .item(name)
                .cause(cause)
                .remedy("check the database; run `rollout init` if it has no table feature_flags")
        };
        let mut transaction = self.pool.begin().await.map_err(failed)?;
        read(&mut transaction, name).await.map_err(failed)
    }
}

/// Reads a flag within a transaction (a statement outside of one goes wrong in silence behind a
/// pooler in transaction mode).
///
/// # Errors
/// Those of the database.
pub async fn read(
    transaction: &mut Transaction<'_, Postgres>,
    name: &str,
) -> sqlx::Result<Option<Flag>> {
    let row = sqlx::query(include_str!("postgres/read.sql"))
        .persistent(false)
        .bind(name)
        .fetch_optional(&mut **transaction)
        .await?;
    row.map(|row| {
        let overrides: JsonValue =
            serde_json::from_str(row.try_get("tenant_overrides")?).unwrap_or_default();
        Ok(Flag {
            name: name.to_owned(),
            enabled: row.try_get("enabled")?,
            percentage: Percentage::of_column(row.try_get("rollout_percentage")?),
            overrides: overrides_of_column(&overrides),
        })
    })
    .transpose()
}
