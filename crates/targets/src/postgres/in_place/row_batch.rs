//! A batch of rows about which a pure function decides.

use std::collections::BTreeMap;

use serde_json::{Map, Value as JsonValue, json};
use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::plans::in_place::{RowImage, RowOutcome, RowUpdate, TableFacts};
use sunset_core::ports::in_place::{Changed, RowBatch};
use sunset_core::schema::name::{quote_identifier, quote_literal};

use super::reader::{changed, plain};
use super::statements::{considered, image, key, names, relation, source};
use super::{bound, object};
use crate::postgres::fault::{error, located};
use crate::postgres::runs::without_nul;

/// Rows of a batch, and what becomes of each.
pub(super) struct Decided {
    rows: Vec<(RowImage, RowOutcome)>,
    first: Option<String>,
}

/// Reads the rows behind a key, locked where they are to be written, and asks the function.
pub(super) async fn decide(
    transaction: &mut Transaction<'_, Postgres>,
    facts: &TableFacts,
    update: &RowUpdate,
    (after, limit): (Option<&str>, u32),
    lock: bool,
) -> Result<Decided> {
    let what = format!("cannot read rows of {}", facts.table);
    let failed = |cause| error(cause, what.clone());
    let mut binds = update.binds.clone();
    let mut conditions = considered(facts, &update.rows);
    if let Some(after) = after {
        binds.push(after.to_owned());
        conditions.push(format!(
            "{} > ${}::{}",
            key(facts),
            binds.len(),
            facts.key_type
        ));
    }
    let columns = update
        .reads
        .iter()
        .map(|column| format!("{}, t.{}", quote_literal(column), quote_identifier(column)));
    let asked = update
        .asks
        .iter()
        .map(|(name, expression)| format!("{}, {expression}", quote_literal(name)));
    let cells: Vec<String> = columns.chain(asked).collect();
    let sql = format!(
        "SELECT {key}::text AS key, jsonb_build_object({cells})::text AS cells \
           FROM {relation} AS t WHERE {conditions} ORDER BY {key} LIMIT {limit}{lock}",
        key = key(facts),
        cells = cells.join(", "),
        relation = source(facts),
        conditions = if conditions.is_empty() {
            "true".to_owned()
        } else {
            conditions.join(" AND ")
        },
        lock = if lock { " FOR NO KEY UPDATE OF t" } else { "" },
    );
    let rows = bound(&sql, &binds)
        .fetch_all(&mut **transaction)
        .await
        .map_err(|cause| located(cause, what.clone(), &sql))?;
    let decided = rows.iter().map(|row| {
        let image = RowImage {
            key: row.try_get("key")?,
            cells: object(row.try_get("cells")?),
        };
        let outcome = (update.decide)(&image);
        Ok((image, outcome))
    });
    Ok(Decided {
        rows: decided.collect::<sqlx::Result<_>>().map_err(failed)?,
        first: update.writes.first().cloned(),
    })
}

impl Decided {
    /// What the batch came to, were it written as decided.
    pub(super) fn into_batch(self, keeps_images: bool) -> RowBatch {
        let mut batch = RowBatch {
            seen: self.rows.len() as u64,
            last: self.rows.last().map(|(image, _)| image.key.clone()),
            ..RowBatch::default()
        };
        for (image, outcome) in self.rows {
            if keeps_images && (outcome.quarantine.is_some() || !outcome.set.is_empty()) {
                batch.images.push((image.clone(), outcome.clone()));
            }
            for warning in &outcome.warnings {
                let items = batch.warnings.entry(warning.code.clone()).or_default();
                items.push(image.key.clone());
            }
            if let Some(quarantine) = outcome.quarantine {
                let items = batch.quarantined.entry(quarantine.reason).or_default();
                items.push(image.key);
                continue;
            }
            if outcome.set.is_empty() {
                continue;
            }
            batch.changed.rows += 1;
            let value = self.first.as_ref().and_then(|name| outcome.set.get(name));
            let value = match value {
                Some(JsonValue::String(text)) => text.clone(),
                Some(JsonValue::Null) | None => String::new(),
                Some(other) => other.to_string(),
            };
            *batch.changed.values.entry(value).or_default() += 1;
        }
        batch
    }
}

/// Writes what was decided, with its entries in the ledger.
pub(super) async fn write(
    transaction: &mut Transaction<'_, Postgres>,
    facts: &TableFacts,
    update: &RowUpdate,
    decided: &Decided,
    run: i64,
    step: &str,
) -> Result<Changed> {
    let what = format!("cannot change rows of {}", facts.table);
    let failed = |cause| error(cause, what.clone());
    // Rows that set the same columns are written together.
    let mut groups: BTreeMap<Vec<&str>, Vec<JsonValue>> = BTreeMap::new();
    for (image, outcome) in &decided.rows {
        if outcome.quarantine.is_some() || outcome.set.is_empty() {
            continue;
        }
        let columns: Vec<&str> = update
            .writes
            .iter()
            .map(String::as_str)
            .filter(|column| outcome.set.contains_key(*column))
            .collect();
        let group = groups.entry(columns).or_default();
        group.push(json!({"key": image.key, "set": outcome.set}));
    }
    let mut sum = Changed::default();
    for (columns, rows) in groups {
        let given = JsonValue::Array(rows).to_string();
        let found = crate::postgres::query(plain(statement(facts, &columns)))
            .bind(&given)
            .bind(run)
            .bind(step)
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
        sum.add(changed(&found).map_err(failed)?);
    }
    record(transaction, facts, decided, run).await?;
    Ok(sum)
}

