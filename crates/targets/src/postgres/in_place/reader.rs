//! Looking at rows that a plan would change. Nothing here can write.

use std::collections::BTreeMap;

use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::plans::in_place::{
    BackupComparison, Merge, Noted, RowUpdate, SetUpdate, SqlText, TableFacts,
};
use sunset_core::ports::in_place::{
    Changed, Contents, InPlaceReader, KeptTable, RowBatch, RowsSince, TableSize,
};
use sunset_core::ports::schema::FoundRows;

use super::{bound, row_batch, statements, unsigned};
use crate::postgres::backups;
use crate::postgres::connection::Database;
use crate::postgres::contents;
use crate::postgres::fault::{error, located};

/// From this version on the server reads a part of a table by its blocks without reading the rest.
const READS_BY_BLOCKS: i32 = 140_000;

/// Rows that a question found are named up to this number, and all counted.
const NAMED: usize = 1_000;

/// Looks at the rows of one database.
#[derive(Debug, Clone)]
pub struct InPlaceLook {
    database: Database,
}

impl InPlaceLook {
    /// Of this database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    async fn rows(&self, sql: String, binds: &[String], what: &str) -> Result<Vec<PgRow>> {
        let look = || async {
            let mut transaction = self.database.begin_reading().await?;
            let rows = bound(&sql, binds)
                .fetch_all(&mut *transaction)
                .await
                .map_err(|cause| located(cause, what, &sql))?;
            end(transaction, what).await?;
            Ok(rows)
        };
        self.database.steadily(look).await
    }
}

/// Ends a transaction that only looked, now and not some time later.
async fn end(transaction: Transaction<'_, Postgres>, what: &str) -> Result<()> {
    transaction
        .rollback()
        .await
        .map_err(|cause| error(cause, what))
}

/// Of rows of `value` and `rows`.
pub(super) fn changed(rows: &[PgRow]) -> sqlx::Result<Changed> {
    let mut values: BTreeMap<String, u64> = BTreeMap::new();
    for row in rows {
        *values.entry(row.try_get("value")?).or_default() += unsigned(row.try_get("rows")?);
    }
    Ok(Changed {
        rows: values.values().sum(),
        inserted: 0,
        values,
    })
}

/// Of one row of `rows` and `inserted`.
pub(super) fn merged(row: &PgRow) -> sqlx::Result<Changed> {
    Ok(Changed {
        rows: unsigned(row.try_get("rows")?),
        inserted: unsigned(row.try_get("inserted")?),
        values: BTreeMap::new(),
    })
}

#[async_trait]
impl InPlaceReader for InPlaceLook {
    async fn would_set(&self, facts: &TableFacts, update: &SetUpdate) -> Result<Changed> {
        let what = "cannot count what would be changed";
        let sql = statements::would_set(facts, update);
        let rows = self.rows(sql, &update.binds, what).await?;
        changed(&rows).map_err(|cause| error(cause, what))
    }

    async fn to_set(&self, facts: &TableFacts, update: &SetUpdate) -> Result<FoundRows> {
        self.find(&SqlText {
            sql: statements::to_set(facts, update),
            binds: update.binds.clone(),
        })
        .await
    }

    async fn would_change(
        &self,
        facts: &TableFacts,
        update: &RowUpdate,
        after: Option<&str>,
        limit: u32,
    ) -> Result<RowBatch> {
        let look = || async {
            let mut transaction = self.database.begin_reading().await?;
            let decided =
                row_batch::decide(&mut transaction, facts, update, (after, limit), false).await?;
            end(transaction, "cannot end a look at the database").await?;
            Ok(decided.into_batch(true))
        };
        self.database.steadily(look).await
    }

    async fn would_merge(&self, facts: &TableFacts, merge: &Merge) -> Result<Changed> {
        let what = "cannot count what would be written";
        let sql = statements::would_merge(facts, merge);
        let rows = self.rows(sql, &merge.query.binds, what).await?;
        rows.first()
            .map_or_else(|| Ok(Changed::default()), merged)
            .map_err(|cause| error(cause, what))
    }

    async fn left_alone(&self, facts: &TableFacts, update: &SetUpdate) -> Result<u64> {
        if facts.unless_true.is_empty() {
            return Ok(0);
        }
        self.number(&SqlText {
            sql: statements::left_alone(facts, update),
            binds: update.binds.clone(),
        })
        .await
    }

    async fn noted(
        &self,
        facts: &TableFacts,
        update: &SetUpdate,
        noted: &Noted,
    ) -> Result<FoundRows> {
        self.find(&SqlText {
            sql: statements::noted(facts, noted),
            binds: update.binds.clone(),
        })
        .await
    }

    async fn rows_of(&self, facts: &TableFacts, update: &RowUpdate) -> Result<u64> {
        self.number(&SqlText {
            sql: statements::count_considered(facts, &update.rows),
            binds: update.binds.clone(),
        })
        .await
    }

