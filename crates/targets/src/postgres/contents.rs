//! What a table holds, in one number of rows and one digest, and which of its rows a snapshot saw.
//!
//! The digest is taken over two sums of parts of the SHA-256 of every row, so that the order of
//! rows plays no part. Whether a row was there at a moment is told by the transaction that wrote
//! it: where that was visible in the moment's snapshot, the row has not changed since. That holds
//! in the cluster in which the snapshot was taken; in a copy of it that was loaded anew all rows
//! are new.

use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use sunset_core::Result;
use sunset_core::ports::in_place::{Contents, RowsSince};
use sunset_core::ports::schema::FoundRows;

use super::fault::error;
use super::identifier::quote_identifier;

/// `"public"."users"`
fn relation(namespace: &str, table: &str) -> String {
    format!(
        "{}.{}",
        quote_identifier(namespace),
        quote_identifier(table)
    )
}

fn row_of(columns: &[String]) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|column| format!("t.{}", quote_identifier(column)))
        .collect();
    format!("ROW({})", columns.join(", "))
}

/// Whether the snapshot that is bound as `$1` saw the row `t`: the number of its transaction with
/// the epoch that the server does not keep with it. Numbers below 3 are older than any.
const SEEN: &str = "(t.xmin::text::bigint < 3 OR pg_visible_in_snapshot((\
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint - \
    ((pg_snapshot_xmax(pg_current_snapshot())::text::bigint - t.xmin::text::bigint) & 4294967295)\
    )::text::xid8, $1::text::pg_snapshot))";

async fn names(
    connection: &mut PgConnection,
    sql: &'static str,
    relation: &str,
) -> sqlx::Result<Vec<String>> {
    let rows = super::query(sql)
        .bind(relation)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| row.try_get("name")).collect()
}

async fn settle(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::raw_sql(include_str!("contents/settings.sql"))
        .execute(connection)
        .await
        .map(drop)
}

/// The query of `rows`, `digest` and `snapshot` of a table. The digest is what [`contents`] gives
/// under the same settings of the session.
pub fn digest_sql(namespace: &str, table: &str, columns: &[String]) -> String {
    format!(
        include_str!("contents/whole.sql"),
        row = row_of(columns),
        table = relation(namespace, table)
    )
}

/// What a table holds, in these columns; in all of them where none is named. Within a transaction.
///
/// # Errors
/// Those of the database.
pub async fn contents(
    connection: &mut PgConnection,
    namespace: &str,
    table: &str,
    columns: &[String],
) -> Result<Contents> {
    let failed = |cause| error(cause, format!("cannot read the rows of {table}"));
    let relation = relation(namespace, table);
    settle(connection).await.map_err(failed)?;
    let columns = if columns.is_empty() {
        names(connection, include_str!("contents/columns.sql"), &relation)
            .await
            .map_err(failed)?
    } else {
        columns.to_vec()
    };
    let sql = digest_sql(namespace, table, &columns);
    let row = super::query(AssertSqlSafe(sql))
        .fetch_one(connection)
        .await
        .map_err(failed)?;
    let rows: i64 = row.try_get("rows").map_err(failed)?;
    Ok(Contents {
        columns,
        rows: u64::try_from(rows).unwrap_or_default(),
        digest: row.try_get("digest").map_err(failed)?,
        snapshot: row.try_get("snapshot").map_err(failed)?,
    })
}

/// Which of a table's rows were there when `before` was taken. Within a transaction.
///
/// # Errors
/// Those of the database.
pub async fn since(
    connection: &mut PgConnection,
    namespace: &str,
    table: &str,
    before: &Contents,
) -> Result<RowsSince> {
    let failed = |cause| error(cause, format!("cannot read the rows of {table}"));
    let relation = relation(namespace, table);
    settle(connection).await.map_err(failed)?;
    let key = names(connection, include_str!("contents/key.sql"), &relation)
        .await
        .map_err(failed)?;
    let key = if key.is_empty() {
        "t.ctid::text".to_owned()
    } else {
        let columns: Vec<String> = key
            .iter()
            .map(|column| format!("t.{}::text", quote_identifier(column)))
            .collect();
        format!("concat_ws(', ', {})", columns.join(", "))
    };
    let sql = format!(
        include_str!("contents/since.sql"),
        row = row_of(&before.columns),
        seen = SEEN,
        table = relation
    );
    let row = super::query(AssertSqlSafe(sql))
        .bind(&before.snapshot)
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    let number = |name: &str| -> sqlx::Result<u64> {
        let number: i64 = row.try_get(name)?;
        Ok(u64::try_from(number).unwrap_or_default())
    };
    let written = number("written").map_err(failed)?;
    let mut sample = Vec::new();
    if written > 0 {
        let sql = format!(
            include_str!("contents/sample.sql"),
            key = key,
            seen = SEEN,
            table = relation
        );
        let rows = super::query(AssertSqlSafe(sql))
            .bind(&before.snapshot)
            .fetch_all(connection)
            .await
            .map_err(failed)?;
        for row in rows {
            sample.push(row.try_get("item").map_err(failed)?);
        }
    }
    Ok(RowsSince {
        still: Contents {
            columns: before.columns.clone(),
            rows: number("rows").map_err(failed)?,
            digest: row.try_get("digest").map_err(failed)?,
            snapshot: before.snapshot.clone(),
        },
        written: FoundRows {
            count: written,
            sample,
        },
    })
}
