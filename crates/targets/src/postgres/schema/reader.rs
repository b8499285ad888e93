//! Reading the schema that a database has.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::ports::schema::{FoundRows, SchemaReader};
use sunset_core::schema::live::LiveSchema;
use sunset_core::schema::name::qualified;
use sunset_core::{Error, ErrorKind, Result};

use crate::postgres::connection::Database;
use crate::postgres::fault::error;

/// Reads the schema of a database. Nothing it does can write.
#[derive(Debug, Clone)]
pub struct LiveReader {
    database: Database,
}

impl LiveReader {
    /// Of this database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl SchemaReader for LiveReader {
    async fn read(&self, namespace: &str, tables: Option<&[String]>) -> Result<LiveSchema> {
        let failed = |cause| error(cause, "cannot read the database's schema");
        let mut transaction = self.database.begin_reading().await?;
        empty_search_path(&mut transaction).await?;
        let row = crate::postgres::query(include_str!("read.sql"))
            .bind(namespace)
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
        let text: String = row.try_get("document").map_err(failed)?;
        let mut live: LiveSchema = serde_json::from_str(&text).map_err(|cause| {
            Error::new(
                ErrorKind::Internal,
                "the database's schema has a form that this version does not know",
            )
            .cause(cause)
        })?;
        for table in live.tables.iter_mut().filter(|table| table.is_table()) {
            // Looking waits for whoever has locked the table; what is of no concern is not asked.
            if tables.is_some_and(|tables| !tables.contains(&table.name)) {
                table.has_rows = true;
            }
            if table.has_rows {
                continue;
            }
            let sql = format!(
                "SELECT EXISTS (SELECT 1 FROM {})",
                qualified(namespace, &table.name)
            );
            table.has_rows = crate::postgres::query(AssertSqlSafe(sql))
                .fetch_one(&mut *transaction)
                .await
                .and_then(|row| row.try_get(0))
                .map_err(failed)?;
        }
        end(transaction).await?;
        Ok(live)
    }

    async fn find(&self, violators: &str) -> Result<FoundRows> {
        let mut transaction = self.database.begin_reading().await?;
        let found = find(&mut transaction, violators).await?;
        end(transaction).await?;
        Ok(found)
    }
}

/// Ends a transaction that only looked. Left to be dropped, it would end a moment later, and its
/// locks on what it read would be in the way of the step that comes next.
pub(super) async fn end(transaction: Transaction<'_, Postgres>) -> Result<()> {
    transaction
        .rollback()
        .await
        .map_err(|cause| error(cause, "cannot end a look at the database"))
}

/// Types and expressions print qualified, and no name is looked up along a role's path.
pub(super) async fn empty_search_path(transaction: &mut Transaction<'_, Postgres>) -> Result<()> {
    sqlx::raw_sql("SET LOCAL search_path = ''")
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, "cannot set search_path"))
}

/// The rows that a SELECT of one text column, `item`, gives.
pub(super) async fn find(
    transaction: &mut Transaction<'_, Postgres>,
    violators: &str,
) -> Result<FoundRows> {
    let failed = |cause| error(cause, "cannot look for rows that stand in the way");
    let sql = format!(include_str!("find.sql"), violators = violators);
    let row = crate::postgres::query(AssertSqlSafe(sql))
        .fetch_one(&mut **transaction)
        .await
        .map_err(failed)?;
    let count: i64 = row.try_get("count").map_err(failed)?;
    Ok(FoundRows {
        count: u64::try_from(count).unwrap_or_default(),
        sample: row.try_get("sample").map_err(failed)?,
    })
}