fn statement(facts: &TableFacts, columns: &[&str]) -> String {
    let typed: Vec<String> = columns
        .iter()
        .map(|column| format!("{} {}", quote_identifier(column), facts.type_of(column)))
        .collect();
    let assigned: Vec<String> = columns
        .iter()
        .map(|column| {
            let name = quote_identifier(column);
            format!("{name} = n.{name}")
        })
        .collect();
    let differs: Vec<String> = columns
        .iter()
        .map(|column| {
            let name = quote_identifier(column);
            format!("o.{name} IS DISTINCT FROM n.{name}")
        })
        .collect();
    let cells = |alias: &str| -> Vec<(String, String)> {
        columns
            .iter()
            .map(|column| {
                (
                    (*column).to_owned(),
                    format!("{alias}.{}", quote_identifier(column)),
                )
            })
            .collect()
    };
    format!(
        "WITH given AS MATERIALIZED (\n\
         SELECT (e ->> 'key')::{key_type} AS row_key, n.*\n\
         FROM jsonb_array_elements($1::text::jsonb) AS e\n\
         CROSS JOIN LATERAL jsonb_to_record(e -> 'set') AS n ({typed})\n\
         ), changed AS (\n\
         UPDATE {relation} AS t SET {assigned} FROM given AS n, {relation} AS o\n\
         WHERE o.{key} = n.row_key AND t.{key} = o.{key} AND ({differs})\n\
         RETURNING t.{key}::text AS key, {before} AS before, {after} AS after\n\
         ), booked AS (\n\
         INSERT INTO sunset.changes (run, step, namespace, table_name, key_column, columns, keys, before, after)\n\
         SELECT $2, $3, {namespace}, {table}, {key_column}, {names}, array_agg(key), before, after\n\
         FROM changed GROUP BY before, after\n\
         RETURNING cardinality(keys) AS rows, after\n\
         )\n\
         SELECT coalesce(after ->> {first}, '') AS value, sum(rows)::bigint AS rows FROM booked GROUP BY 1",
        key_type = facts.key_type,
        typed = typed.join(", "),
        relation = relation(facts),
        assigned = assigned.join(", "),
        key = quote_identifier(&facts.key),
        differs = differs.join(" OR "),
        before = image(&cells("o")),
        after = image(&cells("t")),
        namespace = quote_literal(&facts.namespace),
        table = quote_literal(&facts.table),
        key_column = quote_literal(&facts.key),
        names = names(columns),
        first = quote_literal(columns.first().copied().unwrap_or_default()),
    )
}

/// Warnings and quarantine of the rows that were looked at, in place of what earlier runs said
/// of them. What is the same stays as it is.
async fn record(
    transaction: &mut Transaction<'_, Postgres>,
    facts: &TableFacts,
    decided: &Decided,
    run: i64,
) -> Result<()> {
    let failed = |cause| error(cause, "cannot record warnings and quarantine");
    let mut keys: Vec<&str> = Vec::new();
    let mut warnings: Vec<JsonValue> = Vec::new();
    let mut quarantined: Vec<JsonValue> = Vec::new();
    for (image, outcome) in &decided.rows {
        keys.push(&image.key);
        for (ordinal, warning) in outcome.warnings.iter().enumerate() {
            warnings.push(json!({
                "document_id": image.key, "ordinal": ordinal, "code": warning.code,
                "path": warning.path, "raw": without_nul(&warning.raw),
            }));
        }
        if let Some(quarantine) = &outcome.quarantine {
            quarantined.push(json!({
                "document_id": image.key, "reason": quarantine.reason,
                "detail": without_nul(&quarantine.detail),
                "raw": cells_text(&image.cells), "place": quarantine.place,
            }));
        }
    }
    if keys.is_empty() {
        return Ok(());
    }
    for (sql, rows) in [
        (include_str!("record_warnings.sql"), warnings),
        (include_str!("record_quarantine.sql"), quarantined),
    ] {
        crate::postgres::query(sql)
            .bind(&facts.table)
            .bind(&keys)
            .bind(JsonValue::Array(rows).to_string())
            .bind(run)
            .execute(&mut **transaction)
            .await
            .map_err(failed)?;
    }
    Ok(())
}

fn cells_text(cells: &Map<String, JsonValue>) -> String {
    JsonValue::Object(cells.clone()).to_string()
}
