//! How the columns of a row get their values.

use std::collections::BTreeMap;

use super::syntax::{Constant, Policy};
use super::transforms::{self, Transform};
use crate::instant::Instant;
use crate::reading::{LONGEST_KEY, Metadata, Reader};
use crate::row::{Cell, CellKind};
use crate::value::Value;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// The document's id.
    DocumentId,
    /// The user to whom the rows of this run belong.
    Owner,
    /// When the document was made.
    Created,
    /// What no other rule came to, as JSON.
    LeftOver,
    /// The collection's number.
    Number,
    /// The row of another document, by its place among the collection's references.
    Reference(usize),
    /// The first of these fields that holds something.
    Fields(Vec<String>),
    /// Always the same.
    Constant(Cell),
    /// The value of the column at this position, which stands before.
    Column(usize),
}

/// Words that become other words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WordMap {
    /// From, in lower case, and to.
    pub words: BTreeMap<String, String>,
    /// For every other word; without it the column stays empty.
    pub otherwise: Option<String>,
    /// The warning about every other word.
    pub warning: String,
}

/// How one column gets its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    pub source: Source,
    pub kind: CellKind,
    pub transforms: Vec<Transform>,
    pub map: Option<WordMap>,
    pub limits: (i32, i32),
    /// What holds where this gives nothing.
    pub or: Option<Box<Rule>>,
}

/// The number of a collection's documents.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NumberRule {
    /// Its kind, by its name in the file.
    pub kind: String,
    pub fields: Vec<String>,
    pub transforms: Vec<Transform>,
    /// What becomes of a document whose number an earlier one has.
    pub duplicate: Policy,
    /// Whether one that has none is given one.
    pub assign: bool,
}

/// A reference to a document of an earlier collection.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ReferenceRule {
    /// The position of the collection referred to.
    pub target: usize,
    pub fields: Vec<String>,
    pub transforms: Vec<Transform>,
    /// What becomes of a document that names none.
    pub absent: Policy,
    /// What becomes of a document that names one that is not migrated.
    pub dangling: Policy,
    /// The column it goes to, for words.
    pub column: String,
}

/// What the rest of the source decided about a document.
pub(super) struct Context<'a> {
    pub id: &'a str,
    pub owner: &'a str,
    pub metadata: &'a Metadata,
    /// The field that says when the document was made.
    pub created: Option<&'a str>,
    pub number: Option<&'a str>,
    pub references: &'a [Option<String>],
}

/// The first of `fields` of which the transforms leave something.
pub(super) fn first_text(
    reader: &mut Reader,
    fields: &[String],
    transforms: &[Transform],
) -> Option<String> {
    fields
        .iter()
        .find_map(|field| transformed(reader, field, transforms))
}

/// The same for a number, which has to fit into the index of a unique column.
pub(super) fn first_number(
    reader: &mut Reader,
    fields: &[String],
    transforms: &[Transform],
) -> Option<String> {
    fields.iter().find_map(|field| {
        let number = transformed(reader, field, transforms)?;
        if number.len() > LONGEST_KEY {
            reader.warn("bad_text", field);
            return None;
        }
        Some(number)
    })
}

/// The text of a field, changed. One that the transforms leave nothing of is of no use, and left
/// over.
fn transformed(reader: &mut Reader, field: &str, transforms: &[Transform]) -> Option<String> {
    if let Value::Text(text) = reader.look(field)? {
        transforms::apply(transforms, text.clone())?;
    }
    transforms::apply(transforms, reader.text(field)?)
}

/// When the document was made.
pub(super) fn created(reader: &mut Reader, field: Option<&str>, metadata: &Metadata) -> Instant {
    match field {
        Some(field) => reader.created(field, metadata),
        None => metadata.create_time.unwrap_or(Instant::MIN),
    }
}

impl Rule {
    /// The value of the column. `before` are the cells of the columns that stand before it.
    pub fn cell(&self, reader: &mut Reader, context: &Context<'_>, before: &[Cell]) -> Cell {
        let cell = self.own(reader, context, before);
        match (&cell, &self.or) {
            (Cell::Null, Some(or)) => or.cell(reader, context, before),
            _ => cell,
        }
    }

