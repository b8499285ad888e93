//! What of a table a backup restores, and by which statements.

use std::collections::BTreeMap;

use serde_json::{Map, Value as JsonValue};
use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::ports::backups::BackupRecord;
use sunset_core::schema::name::{qualified, quote_identifier, quote_literal};
use sunset_core::{Error, ErrorKind, Result};

use super::restore::WHAT;
use crate::postgres::fault::error;

/// A column of a table that can be written.
struct Column {
    name: String,
    kind: String,
    /// Whether the backup holds it.
    copied: bool,
    /// Whether it can be given a value in a row that is there: one that is always generated can
    /// only be given it as the row is inserted.
    settable: bool,
}

/// What a table is restored by.
pub(super) struct Parts {
    pub table: String,
    pub relation: String,
    copy: Option<String>,
    key: String,
    /// All columns.
    names: Vec<String>,
    /// Those that can be written, the key among them.
    columns: Vec<Column>,
    /// Columns that the plan wrote.
    written: Vec<String>,
    /// Columns of the backup that the table has no longer: an expression.
    lost: String,
    pub verdicts: String,
}

/// All tables that a backup holds or that the plan wrote to since.
pub(super) async fn all_parts(
    transaction: &mut Transaction<'_, Postgres>,
    backup: &BackupRecord,
) -> Result<Vec<Parts>> {
    let failed = |cause| error(cause, WHAT);
    let mut written: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let rows = crate::postgres::query(include_str!("written_tables.sql"))
        .bind(&backup.plan)
        .bind(backup.last_change)
        .bind(&backup.namespace)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    for row in &rows {
        let columns = row.try_get("columns").map_err(failed)?;
        written.insert(row.try_get("table_name").map_err(failed)?, columns);
    }
    for copied in &backup.tables {
        written.entry(copied.table.clone()).or_default();
    }
    let mut all = Vec::new();
    for (table, columns) in written {
        all.extend(parts(transaction, backup, table, columns).await?);
    }
    Ok(all)
}

async fn parts(
    transaction: &mut Transaction<'_, Postgres>,
    backup: &BackupRecord,
    table: String,
    written: Vec<String>,
) -> Result<Option<Parts>> {
    let failed = |cause| error(cause, WHAT);
    let relation = qualified(&backup.namespace, &table);
    let copy = backup
        .table(&table)
        .map(|_| qualified(&backup.schema, &table));
    let rows = crate::postgres::query(include_str!("restore_columns.sql"))
        .bind(&relation)
        .bind(copy.as_deref())
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut columns = Vec::new();
    let mut names = Vec::new();
    let mut key = None;
    for row in &rows {
        let name: String = row.try_get("name").map_err(failed)?;
        if row.try_get("key").map_err(failed)? {
            key = Some(name.clone());
        }
        names.push(name.clone());
        if row.try_get("writable").map_err(failed)? {
            let kind = row.try_get("type").map_err(failed)?;
            columns.push(Column {
                name,
                kind,
                copied: row.try_get("copied").map_err(failed)?,
                settable: row.try_get("settable").map_err(failed)?,
            });
        }
    }
    let key = key.ok_or_else(|| {
        Error::new(
            ErrorKind::Mismatch,
            format!("the primary key of {table} is not one column"),
        )
        .remedy("restore the table by hand from the schema of the backup")
    })?;
    let empty = format!("(SELECT * FROM {relation} WHERE false)");
    let kept: Vec<String> = names.iter().map(|name| quote_literal(name)).collect();
    let lost = match &copy {
        Some(copy) => format!(
            "(SELECT coalesce(array_agg(a.attname::text), '{{}}') FROM pg_catalog.pg_attribute AS a \
             WHERE a.attrelid = {}::regclass AND a.attnum > 0 AND a.attname <> ALL (ARRAY[{}]::text[]))",
            quote_literal(copy),
            kept.join(", ")
        ),
        None => "'{}'::text[]".to_owned(),
    };
    let verdicts = format!(
        include_str!("verdicts.sql"),
        plan = quote_literal(&backup.plan),
        mark = backup.last_change,
        table = quote_literal(&table),
        namespace = quote_literal(&backup.namespace),
        key = quote_identifier(&key),
        nulls = nulls(names.iter()),
        lost = &lost,
        copy = copy.as_deref().unwrap_or(&empty),
        relation = relation,
    );
    Ok(Some(Parts {
        table,
        relation,
        copy,
        key,
        names,
        columns,
        written,
        lost,
        verdicts,
    }))
}

/// An object in which columns are NULL.
fn nulls<'n>(names: impl Iterator<Item = &'n String>) -> String {
    let nulls: Map<String, JsonValue> = names.map(|name| (name.clone(), JsonValue::Null)).collect();
    format!(
        "{}::jsonb",
        quote_literal(&JsonValue::Object(nulls).to_string())
    )
}

impl Parts {
    /// What writes, by the verdicts in a table.
    pub(super) fn statements(&self, verdicts: &str, force: bool) -> Vec<String> {
        let mut statements = Vec::new();
        if let Some(copy) = &self.copy {
            statements.extend(self.restoring(copy, verdicts, force));
            if force {
                statements.push(self.inserting(copy, verdicts));
            }
        }
        statements.extend(self.undoing(verdicts, force));
        statements.push(self.deleting(verdicts, force));
        statements
    }

