//! Steps that change rows by rules: the same that documents go by, over the columns of a row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map as JsonMap, Value as JsonValue};
use toml::Spanned;

use super::collections::{Reading, Under, kind_of};
use super::rules::{self, Context, Rule, Source};
use super::sql::Binds;
use super::steps::Stepping;
use super::syntax;
use crate::error::Result;
use crate::instant::Instant;
use crate::plans::in_place::{RowFunction, RowImage, RowOutcome, RowUpdate};
use crate::ports::rows::{Quarantine, Warning};
use crate::reading::{Metadata, Reader};
use crate::row::{Cell, CellKind, Shape};
use crate::schema::model::{ColumnType, Table};
use crate::value::{Map, Value};

/// The rules of a step.
struct Ruled {
    rules: Vec<Rule>,
    /// One a rule: the column, and whether it must have a value.
    columns: Vec<(String, bool)>,
    /// Columns that hold times, which JSON prints as text.
    times: BTreeSet<String>,
    refusals: Vec<Refusal>,
}

/// Rows that are left as they are.
struct Refusal {
    /// Among the cells.
    name: String,
    reason: String,
    what: String,
}

impl Stepping<'_, '_> {
    pub(super) fn rows(&mut self, step: &syntax::Step) -> Result<RowUpdate> {
        let table = self.named_table(step)?.clone();
        let mut binds = Binds::default();
        let mut rows = self.ruled(step, &table)?;
        let condition = match &step.condition {
            Some(condition) => Some(self.sql.part(condition, &mut binds)?),
            None => None,
        };
        let mut asks = Vec::new();
        for refusal in step.quarantine.iter().flat_map(|all| all.get_ref()) {
            let reason = refusal.reason.get_ref().clone();
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if reason.is_empty() || !reason.chars().all(plain) {
                let what = format!("{reason:?} is no reason: small letters, digits and `_`");
                return Err(self.text.fault(refusal.reason.span(), what));
            }
            let name = format!("{reason}?");
            if rows.refusals.iter().any(|other| other.name == name) {
                let what = format!("the reason {reason} stands here a second time");
                return Err(self.text.fault(refusal.reason.span(), what));
            }
            let sql = self.sql.part(&refusal.condition, &mut binds)?;
            asks.push((name.clone(), format!("({sql})")));
            rows.refusals.push(Refusal {
                name,
                what: refusal.what.clone().unwrap_or_else(|| reason.clone()),
                reason,
            });
        }
        let reads: BTreeSet<String> = rows.rules.iter().flat_map(columns_of).collect();
        let writes = rows.columns.iter().map(|(column, _)| column.clone());
        Ok(RowUpdate {
            noun: Self::noun(step, &table),
            table: table.name,
            reads: reads.into_iter().collect(),
            asks,
            writes: writes.collect(),
            rows: Self::considered(step, condition),
            binds: binds.values,
            labels: Self::labels(step),
            groups: Self::groups(step),
            decide: decision(rows),
        })
    }

    fn ruled(&self, step: &syntax::Step, table: &Table) -> Result<Ruled> {
        // In the order of the file: what is counted by is the first.
        let mut written: Vec<_> = step.rules.iter().flat_map(|all| all.get_ref()).collect();
        written.sort_by_key(|(column, _)| column.span().start);
        if written.is_empty() {
            let what = "`rules` names no column";
            return Err(self.text.fault(step.name.span(), what));
        }
        let mut columns = Vec::new();
        let mut shape = Shape {
            table: table.name.clone(),
            columns: Vec::new(),
        };
        for (name, rule) in &written {
            let column = self.column(table, name)?;
            let known = table.column(&column);
            let kind = known.and_then(|known| match &known.column_type {
                ColumnType::Enum(_) => Some(CellKind::Text),
                other => kind_of(other),
            });
            let Some(kind) = kind else {
                let what = format!(
                    "rules give values to columns of the types text, integer, boolean, timestamp, \
                     jsonb and enums; {column} is another"
                );
                return Err(self.text.fault(name.span(), what));
            };
            self.of_rows(rule)?;
            columns.push((column.clone(), known.is_some_and(|known| known.required)));
            shape.columns.push((column, kind));
        }
        let numbers = BTreeMap::new();
        let reading = Reading {
            text: self.text,
            schema: self.schema,
            numbers: &numbers,
            before: Vec::new(),
        };
        let mut under = Under {
            table,
            shape: &shape,
            collection: &table.name,
            number: None,
            references: Vec::new(),
        };
        let mut rules = Vec::new();
        for (position, (_, rule)) in written.iter().enumerate() {
            let (column, kind) = &shape.columns[position];
            rules.push(reading.rule(&mut under, rule, (position, column, *kind))?);
        }
        let is_time = |kind: &ColumnType| {
            matches!(
                kind,
                ColumnType::Timestamp | ColumnType::TimestampMillis | ColumnType::TimestampTz
            )
        };
        let times = table.columns.iter();
        let times = times.filter(|column| is_time(&column.column_type));
        Ok(Ruled {
            rules,
            columns,
            times: times.map(|column| column.name.clone()).collect(),
            refusals: Vec::new(),
        })
    }