    fn own(&self, reader: &mut Reader, context: &Context<'_>, before: &[Cell]) -> Cell {
        let text = |text: &str| Cell::text(transforms::apply(&self.transforms, text.to_owned()));
        match &self.source {
            Source::DocumentId => text(context.id),
            Source::Owner => Cell::Text(context.owner.to_owned()),
            Source::Created => {
                Cell::timestamp(Some(created(reader, context.created, context.metadata)))
            }
            Source::LeftOver => Cell::json(reader.left_over()),
            Source::Number => Cell::text(context.number.map(str::to_owned)),
            Source::Reference(index) => {
                Cell::text(context.references.get(*index).cloned().flatten())
            }
            Source::Constant(cell) => cell.clone(),
            Source::Column(position) => match before.get(*position) {
                Some(Cell::Text(value)) => text(value),
                Some(cell) => cell.clone(),
                None => Cell::Null,
            },
            Source::Fields(fields) => self.field(reader, fields),
        }
    }

    fn field(&self, reader: &mut Reader, fields: &[String]) -> Cell {
        let first = || fields.iter().map(String::as_str);
        match self.kind {
            CellKind::Text => Cell::text(match &self.map {
                None => first_text(reader, fields, &self.transforms),
                Some(map) => self.word(reader, fields, map),
            }),
            CellKind::Integer => {
                let fields: Vec<&str> = first().collect();
                Cell::integer(reader.integer(&fields, self.limits.0..=self.limits.1))
            }
            CellKind::Boolean => first()
                .find_map(|field| reader.boolean(field))
                .map_or(Cell::Null, Cell::Boolean),
            CellKind::Timestamp => Cell::timestamp(first().find_map(|field| reader.time(field))),
            CellKind::Json => Cell::json(first().find_map(|field| reader.copy(field))),
        }
    }

    fn word(&self, reader: &mut Reader, fields: &[String], map: &WordMap) -> Option<String> {
        let (field, text) = fields.iter().find_map(|field| {
            let text = transformed(reader, field, &self.transforms)?;
            Some((field, text))
        })?;
        let word = text.trim().to_lowercase();
        if word.is_empty() {
            return None;
        }
        if let Some(known) = map.words.get(&word) {
            return Some(known.clone());
        }
        reader.warn(&map.warning, field);
        map.otherwise.clone()
    }
}

/// The row of a document, a cell a rule. What is left over is known when everything else has been
/// read.
pub(super) fn cells(rules: &[Rule], reader: &mut Reader, context: &Context<'_>) -> Vec<Cell> {
    let is_last = |rule: &Rule| rule.source == Source::LeftOver;
    let mut cells: Vec<Cell> = Vec::with_capacity(rules.len());
    for rule in rules {
        cells.push(if is_last(rule) {
            Cell::Null
        } else {
            rule.cell(reader, context, &cells)
        });
    }
    for (position, rule) in rules.iter().enumerate() {
        if is_last(rule) {
            cells[position] = rule.cell(reader, context, &[]);
        }
    }
    cells
}

/// A written value as a cell of a column; the word for its type where it does not fit.
pub(super) fn constant(value: &Constant, kind: CellKind) -> Result<Cell, &'static str> {
    match (value, kind) {
        (Constant::Text(text), CellKind::Text) if !text.contains('\0') => {
            Ok(Cell::Text(text.clone()))
        }
        (Constant::Integer(value), CellKind::Integer) => i32::try_from(*value)
            .map(Cell::Integer)
            .map_err(|_| "an integer out of range"),
        (Constant::Boolean(value), CellKind::Boolean) => Ok(Cell::Boolean(*value)),
        (Constant::Text(text), CellKind::Timestamp) => Instant::parse_rfc3339(text, true)
            .or_else(|| Instant::parse_date(text))
            .map(|instant| Cell::timestamp(Some(instant)))
            .ok_or("a text that is no time"),
        (Constant::Text(_), _) => Err("a text"),
        (Constant::Integer(_), _) => Err("an integer"),
        (Constant::Boolean(_), _) => Err("a boolean"),
    }
}

/// The value behind a warning about a number or a reference that stays empty.
pub(super) fn raw_of(
    reader: &mut Reader,
    fields: &[String],
    transforms: &[Transform],
) -> (String, Value) {
    let of_use = |value: &Value| match value {
        Value::Text(text) => transforms::apply(transforms, text.clone()).is_some(),
        _ => true,
    };
    for field in fields {
        if let Some(value) = reader.look(field).filter(|value| of_use(value)) {
            return (field.clone(), value.clone());
        }
    }
    (fields.first().cloned().unwrap_or_default(), Value::Null)
}