    /// Rows of the backup that are there.
    fn restoring(&self, copy: &str, verdicts: &str, force: bool) -> Option<String> {
        let of = self.columns.iter().filter(|column| {
            column.settable
                && column.name != self.key
                && (column.copied || self.written.contains(&column.name))
        });
        let assigned: Vec<String> = of
            .map(|column| {
                let name = quote_identifier(&column.name);
                if column.copied {
                    format!("{name} = b.{name}")
                } else {
                    format!("{name} = NULL")
                }
            })
            .collect();
        (!assigned.is_empty()).then(|| {
            format!(
                "UPDATE {relation} AS t SET {assigned} FROM {copy} AS b, {verdicts} AS r \
                 WHERE r.verdict = ANY ({which}) AND b.{key}::text = r.key AND t.{key} = b.{key}",
                relation = self.relation,
                assigned = assigned.join(", "),
                which = chosen("restore", "changed", force),
                key = quote_identifier(&self.key),
            )
        })
    }

    /// Rows of the backup that were deleted since.
    fn inserting(&self, copy: &str, verdicts: &str) -> String {
        let copied = self.columns.iter().filter(|column| column.copied);
        let copied: Vec<String> = copied
            .map(|column| quote_identifier(&column.name))
            .collect();
        format!(
            "INSERT INTO {relation} ({copied}) OVERRIDING SYSTEM VALUE SELECT {copied} FROM {copy} AS b \
             WHERE b.{key}::text IN (SELECT r.key FROM {verdicts} AS r WHERE r.verdict = 'gone')",
            relation = self.relation,
            copied = copied.join(", "),
            key = quote_identifier(&self.key),
        )
    }

    /// Cells that the plan wrote of rows that the backup does not hold.
    fn undoing(&self, verdicts: &str, force: bool) -> Option<String> {
        let cells: Vec<&Column> = self
            .columns
            .iter()
            .filter(|column| {
                column.settable && self.written.contains(&column.name) && column.name != self.key
            })
            .collect();
        let typed: Vec<String> = cells
            .iter()
            .map(|column| format!("{} {}", quote_identifier(&column.name), column.kind))
            .collect();
        let assigned: Vec<String> = cells
            .iter()
            .map(|column| {
                let quoted = quote_identifier(&column.name);
                let literal = quote_literal(&column.name);
                format!("{quoted} = CASE WHEN r.before_cells ? {literal} THEN v.{quoted} ELSE t.{quoted} END")
            })
            .collect();
        (!cells.is_empty()).then(|| {
            format!(
                "UPDATE {relation} AS t SET {assigned} FROM {verdicts} AS r \
                 CROSS JOIN LATERAL jsonb_to_record(r.before_cells) AS v ({typed}) \
                 WHERE r.verdict = ANY ({which}) AND t.{key}::text = r.key",
                relation = self.relation,
                assigned = assigned.join(", "),
                typed = typed.join(", "),
                which = chosen("undo", "undo_changed", force),
                key = quote_identifier(&self.key),
            )
        })
    }

    /// Rows that the plan made.
    fn deleting(&self, verdicts: &str, force: bool) -> String {
        format!(
            "DELETE FROM {relation} AS t USING {verdicts} AS r \
             WHERE r.verdict = ANY ({which}) AND t.{key}::text = r.key",
            relation = self.relation,
            which = chosen("made", "made_changed", force),
            key = quote_identifier(&self.key),
        )
    }

    /// Marks, among the verdicts, the rows that are not what they were to become, and gives by
    /// their former verdict how many they are (`rows`) and the first (`named`).
    pub(super) fn marking(&self, verdicts: &str, force: bool, named: usize) -> String {
        let written = self
            .columns
            .iter()
            .filter(|column| !column.copied && self.written.contains(&column.name));
        let copied = match &self.copy {
            Some(copy) => format!(
                "SELECT b.{key}::text AS key, {nulls} || (to_jsonb(b) - {lost}) AS cells FROM {copy} AS b",
                key = quote_identifier(&self.key),
                nulls = nulls(written.map(|column| &column.name)),
                lost = self.lost,
            ),
            None => "SELECT NULL::text AS key, NULL::jsonb AS cells WHERE false".to_owned(),
        };
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        format!(
            include_str!("marking.sql"),
            verdicts = verdicts,
            copied = copied,
            key = quote_identifier(&self.key),
            relation = self.relation,
            names = listed(&names),
            carried_out = carried_out(force),
            named = named,
        )
    }
}

/// Verdicts by which something was written.
fn carried_out(force: bool) -> String {
    let calm = ["restore", "undo", "made"];
    let forced = ["changed", "gone", "undo_changed", "made_changed"];
    if force {
        listed(&[&calm[..], &forced[..]].concat())
    } else {
        listed(&calm)
    }
}

/// The verdict of rows that are as they should be, and with `force` that of those that are not.
fn chosen(calm: &str, forced: &str, force: bool) -> String {
    if force {
        listed(&[calm, forced])
    } else {
        listed(&[calm])
    }
}

/// `ARRAY['a', 'b']::text[]`
pub(super) fn listed(verdicts: &[&str]) -> String {
    let quoted: Vec<String> = verdicts
        .iter()
        .map(|verdict| quote_literal(verdict))
        .collect();
    format!("ARRAY[{}]::text[]", quoted.join(", "))
}