    /// A row is no document: it has columns, and nothing else to say.
    fn of_rows(&self, written: &Spanned<syntax::Rule>) -> Result<()> {
        let rule = written.get_ref();
        if rule.from.is_some() {
            let what = "`from` is for documents; the columns of a row are its fields";
            return Err(self.text.fault(written.span(), what));
        }
        match &rule.or {
            Some(or) => self.of_rows(or),
            None => Ok(()),
        }
    }
}

/// The columns that a rule reads.
fn columns_of(rule: &Rule) -> Vec<String> {
    let mut columns: Vec<String> = match &rule.source {
        Source::Fields(fields) => fields.iter().map(|field| column_of(field)).collect(),
        _ => Vec::new(),
    };
    columns.extend(rule.or.iter().flat_map(|or| columns_of(or)));
    columns
}

/// The column that a path begins with.
fn column_of(path: &str) -> String {
    path.split('.').next().unwrap_or_default().to_owned()
}

fn decision(ruled: Ruled) -> RowFunction {
    Arc::new(move |row| ruled.decide(row))
}

impl Ruled {
    fn decide(&self, row: &RowImage) -> RowOutcome {
        let is_true = |name: &str| row.cells.get(name) == Some(&JsonValue::Bool(true));
        if let Some(refusal) = self.refusals.iter().find(|each| is_true(&each.name)) {
            return quarantined(&refusal.reason, &refusal.what);
        }
        let fields = row.cells.iter().map(|(name, cell)| {
            let value = match cell {
                JsonValue::String(text) if self.times.contains(name) => time(text),
                other => value(other),
            };
            (name.clone(), value)
        });
        let mut reader = Reader::new(Map::from_entries(fields.collect()));
        let context = Context {
            id: &row.key,
            owner: "",
            metadata: &Metadata { create_time: None },
            created: None,
            number: None,
            references: &[],
        };
        let cells = rules::cells(&self.rules, &mut reader, &context);
        let mut set = JsonMap::new();
        for ((column, required), cell) in self.columns.iter().zip(cells) {
            if *required && cell == Cell::Null {
                let what = format!("nothing gives a value to {column}");
                return quarantined(&format!("missing_{column}"), &what);
            }
            set.insert(column.clone(), json(cell));
        }
        let warnings = reader.into_warnings().into_iter();
        RowOutcome {
            set,
            warnings: warnings
                .map(|warning| Warning {
                    raw: raw(row, &warning.path),
                    ..warning
                })
                .collect(),
            quarantine: None,
        }
    }
}

fn quarantined(reason: &str, detail: &str) -> RowOutcome {
    RowOutcome {
        quarantine: Some(Quarantine {
            reason: reason.to_owned(),
            detail: detail.to_owned(),
            raw: Vec::new(),
            place: None,
        }),
        ..RowOutcome::default()
    }
}

/// The value at a path, as JSON.
fn raw(row: &RowImage, path: &str) -> String {
    let mut parts = path.split('.');
    let first = parts.next().and_then(|column| row.cells.get(column));
    let found = parts.try_fold(first, |value, part| Some(value?.get(part)));
    found.flatten().unwrap_or(&JsonValue::Null).to_string()
}

/// A time as `to_jsonb` prints it; what is beyond the years 1 to 9999 stays text.
fn time(text: &str) -> Value {
    match Instant::parse_rfc3339(text, true) {
        Some(instant) => Value::Timestamp(instant),
        None => Value::Text(text.to_owned()),
    }
}

/// JSON as documents have it.
fn value(json: &JsonValue) -> Value {
    match json {
        JsonValue::Null => Value::Null,
        JsonValue::Bool(value) => Value::Boolean(*value),
        JsonValue::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Value::Integer(integer),
            (None, Some(double)) => Value::Double(double),
            (None, None) => Value::Text(number.to_string()),
        },
        JsonValue::String(text) => Value::Text(text.clone()),
        JsonValue::Array(values) => Value::Array(values.iter().map(value).collect()),
        JsonValue::Object(map) => Value::Map(Map::from_entries(
            map.iter()
                .map(|(name, inner)| (name.clone(), value(inner)))
                .collect(),
        )),
    }
}

fn json(cell: Cell) -> JsonValue {
    match cell {
        Cell::Null => JsonValue::Null,
        Cell::Text(text) => text.into(),
        Cell::Integer(value) => value.into(),
        Cell::Boolean(value) => value.into(),
        Cell::Timestamp(micros) => Instant::from_micros(micros).to_timestamp_text().into(),
        // It was written by us, so it can be read.
        Cell::Json(text) => serde_json::from_str(&text).unwrap_or(JsonValue::Null),
    }
}
