//! Warnings in the ledger, against those that documents give.

use sqlx::postgres::PgRow;
use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::ports::rows::{Item, Warning};
use sunset_core::ports::verify::{LedgerDamage, LedgerFault};

use super::{WHAT, of_documents};
use crate::postgres::fault::error;
use crate::postgres::rows::columns_of;
use crate::postgres::runs::without_nul;

/// What documents are warned of.
pub(super) async fn warnings(
    transaction: &mut Transaction<'static, Postgres>,
    items: &[&Item],
) -> Result<Vec<LedgerFault>> {
    let failed = |cause| error(cause, WHAT);
    let (collections, ids) = columns_of(items.iter().map(|item| &item.key));
    let given = || {
        (1_i64..).zip(items).flat_map(|(document, item)| {
            let numbered = (0_i32..).zip(&item.warnings);
            numbered.map(move |(number, warning)| (document, number, warning))
        })
    };
    let texts = |of: fn(&Warning) -> &str| {
        let texts = given().map(move |(_, _, warning)| without_nul(of(warning)));
        texts.collect::<Vec<_>>()
    };
    let rows = crate::postgres::query(include_str!("warnings.sql"))
        .bind(collections)
        .bind(ids)
        .bind(given().map(|(document, ..)| document).collect::<Vec<_>>())
        .bind(given().map(|(_, number, _)| number).collect::<Vec<_>>())
        .bind(texts(|warning| &warning.code))
        .bind(texts(|warning| &warning.path))
        .bind(texts(|warning| &warning.raw))
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    of_documents(items, &rows, damage_of_warning).map_err(failed)
}

fn damage_of_warning(row: &PgRow) -> sqlx::Result<LedgerDamage> {
    let number: i32 = row.try_get("number")?;
    let none = || "missing".to_owned();
    let wanted = row.try_get::<Option<String>, _>("wanted")?;
    let held = row.try_get::<Option<String>, _>("held")?;
    let found = match (&held, &wanted) {
        // The value that is recorded with it is another one.
        (Some(held), Some(wanted)) if held == wanted => format!("{held} of another value"),
        _ => held.unwrap_or_else(none),
    };
    Ok(LedgerDamage::Says {
        field: format!("warning {}", i64::from(number) + 1),
        found,
        expected: wanted.unwrap_or_else(none),
    })
}
