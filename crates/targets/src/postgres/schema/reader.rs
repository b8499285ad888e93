//! Reading the schema that a database has.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::ports::schema::{FoundRows, IndexWork, SchemaReader};
use sunset_core::schema::live::LiveSchema;
use sunset_core::schema::name::{qualified, quote_identifier};
use sunset_core::{Error, ErrorKind, Result};

use super::locks::in_use;
use super::path::plain_path;
use crate::postgres::connection::Database;
use crate::postgres::fault::{amid_changes, error};

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

/// Who looks waits for whoever has locked a table for itself (a rewrite, VACUUM FULL); who is kept
/// waiting longer wants to know by whom.
const PATIENCE: &str = "SET LOCAL lock_timeout = '20s'";

/// The oldest server that this is tried on, as `server_version_num`.
const OLDEST: i32 = 140_000;

impl LiveReader {
    fn is_known(&self) -> Result<()> {
        let version = self.database.server_version();
        if version >= OLDEST {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Refused,
            format!(
                "this server is PostgreSQL {}.{}, and {} is the oldest that is supported",
                version / 10_000,
                version % 10_000,
                OLDEST / 10_000
            ),
        )
        .remedy("bring the database to a newer server (pg_upgrade, or pg_dump and psql), and set DATABASE_URL to it"))
    }

    async fn looked(&self, namespace: &str, tables: Option<&[String]>) -> Result<LiveSchema> {
        let failed = |cause| amid_changes(cause, "cannot read the database's schema");
        self.is_known()?;
        let mut transaction = self.begin().await?;
        plain_path(&mut transaction).await?;
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

    async fn found(&self, violators: &str) -> Result<FoundRows> {
        let mut transaction = self.begin().await?;
        let found = find(&mut transaction, violators).await?;
        end(transaction).await?;
        Ok(found)
    }

    async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        let mut transaction = self.database.begin_reading().await?;
        sqlx::raw_sql(PATIENCE)
            .execute(&mut *transaction)
            .await
            .map_err(|cause| error(cause, "cannot set lock_timeout"))?;
        Ok(transaction)
    }
}

#[async_trait]
impl SchemaReader for LiveReader {
    async fn read(&self, namespace: &str, tables: Option<&[String]>) -> Result<LiveSchema> {
        // Looking is repeated where the connection broke; whoever is in the way is named at once.
        let look = || async {
            match self.looked(namespace, tables).await {
                Err(fault) if fault.kind() != ErrorKind::Unreachable => Ok(Err(fault)),
                looked => looked.map(Ok),
            }
        };
        match self.database.steadily(look).await? {
            Err(fault) => Err(in_use(&self.database, fault, namespace, Vec::new()).await),
            Ok(live) => Ok(live),
        }
    }

    async fn find(&self, violators: &str) -> Result<FoundRows> {
        self.database.steadily(|| self.found(violators)).await
    }

    async fn index_work(&self, index: &str) -> Result<Option<IndexWork>> {
        let failed = |cause| error(cause, "cannot ask how far an index is");
        let look = || async {
            let mut transaction = self.database.begin_reading().await?;
            let row = crate::postgres::query(include_str!("index_work.sql"))
                .bind(quote_identifier(index))
                .fetch_optional(&mut *transaction)
                .await
                .map_err(failed)?;
            end(transaction).await?;
            let Some(row) = row else { return Ok(None) };
            let count = |name: &str| {
                let count: i64 = row.try_get(name).map_err(failed)?;
                Ok(u64::try_from(count).unwrap_or_default())
            };
            Ok(Some(IndexWork {
                phase: row.try_get("phase").map_err(failed)?,
                done: count("done")?,
                total: count("total")?,
                waits_for: row.try_get("waits_for").map_err(failed)?,
            }))
        };
        self.database.steadily(look).await
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

/// The rows that a SELECT of one text column, `item`, gives.
pub(super) async fn find(
    transaction: &mut Transaction<'_, Postgres>,
    violators: &str,
) -> Result<FoundRows> {
    let failed = |cause| amid_changes(cause, "cannot look for rows that stand in the way");
    let sql = format!(include_str!("find.sql"), violators = violators, limit = 20);
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
