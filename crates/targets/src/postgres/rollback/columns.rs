//! Putting rows back from their images.

use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::digest::Digest;
use sunset_core::{Error, ErrorKind, Result};

use crate::postgres::fault::error;
use crate::postgres::identifier::{public_table, quote_identifier};
use crate::postgres::rows::shapes::{Lock, digests_over_shape};
use crate::postgres::rows::table::{ROW, quote_literal};

/// The columns of a table as they are today.
#[derive(Debug, Clone)]
pub(super) struct LiveColumns {
    table: String,
    key: String,
    columns: Vec<Column>,
}

#[derive(Debug, Clone)]
struct Column {
    name: String,
    json: bool,
    /// For one whose values are unique: what it may hold while rows exchange them, `null` or `text`.
    meanwhile: Option<String>,
}

impl LiveColumns {
    pub async fn read(
        transaction: &mut Transaction<'_, Postgres>,
        table: &str,
        key: &str,
    ) -> Result<Self> {
        let failed = |cause| error(cause, "cannot read the table's columns");
        let rows = crate::postgres::query(include_str!("table_columns.sql"))
            .bind(public_table(table))
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
        let columns = rows
            .iter()
            .map(|row| {
                Ok(Column {
                    name: row.try_get("name")?,
                    json: row.try_get::<String, _>("type")? == "jsonb",
                    meanwhile: row.try_get("meanwhile")?,
                })
            })
            .collect::<sqlx::Result<_>>()
            .map_err(failed)?;
        Ok(Self {
            table: table.to_owned(),
            key: key.to_owned(),
            columns,
        })
    }

    /// The columns whose values are unique, but for the key, with what they may hold meanwhile.
    pub fn unique(&self) -> impl Iterator<Item = (&str, String)> {
        let key = quote_identifier(&self.key);
        let columns = self.columns.iter();
        let others = columns.filter(|column| column.name != self.key);
        others.filter_map(move |column| {
            let meanwhile = match column.meanwhile.as_deref()? {
                "null" => "NULL".to_owned(),
                _ => format!("'sunset:' || {ROW}.{key}::text"),
            };
            Some((column.name.as_str(), meanwhile))
        })
    }

    /// A column's value in an image `b` that was read as `r`.
    fn value(column: &Column) -> String {
        let name = quote_identifier(&column.name);
        if column.json {
            let literal = quote_literal(&column.name);
            format!("CASE WHEN {literal} = ANY (b.json_nulls) THEN 'null'::jsonb ELSE r.{name} END")
        } else {
            format!("r.{name}")
        }
    }

    /// Assignments that take the unique values away.
    fn released(&self) -> Vec<String> {
        self.unique()
            .map(|(name, meanwhile)| format!("{} = {meanwhile}", quote_identifier(name)))
            .collect()
    }

    /// Takes the unique values of some rows away, which are to go.
    pub async fn release(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        ids: &[String],
    ) -> Result<()> {
        let statement = format!(
            "UPDATE {} AS {ROW} SET {} WHERE {ROW}.{}::text = ANY ($1)",
            public_table(&self.table),
            self.released().join(", "),
            quote_identifier(&self.key)
        );
        crate::postgres::query(AssertSqlSafe(statement))
            .bind(ids)
            .execute(&mut **transaction)
            .await
            .map(drop)
            .map_err(|cause| error(cause, "cannot take unique values from rows that go"))
    }

    fn source(&self) -> String {
        format!(
            "sunset.before_images AS b \
             CROSS JOIN LATERAL jsonb_populate_record(NULL::{}, b.image) AS r",
            public_table(&self.table)
        )
    }

