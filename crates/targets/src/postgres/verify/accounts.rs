//! What the ledger says of documents and rows, against what V2 and V3 say. The database compares;
//! only what is wrong travels.

mod warnings;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::digest::Digest;
use sunset_core::ports::rows::{Item, ItemKey};
use sunset_core::ports::verify::{Compared, LedgerDamage, LedgerFault};
use sunset_core::row::Shape;

use self::warnings::warnings;
use super::Verifier;
use crate::postgres::fault::error;
use crate::postgres::identifier::public_table;
use crate::postgres::rows::columns_of;
use crate::postgres::rows::shapes;

const WHAT: &str = "cannot look at the ledger's entries";

/// A number that no shape has.
const UNKNOWN: i32 = -1;

impl Verifier {
    pub(super) async fn accounts_once(
        &self,
        items: &[Item],
        compared: &Compared,
    ) -> Result<Vec<LedgerFault>> {
        let differing: HashSet<(&str, &str)> = compared
            .differences
            .iter()
            .map(|difference| (difference.table.as_str(), difference.id.as_str()))
            .collect();
        let differs = |item: &&Item| {
            let mut rows = item.rows.iter();
            rows.any(|row| differing.contains(&(row.shape.table.as_str(), row.id())))
        };
        let whole: Vec<&Item> = items.iter().filter(|item| !differs(item)).collect();
        let mut transaction = self.database.begin_reading().await?;
        let mut faults = documents(&mut transaction, &whole).await?;
        let sound: Vec<&Item> = whole
            .iter()
            .filter(|item| {
                faults
                    .iter()
                    .all(|fault| fault.key != item.key || fault.is_note())
            })
            .copied()
            .collect();
        faults.extend(warnings(&mut transaction, &sound).await?);
        faults.extend(numbers(&mut transaction, &whole).await?);
        let given = Given {
            items,
            digests: &compared.digests,
            differing,
        };
        faults.extend(given.entries(&mut transaction).await?);
        Ok(faults)
    }
}

/// The documents' own entries.
async fn documents(
    transaction: &mut Transaction<'static, Postgres>,
    items: &[&Item],
) -> Result<Vec<LedgerFault>> {
    let failed = |cause| error(cause, WHAT);
    let (collections, ids) = columns_of(items.iter().map(|item| &item.key));
    let states: Vec<&str> = items
        .iter()
        .map(|item| match item.quarantine {
            Some(_) => "quarantined",
            None => "migrated",
        })
        .collect();
    let outcomes: Vec<&[u8]> = items
        .iter()
        .map(|item| item.outcome_digest.as_bytes())
        .collect();
    let kept: Vec<Option<Vec<u8>>> = items
        .iter()
        .map(|item| {
            let quarantine = item.quarantine.as_ref();
            quarantine.map(|quarantine| Digest::of(&quarantine.raw).as_bytes().to_vec())
        })
        .collect();
    let reasons: Vec<Option<&str>> = items
        .iter()
        .map(|item| item.quarantine.as_ref().map(|held| held.reason.as_str()))
        .collect();
    let sources: Vec<&[u8]> = items
        .iter()
        .map(|item| item.source_digest.as_bytes())
        .collect();
    let rows = crate::postgres::query(include_str!("items.sql"))
        .bind(collections)
        .bind(ids)
        .bind(states)
        .bind(outcomes)
        .bind(kept)
        .bind(reasons)
        .bind(sources)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    of_documents(items, &rows, damage_of_item).map_err(failed)
}

/// What is wrong with documents' own entries, a row each.
fn of_documents(
    items: &[&Item],
    rows: &[PgRow],
    damage: impl Fn(&PgRow) -> sqlx::Result<LedgerDamage>,
) -> sqlx::Result<Vec<LedgerFault>> {
    let mut faults = Vec::new();
    for row in rows {
        if let Some(item) = at(items, row)? {
            faults.push(LedgerFault {
                key: item.key.clone(),
                row: None,
                what: damage(row)?,
            });
        }
    }
    Ok(faults)
}

/// The item that an answer is about: `ordinal` counts from 1.
fn at<'i>(items: &[&'i Item], row: &PgRow) -> sqlx::Result<Option<&'i Item>> {
    let ordinal: i64 = row.try_get("ordinal")?;
    let place = usize::try_from(ordinal - 1).ok();
    Ok(place.and_then(|place| items.get(place)).copied())
}

