//! What a database holds: its tables with their rows, and everything else that has a name.

use sqlx::{PgConnection, Row as _};
use sunset_core::Result;
use sunset_core::ports::in_place::Contents;
use sunset_targets::postgres::{contents, error, query};

use crate::manifest::{ObjectPart, TablePart};

/// `(schema, name)` of every table with rows of its own, parts of partitioned ones included.
pub(crate) async fn tables(connection: &mut PgConnection) -> Result<Vec<(String, String)>> {
    let failed = |cause| error(cause, "cannot list the tables");
    let rows = query(include_str!("sql/tables.sql"))
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    rows.iter()
        .map(|row| Ok((row.try_get("schema")?, row.try_get("name")?)))
        .collect::<sqlx::Result<_>>()
        .map_err(failed)
}

/// Everything that has a name.
pub(crate) async fn objects(connection: &mut PgConnection) -> Result<Vec<ObjectPart>> {
    let failed = |cause| error(cause, "cannot list what the database holds");
    let rows = query(include_str!("sql/objects.sql"))
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    rows.iter()
        .map(|row| {
            Ok(ObjectPart {
                kind: row.try_get("kind")?,
                name: row.try_get("name")?,
            })
        })
        .collect::<sqlx::Result<_>>()
        .map_err(failed)
}

/// A table's rows.
pub(crate) async fn rows(
    connection: &mut PgConnection,
    schema: &str,
    table: &str,
    columns: &[String],
) -> Result<TablePart> {
    let found: Contents = contents::contents(connection, schema, table, columns).await?;
    Ok(TablePart {
        schema: schema.to_owned(),
        table: table.to_owned(),
        columns: found.columns,
        rows: found.rows,
        digest: found.digest,
    })
}