    /// Gives rows the contents of their images.
    pub async fn restore(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        images: &[i64],
    ) -> Result<()> {
        let failed = |cause| error(cause, "cannot put rows back as they were");
        let table = public_table(&self.table);
        let key = quote_identifier(&self.key);
        let release = self.released();
        if !release.is_empty() {
            // Rows of the batch may have passed a unique value on to each other.
            let statement = format!(
                "UPDATE {table} AS {ROW} SET {} FROM sunset.before_images AS b \
                 WHERE b.id = ANY ($1) AND {ROW}.{key}::text = b.row_id",
                release.join(", ")
            );
            crate::postgres::query(AssertSqlSafe(statement))
                .bind(images)
                .execute(&mut **transaction)
                .await
                .map_err(failed)?;
        }
        let set: Vec<String> = self
            .columns
            .iter()
            .filter(|column| column.name != self.key)
            .map(|column| {
                let name = quote_identifier(&column.name);
                format!(
                    "{name} = CASE WHEN b.image ? {} THEN {} ELSE {ROW}.{name} END",
                    quote_literal(&column.name),
                    Self::value(column)
                )
            })
            .collect();
        let statement = format!(
            "UPDATE {table} AS {ROW} SET {} FROM {} WHERE b.id = ANY ($1) AND {ROW}.{key}::text = b.row_id",
            set.join(", "),
            self.source()
        );
        crate::postgres::query(AssertSqlSafe(statement))
            .bind(images)
            .execute(&mut **transaction)
            .await
            .map_err(failed)?;
        self.check(transaction, images).await
    }

    /// Writes removed rows again. A column that the table has since then gets its default.
    pub async fn insert(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        image: i64,
    ) -> Result<()> {
        let failed = |cause| error(cause, "cannot put a removed row back");
        let row = crate::postgres::query(
            "SELECT ARRAY(SELECT jsonb_object_keys(image)) FROM sunset.before_images WHERE id = $1",
        )
        .bind(image)
        .fetch_one(&mut **transaction)
        .await
        .map_err(failed)?;
        let present: Vec<String> = row.try_get(0).map_err(failed)?;
        let columns: Vec<&Column> = self
            .columns
            .iter()
            .filter(|column| present.contains(&column.name))
            .collect();
        let names: Vec<String> = columns
            .iter()
            .map(|column| quote_identifier(&column.name))
            .collect();
        let values: Vec<String> = columns.iter().map(|column| Self::value(column)).collect();
        let statement = format!(
            "INSERT INTO {} ({}) SELECT {} FROM {} WHERE b.id = $1",
            public_table(&self.table),
            names.join(", "),
            values.join(", "),
            self.source()
        );
        crate::postgres::query(AssertSqlSafe(statement))
            .bind(image)
            .execute(&mut **transaction)
            .await
            .map_err(failed)?;
        self.check(transaction, &[image]).await
    }

    /// A restored row has the digest that its image had.
    async fn check(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        images: &[i64],
    ) -> Result<()> {
        let failed = |cause| error(cause, "cannot check the rows that were put back");
        let rows = crate::postgres::query(
            "SELECT shape, row_id, digest FROM sunset.before_images WHERE id = ANY ($1) ORDER BY shape",
        )
        .bind(images)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
        let mut by_shape: std::collections::BTreeMap<i32, Vec<(String, Option<Digest>)>> =
            std::collections::BTreeMap::new();
        for row in &rows {
            let shape: i32 = row.try_get(0).map_err(failed)?;
            let id: String = row.try_get(1).map_err(failed)?;
            let digest = Digest::from_slice(row.try_get(2).map_err(failed)?);
            by_shape.entry(shape).or_default().push((id, digest));
        }
        for (shape, wanted) in by_shape {
            let ids: Vec<String> = wanted.iter().map(|(id, _)| id.clone()).collect();
            let found = digests_over_shape(transaction, shape, &ids, Lock::Rows).await?;
            for (id, digest) in wanted {
                if found.get(&id).copied() != digest {
                    return Err(Error::new(
                        ErrorKind::Mismatch,
                        "a row that was put back is not as it was",
                    )
                    .item(format!("{} {id}", self.table))
                    .remedy(
                        "the table's columns are others than when the row was changed; its image \
                         is in sunset.before_images. Nothing of this step was written",
                    ));
                }
            }
        }
        Ok(())
    }
}