fn damage_of_item(row: &PgRow) -> sqlx::Result<LedgerDamage> {
    let state: String = row.try_get("state")?;
    let Some(held) = row.try_get::<Option<String>, _>("held_state")? else {
        return Ok(LedgerDamage::Missing);
    };
    if held != state && held != "conflict" {
        return Ok(LedgerDamage::Says {
            field: "state".into(),
            found: held,
            expected: state,
        });
    }
    if row.try_get("not_kept")? {
        return Ok(LedgerDamage::NotKept);
    }
    if row.try_get("other_outcome")? {
        return Ok(LedgerDamage::Says {
            field: "outcome_digest".into(),
            found: row.try_get("held_outcome")?,
            expected: row.try_get("outcome")?,
        });
    }
    let reasons: (Option<String>, Option<String>) =
        (row.try_get("held_reason")?, row.try_get("reason")?);
    if let (Some(found), Some(expected)) = reasons
        && found != expected
    {
        return Ok(LedgerDamage::Says {
            field: "reason".into(),
            found,
            expected,
        });
    }
    Ok(LedgerDamage::ReadOtherwise)
}

/// The numbers that documents were given.
async fn numbers(
    transaction: &mut Transaction<'static, Postgres>,
    items: &[&Item],
) -> Result<Vec<LedgerFault>> {
    let failed = |cause| error(cause, WHAT);
    let assigned = || {
        items
            .iter()
            .flat_map(|item| item.assigned.iter().map(|assigned| (*item, assigned)))
    };
    let owners: Vec<&Item> = assigned().map(|(item, _)| item).collect();
    if owners.is_empty() {
        return Ok(Vec::new());
    }
    let kinds: Vec<&str> = assigned().map(|(_, each)| each.kind.as_str()).collect();
    let numbers: Vec<&str> = assigned().map(|(_, each)| each.number.as_str()).collect();
    let (collections, ids) = columns_of(owners.iter().map(|item| &item.key));
    let rows = crate::postgres::query(include_str!("numbers.sql"))
        .bind(kinds)
        .bind(numbers)
        .bind(collections)
        .bind(ids)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    let mut faults = Vec::new();
    for row in &rows {
        let Some(item) = at(&owners, row).map_err(failed)? else {
            continue;
        };
        let kind: String = row.try_get("kind").map_err(failed)?;
        let held: Option<String> = row.try_get("held").map_err(failed)?;
        faults.push(LedgerFault {
            key: item.key.clone(),
            row: None,
            what: LedgerDamage::Says {
                field: format!("{kind} number"),
                found: held.unwrap_or_else(|| "missing".into()),
                expected: row.try_get("number").map_err(failed)?,
            },
        });
    }
    Ok(faults)
}

/// Rows that items give, as they were found.
struct Given<'a> {
    items: &'a [Item],
    /// What each row's digest is, as it stands.
    digests: &'a [Digest],
    differing: HashSet<(&'a str, &'a str)>,
}

