//! Rows of any table that name recordings.

use futures::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::audio::pointer::{Places, Pointers};
use sunset_core::permit::TargetIdentity;
use sunset_core::ports::objects::Coming;
use sunset_core::schema::name::{qualified, quote_identifier};

use crate::postgres::fault::error;

fn failed(cause: sqlx::Error) -> sunset_core::Error {
    error(cause, "cannot look for rows that name recordings")
}

/// A table to be looked through.
struct Table {
    namespace: String,
    name: String,
    key: Option<String>,
}

impl Table {
    /// As the ledger names it; nothing of migration lies elsewhere.
    fn in_ledger(&self) -> &str {
        match self.namespace.as_str() {
            "public" => &self.name,
            _ => "",
        }
    }

    /// As people are told of it.
    fn told(&self) -> String {
        match self.namespace.as_str() {
            "public" => self.name.clone(),
            namespace => format!("{namespace}.{}", self.name),
        }
    }

    fn sql(&self) -> String {
        let key = self.key.as_deref().map(quote_identifier);
        let key = key.map_or("NULL::text".to_owned(), |key| format!("t.{key}::text"));
        format!(
            include_str!("pointing_rows.sql"),
            table = qualified(&self.namespace, &self.name),
            key = key
        )
    }
}

/// The recordings in `target` that rows name.
pub(super) async fn pointers(
    transaction: &mut Transaction<'_, Postgres>,
    target: &TargetIdentity,
    coming: Option<&Coming>,
) -> Result<Pointers> {
    let mut bases: Vec<String> = crate::postgres::query_scalar(include_str!("bases.sql"))
        .bind(target.as_str())
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    bases.push(target.as_str().to_owned());
    let places = Places::of(bases);
    let mut pointers = Pointers::default();
    for table in tables(transaction).await? {
        of_table(transaction, (&table, coming), &places, &mut pointers).await?;
    }
    Ok(pointers)
}

async fn of_table(
    transaction: &mut Transaction<'_, Postgres>,
    (table, coming): (&Table, Option<&Coming>),
    places: &Places,
    pointers: &mut Pointers,
) -> Result<()> {
    let kept = coming.map(|coming| coming.kept_of(table.in_ledger()));
    let mut rows = crate::postgres::query(AssertSqlSafe(table.sql()))
        .bind(places.hosts())
        .bind(coming.is_some())
        .bind(table.in_ledger())
        .bind(kept.unwrap_or_default())
        .bind(coming.is_some_and(|coming| coming.urls_only))
        .fetch(&mut **transaction);
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        let id: &str = row.try_get("row").map_err(failed)?;
        let cells: &str = row.try_get("cells").map_err(failed)?;
        pointers.add(places, &format!("{} {id}", table.told()), cells);
    }
    Ok(())
}

async fn tables(transaction: &mut Transaction<'_, Postgres>) -> Result<Vec<Table>> {
    let rows = crate::postgres::query(include_str!("pointing_tables.sql"))
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    let table = |row: &sqlx::postgres::PgRow| {
        Ok(Table {
            namespace: row.try_get("namespace")?,
            name: row.try_get("name")?,
            key: row.try_get("key")?,
        })
    };
    rows.iter()
        .map(table)
        .collect::<sqlx::Result<_>>()
        .map_err(failed)
}
