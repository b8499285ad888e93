//! Columns that the mapping does not write. Digests say nothing of them, and what somebody entered
//! there is to be seen all the same.

use std::collections::HashSet;

use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::Result;

use super::fault::error;
use super::identifier::{public_table, quote_identifier};

/// A column outside of a shape.
struct Column {
    name: String,
    default: Option<String>,
    data_type: String,
}

/// The columns of a table outside of a shape, as far as nothing fills them by itself.
pub(super) struct Outside {
    table: String,
    columns: Vec<Column>,
}

impl Outside {
    /// Reads the catalogue; `shape` are the names of the columns that the mapping writes.
    pub async fn read(
        transaction: &mut Transaction<'_, Postgres>,
        table: &str,
        shape: &[String],
    ) -> Result<Self> {
        let failed = |cause| error(cause, "cannot list the columns outside of the mapping");
        let rows = crate::postgres::query(include_str!("outside/columns.sql"))
            .bind(table)
            .bind(shape)
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
        let columns = rows
            .iter()
            .map(|row| {
                Ok(Column {
                    name: row.try_get(0)?,
                    default: row.try_get(1)?,
                    data_type: row.try_get(2)?,
                })
            })
            .collect::<sqlx::Result<_>>()
            .map_err(failed)?;
        Ok(Self {
            table: table.to_owned(),
            columns,
        })
    }

    /// Whether there is nothing to look at.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// The condition that a column of the row called `alias` holds something, column by column.
    fn filled(&self, alias: &str) -> Vec<(&Column, String)> {
        let condition = |column: &Column| {
            let name = quote_identifier(&column.name);
            match &column.default {
                None => format!("{alias}.{name} IS NOT NULL"),
                // As text: not every type has an equality.
                Some(default) => format!(
                    "{alias}.{name}::text IS DISTINCT FROM (({default})::{})::text",
                    column.data_type
                ),
            }
        };
        self.columns
            .iter()
            .map(|column| (column, condition(column)))
            .collect()
    }

    /// The condition that any column of the row called `alias` holds something else than its
    /// default, and the text that names those that do, with what they hold.
    pub fn expressions(&self, alias: &str) -> (String, String) {
        let filled = self.filled(alias);
        let any: Vec<&str> = filled.iter().map(|(_, filled)| filled.as_str()).collect();
        let words: Vec<String> = filled
            .iter()
            .map(|(column, filled)| {
                let name = quote_identifier(&column.name);
                let text = column.name.replace('\'', "''");
                let default = column.default.as_ref().map_or_else(
                    || "'null'".to_owned(),
                    |default| format!("to_jsonb(({default})::{})::text", column.data_type),
                );
                format!(
                    "CASE WHEN {filled} THEN '{text} is ' || left(to_jsonb({alias}.{name})::text, 200) \
                     || ' instead of ' || {default} END"
                )
            })
            .collect();
        (
            format!("({})", any.join(" OR ")),
            format!("concat_ws('; ', {})", words.join(", ")),
        )
    }

    /// Those of `ids` in which somebody filled such a column: of rows that migration inserted.
    pub async fn filled_since_insert(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        key: &str,
        ids: &[String],
    ) -> Result<HashSet<String>> {
        if self.is_empty() || ids.is_empty() {
            return Ok(HashSet::new());
        }
        let (filled, _) = self.expressions("t");
        let statement = format!(
            "SELECT t.{key}::text FROM {} AS t WHERE t.{key}::text = ANY ($1) AND {filled}",
            public_table(&self.table),
            key = quote_identifier(key)
        );
        ids_of(transaction, statement, Bound::Texts(ids)).await
    }

    /// Those of the rows with these before-images in which somebody changed such a column since.
    pub async fn changed_since_image(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        key: &str,
        images: &[i64],
    ) -> Result<HashSet<String>> {
        if self.is_empty() || images.is_empty() {
            return Ok(HashSet::new());
        }
        let changed: Vec<String> = self
            .columns
            .iter()
            .map(|column| {
                let text = column.name.replace('\'', "''");
                format!(
                    "(b.image ? '{text}' AND nullif(to_jsonb(t.{}), 'null') \
                     IS DISTINCT FROM nullif(b.image -> '{text}', 'null'))",
                    quote_identifier(&column.name)
                )
            })
            .collect();
        let statement = format!(
            "SELECT t.{key}::text FROM sunset.before_images AS b JOIN {} AS t \
             ON t.{key}::text = b.row_id WHERE b.id = ANY ($1) AND ({})",
            public_table(&self.table),
            changed.join(" OR "),
            key = quote_identifier(key)
        );
        ids_of(transaction, statement, Bound::Numbers(images)).await
    }
}

enum Bound<'a> {
    Texts(&'a [String]),
    Numbers(&'a [i64]),
}

async fn ids_of(
    transaction: &mut Transaction<'_, Postgres>,
    statement: String,
    bound: Bound<'_>,
) -> Result<HashSet<String>> {
    let failed = |cause| error(cause, "cannot look at the columns outside of the mapping");
    let query = crate::postgres::query(AssertSqlSafe(statement));
    let query = match bound {
        Bound::Texts(texts) => query.bind(texts),
        Bound::Numbers(numbers) => query.bind(numbers),
    };
    let rows = query.fetch_all(&mut **transaction).await.map_err(failed)?;
    rows.iter()
        .map(|row| row.try_get(0).map_err(failed))
        .collect()
}