    async fn differs_from_backup(
        &self,
        namespace: &str,
        comparison: &BackupComparison,
    ) -> Result<Option<FoundRows>> {
        match backups::comparison(&self.database, namespace, comparison).await? {
            Some(query) => self.find(&query).await.map(Some),
            None => Ok(None),
        }
    }

    async fn size(&self, facts: &TableFacts) -> Result<TableSize> {
        let what = "cannot ask how large a table is";
        let failed = |cause| error(cause, what);
        let look = || async {
            let mut transaction = self.database.begin_reading().await?;
            let row = crate::postgres::query(include_str!("size.sql"))
                .bind(statements::relation(facts))
                .fetch_one(&mut *transaction)
                .await
                .map_err(failed)?;
            end(transaction, what).await?;
            let blocks = unsigned(row.try_get("blocks").map_err(failed)?);
            Ok(TableSize {
                blocks: if self.database.server_version() >= READS_BY_BLOCKS {
                    blocks
                } else {
                    0
                },
                rows: unsigned(row.try_get("rows").map_err(failed)?),
            })
        };
        self.database.steadily(look).await
    }

    async fn find(&self, query: &SqlText) -> Result<FoundRows> {
        let what = "cannot look for rows";
        let failed = |cause| error(cause, what);
        let sql = format!(
            include_str!("../schema/find.sql"),
            violators = query.sql,
            limit = NAMED
        );
        let rows = self.rows(sql, &query.binds, what).await?;
        let Some(row) = rows.first() else {
            return Ok(FoundRows::default());
        };
        Ok(FoundRows {
            count: unsigned(row.try_get("count").map_err(failed)?),
            sample: row.try_get("sample").map_err(failed)?,
        })
    }

    async fn number(&self, query: &SqlText) -> Result<u64> {
        let what = "cannot count rows";
        let failed = |cause| error(cause, what);
        let rows = self.rows(query.sql.clone(), &query.binds, what).await?;
        match rows.first() {
            Some(row) => row.try_get(0).map(unsigned).map_err(failed),
            None => Ok(0),
        }
    }

    async fn shares(&self, query: &SqlText) -> Result<Vec<(String, u64)>> {
        let what = "cannot count rows by their values";
        let failed = |cause| error(cause, what);
        let rows = self.rows(query.sql.clone(), &query.binds, what).await?;
        rows.iter()
            .map(|row| {
                Ok((
                    row.try_get::<Option<String>, _>("label")?
                        .unwrap_or_default(),
                    unsigned(row.try_get("count")?),
                ))
            })
            .collect::<sqlx::Result<_>>()
            .map_err(failed)
    }

    async fn kept(&self, plan: &str, namespace: &str) -> Result<Vec<KeptTable>> {
        let what = "cannot read what was recorded of old tables";
        let failed = |cause| error(cause, what);
        let there = "SELECT (to_regclass('sunset.kept_tables') IS NOT NULL)::int::bigint";
        let exists = self
            .number(&SqlText {
                sql: there.to_owned(),
                binds: Vec::new(),
            })
            .await?;
        if exists == 0 {
            return Ok(Vec::new());
        }
        let binds = [plan.to_owned(), namespace.to_owned()];
        let sql = include_str!("../contents/recorded.sql").to_owned();
        let rows = self.rows(sql, &binds, what).await?;
        rows.iter()
            .map(|row| {
                Ok(KeptTable {
                    table: row.try_get("table_name")?,
                    contents: Contents {
                        columns: row.try_get("columns")?,
                        rows: unsigned(row.try_get("row_count")?),
                        digest: row.try_get("digest")?,
                        snapshot: row.try_get("snapshot")?,
                    },
                    taken_at: row.try_get("taken_at")?,
                })
            })
            .collect::<sqlx::Result<_>>()
            .map_err(failed)
    }

    async fn contents(&self, namespace: &str, table: &str, columns: &[String]) -> Result<Contents> {
        let look = || async {
            let mut transaction = self.database.begin_reading().await?;
            let found = contents::contents(&mut transaction, namespace, table, columns).await?;
            end(transaction, "cannot end a look at the database").await?;
            Ok(found)
        };
        self.database.steadily(look).await
    }

    async fn since(&self, namespace: &str, kept: &KeptTable) -> Result<RowsSince> {
        let look = || async {
            let mut transaction = self.database.begin_reading().await?;
            let found =
                contents::since(&mut transaction, namespace, &kept.table, &kept.contents).await?;
            end(transaction, "cannot end a look at the database").await?;
            Ok(found)
        };
        self.database.steadily(look).await
    }
}

/// A statement whose text is put together here, and that takes nothing.
pub(super) fn plain(sql: String) -> AssertSqlSafe<String> {
    AssertSqlSafe(sql)
}
