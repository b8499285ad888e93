//! Foreign keys of tables that are put back, asked before anything is.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::schema::name::quote_identifier;
use sunset_core::{Error, ErrorKind, Result};

use super::put_back::Pair;
use super::unsigned;
use crate::postgres::fault::error;

const WHAT: &str = "cannot look at the foreign keys of the backup";

/// A key, as the catalogue has it.
struct Key {
    name: String,
    child: Side,
    parent: Side,
}

/// One side of a key.
struct Side {
    table: String,
    /// Where it stands among the tables that are put back.
    place: Option<usize>,
    columns: Vec<String>,
}

impl Side {
    /// What its rows would be read from; nothing where it would have none, or none with its
    /// columns.
    fn relation(&self, pairs: &[Pair]) -> Option<String> {
        let Some(pair) = self.place.and_then(|place| pairs.get(place)) else {
            return Some(self.table.clone());
        };
        let held = pair.copy.as_ref()?;
        let known = |column: &String| held.names.contains(column);
        self.columns
            .iter()
            .all(known)
            .then(|| held.relation.clone())
    }
}

/// That every key from and to the tables would hold once they are as the backup has them.
///
/// # Errors
/// As the restore itself: `Conflict` for a key that would not hold.
pub(super) async fn would_hold(
    transaction: &mut Transaction<'_, Postgres>,
    pairs: &[Pair],
) -> Result<()> {
    let relations: Vec<&str> = pairs.iter().map(|pair| pair.relation.as_str()).collect();
    for key in keys(transaction, &relations).await? {
        let Some(child) = key.child.relation(pairs) else {
            continue;
        };
        let (rows, named) = match key.parent.relation(pairs) {
            Some(parent) => loose(transaction, &key, (&child, &parent)).await?,
            None => {
                let empty = format!("(SELECT * FROM {} WHERE false)", key.parent.table);
                loose(transaction, &key, (&child, &empty)).await?
            }
        };
        if rows > 0 {
            let outward = key.child.place.is_some();
            let (child, parent) = (&key.child.table, &key.parent.table);
            return Err(referred(outward).item(format!(
                "{rows} rows of {child} refer to {parent} ({}): {}",
                key.name,
                named.join("; ")
            )));
        }
    }
    Ok(())
}

/// A key that does not hold: `outward` one of the rows that are put back, else one of others' rows.
pub(super) fn referred(outward: bool) -> Error {
    if outward {
        return Error::new(
            ErrorKind::Conflict,
            "rows of the backup refer to rows of other tables that are gone since; nothing was changed",
        )
        .remedy("bring the rows that are named back first; then restore the backup");
    }
    Error::new(
        ErrorKind::Conflict,
        "rows that came since refer to rows that the backup does not have; nothing was changed",
    )
    .remedy(
        "delete those rows first, or take back by the ledger, which keeps them: rollback without --level",
    )
}

async fn keys(transaction: &mut Transaction<'_, Postgres>, relations: &[&str]) -> Result<Vec<Key>> {
    let failed = |cause| error(cause, WHAT);
    let rows = crate::postgres::query(include_str!("keys.sql"))
        .bind(relations)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    let side = |row: &PgRow, name: &str| -> sqlx::Result<Side> {
        let place: Option<i32> = row.try_get(format!("{name}_place").as_str())?;
        Ok(Side {
            table: row.try_get(name)?,
            place: place.and_then(|place| usize::try_from(place - 1).ok()),
            columns: row.try_get(format!("{name}_columns").as_str())?,
        })
    };
    let key = |row: &PgRow| -> sqlx::Result<Key> {
        Ok(Key {
            name: row.try_get("name")?,
            child: side(row, "child")?,
            parent: side(row, "parent")?,
        })
    };
    rows.iter()
        .map(key)
        .collect::<sqlx::Result<_>>()
        .map_err(failed)
}

async fn loose(
    transaction: &mut Transaction<'_, Postgres>,
    key: &Key,
    (child, parent): (&str, &str),
) -> Result<(u64, Vec<String>)> {
    let failed = |cause| error(cause, WHAT);
    let of = |alias: &str, column: &str| format!("{alias}.{}", quote_identifier(column));
    let columns = || key.child.columns.iter().zip(&key.parent.columns);
    let each = |text: &dyn Fn(&str, &str) -> String, between: &str| {
        let parts: Vec<String> = columns().map(|(c, p)| text(c, p)).collect();
        parts.join(between)
    };
    let sql = format!(
        include_str!("loose.sql"),
        values = each(&|c, _| of("c", c), ", "),
        child = child,
        given = each(&|c, _| format!("{} IS NOT NULL", of("c", c)), " AND "),
        parent = parent,
        equal = each(&|c, p| format!("{} = {}", of("p", p), of("c", c)), " AND "),
    );
    let row = crate::postgres::query(AssertSqlSafe(sql))
        .fetch_one(&mut **transaction)
        .await
        .map_err(failed)?;
    let named: Option<Vec<String>> = row.try_get("named").map_err(failed)?;
    let rows = unsigned(row.try_get("rows").map_err(failed)?);
    Ok((rows, named.unwrap_or_default()))
}