impl Given<'_> {
    /// The rows' entries.
    async fn entries(
        &self,
        transaction: &mut Transaction<'static, Postgres>,
    ) -> Result<Vec<LedgerFault>> {
        let failed = |cause| error(cause, WHAT);
        let shapes = self.shapes(transaction).await?;
        let mut columns = Columns::default();
        let mut digests = self.digests.iter();
        for item in self.items {
            let rows = item.rows.iter().zip(&item.row_digests);
            for ((row, mapped), written) in rows.zip(digests.by_ref()) {
                columns.tables.push(&row.shape.table);
                columns.rows.push(row.id());
                columns.keys.push(&item.key);
                columns.mapped.push(mapped.as_bytes());
                columns.written.push(written.as_bytes());
                let shape = shapes.iter().find(|(shape, _)| *shape == row.shape);
                columns
                    .shapes
                    .push(shape.map_or(UNKNOWN, |(_, number)| *number));
            }
        }
        let (collections, documents) = columns_of(columns.keys.iter().copied());
        let (all_collections, all_documents) = columns_of(self.items.iter().map(|item| &item.key));
        let rows = crate::postgres::query(include_str!("entries.sql"))
            .bind(columns.tables)
            .bind(columns.rows)
            .bind(collections)
            .bind(documents)
            .bind(columns.mapped)
            .bind(columns.written)
            .bind(columns.shapes)
            .bind(all_collections)
            .bind(all_documents)
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
        let mut faults = Vec::new();
        for row in &rows {
            faults.extend(self.fault(row).map_err(failed)?);
        }
        self.look_for_rows(transaction, &mut faults).await?;
        Ok(faults)
    }

    /// The numbers of the shapes.
    async fn shapes(
        &self,
        transaction: &mut Transaction<'static, Postgres>,
    ) -> Result<Vec<(Arc<Shape>, i32)>> {
        let mut known: Vec<(Arc<Shape>, i32)> = Vec::new();
        for row in self.items.iter().flat_map(|item| &item.rows) {
            if known.iter().all(|(shape, _)| *shape != row.shape) {
                let number = shapes::number_of(transaction, &row.shape).await?;
                known.push((Arc::clone(&row.shape), number.unwrap_or(UNKNOWN)));
            }
        }
        Ok(known)
    }

    fn fault(&self, row: &PgRow) -> sqlx::Result<Option<LedgerFault>> {
        let table: String = row.try_get("table_name")?;
        let id: String = row.try_get("row_id")?;
        if self.differing.contains(&(table.as_str(), id.as_str())) {
            return Ok(None);
        }
        let key = ItemKey {
            collection: row.try_get("collection")?,
            id: row.try_get("document_id")?,
        };
        let given: bool = row.try_get("given")?;
        let document = format!("{}/{}", key.collection, key.id);
        let held_by: Option<String> = row.try_get("held_by")?;
        let what = match (given, held_by) {
            (false, _) => LedgerDamage::NotGiven {
                in_table: false,
                quarantined: self.is_quarantined(&key),
            },
            (true, None) => LedgerDamage::Missing,
            (true, Some(found)) if found != document => LedgerDamage::Says {
                field: "document".into(),
                found,
                expected: document,
            },
            (true, Some(_)) => says(row)?,
        };
        Ok(Some(LedgerFault {
            key,
            row: Some((table, id)),
            what,
        }))
    }

    fn is_quarantined(&self, key: &ItemKey) -> bool {
        let mut items = self.items.iter();
        items.any(|item| item.key == *key && item.quarantine.is_some())
    }

    /// Which of the rows that no document gives are in V3.
    async fn look_for_rows(
        &self,
        transaction: &mut Transaction<'static, Postgres>,
        faults: &mut [LedgerFault],
    ) -> Result<()> {
        let failed = |cause| error(cause, WHAT);
        let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for fault in faults.iter() {
            if let (LedgerDamage::NotGiven { .. }, Some((table, id))) = (&fault.what, &fault.row) {
                wanted.entry(table.clone()).or_default().push(id.clone());
            }
        }
        let mut there: HashMap<String, HashSet<String>> = HashMap::new();
        for (table, ids) in wanted {
            let from = public_table(&table);
            let exists: bool = crate::postgres::query_scalar("SELECT to_regclass($1) IS NOT NULL")
                .bind(&from)
                .fetch_one(&mut **transaction)
                .await
                .map_err(failed)?;
            if !exists {
                continue;
            }
            let sql = format!("SELECT t.id::text FROM {from} AS t WHERE t.id::text = ANY($1)");
            let ids: Vec<String> = crate::postgres::query_scalar(AssertSqlSafe(sql))
                .bind(ids)
                .fetch_all(&mut **transaction)
                .await
                .map_err(failed)?;
            there.insert(table, ids.into_iter().collect());
        }
        for fault in faults {
            let LedgerFault { row, what, .. } = fault;
            if let (LedgerDamage::NotGiven { in_table, .. }, Some((table, id))) = (what, row) {
                *in_table = there.get(table).is_some_and(|ids| ids.contains(id));
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Columns<'a> {
    tables: Vec<&'a str>,
    rows: Vec<&'a str>,
    keys: Vec<&'a ItemKey>,
    mapped: Vec<&'a [u8]>,
    written: Vec<&'a [u8]>,
    shapes: Vec<i32>,
}

/// The first field of a row's entry that holds something else.
fn says(row: &PgRow) -> sqlx::Result<LedgerDamage> {
    for (field, held) in [("mapped", "held_mapped"), ("written", "held_written")] {
        let expected: String = row.try_get(field)?;
        let found: String = row.try_get(held)?;
        if expected != found {
            return Ok(LedgerDamage::Says {
                field: field.to_owned(),
                found,
                expected,
            });
        }
    }
    let expected: i32 = row.try_get("shape")?;
    let found: i32 = row.try_get("held_shape")?;
    let expected = match expected {
        UNKNOWN => "one that the ledger does not know".to_owned(),
        number => number.to_string(),
    };
    Ok(LedgerDamage::Says {
        field: "shape".into(),
        found: found.to_string(),
        expected,
    })
}
