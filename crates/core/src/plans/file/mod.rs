//! Plans that are read from a file: collections become rows of tables by rules that are written
//! down, or rows are changed where they stand by SQL. `docs/plan-files.md` says what may stand in
//! such a file.

mod collections;
mod fates;
mod numbering;
mod place;
mod relations;
mod resolution;
mod rules;
mod survey;
mod syntax;
mod tables;
mod transforms;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::collections::{Collection, Reading};
use self::numbering::Pattern;
use self::place::PlanText;
use self::rules::Source;
use super::schemas::PlanSchema;
use super::{DocumentPlan, Integrity, Phase, Survey};
use crate::digest::Digest;
use crate::error::Result;
use crate::ports::verify::ForeignKey;
use crate::row::Shape;
use crate::schema::model::Schema;

/// The table of users that [`Source::Owner`] speaks of.
const USERS: &str = "user";

/// A plan that was read from a file.
#[derive(Debug)]
pub struct FilePlan {
    name: String,
    /// Of its text.
    revision: Digest,
    schema: Schema,
    collections: Vec<Collection>,
    numbers: BTreeMap<String, Pattern>,
}

/// A plan file that documents are migrated by.
#[derive(Debug, Clone)]
pub struct DocumentFile(Arc<FilePlan>);

/// Reads a plan file. `file` is what the operator calls it, for errors.
///
/// # Errors
/// `Configuration`, with the line and the column of what is not right.
pub fn read(file: &str, text: &str) -> Result<DocumentFile> {
    let text = PlanText { file, text };
    let syntax: syntax::File = text.parse()?;
    let name = syntax.plan.name.get_ref();
    if super::names().contains(&name.as_str()) {
        let what = format!("{name:?} is the name of a plan that comes with sunset; take another");
        return Err(text.fault(syntax.plan.name.span(), what));
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(plain) {
        let what = format!("{name:?} is no name of a plan: it has small letters, digits and `-`");
        return Err(text.fault(syntax.plan.name.span(), what));
    }
    let schema = tables::schema(text, &syntax.tables, "public")?;
    let mut numbers = BTreeMap::new();
    for (kind, number) in &syntax.numbers {
        numbers.insert(kind.clone(), Pattern::read(text, &number.pattern)?);
    }
    let mut reading = Reading {
        text,
        schema: &schema,
        numbers: &numbers,
        before: Vec::new(),
    };
    for collection in &syntax.collections {
        reading.collection(collection)?;
    }
    let collections = reading.before;
    if collections.is_empty() {
        let what = "the plan has no [[collection]], so it migrates nothing";
        return Err(text.fault(syntax.plan.name.span(), what));
    }
    Ok(DocumentFile(Arc::new(FilePlan {
        name: name.clone(),
        revision: Digest::of(text.text.as_bytes()),
        schema,
        collections,
        numbers,
    })))
}

impl FilePlan {
    fn position(&self, collection: &str) -> Option<usize> {
        self.collections
            .iter()
            .position(|each| each.name == collection)
    }
}

impl DocumentFile {
    /// The desired schema, in the schema `namespace` of the database.
    pub fn schema(&self, namespace: &str) -> PlanSchema {
        PlanSchema {
            schema: Schema {
                namespace: namespace.to_owned(),
                ..self.0.schema.clone()
            },
            faults: Vec::new(),
        }
    }
}

impl DocumentPlan for DocumentFile {
    fn name(&self) -> &str {
        &self.0.name
    }

    fn revision(&self) -> Option<Digest> {
        Some(self.0.revision)
    }

    fn collections(&self) -> Vec<&str> {
        let collections = self.0.collections.iter();
        collections.map(|each| each.name.as_str()).collect()
    }

    fn phases(&self) -> Vec<Phase> {
        let collections = self.0.collections.iter();
        collections
            .map(|each| Phase {
                label: each.label.clone(),
                collections: vec![each.name.clone()],
            })
            .collect()
    }

    fn shapes(&self) -> Vec<Arc<Shape>> {
        // In the order of the tables, which stand behind those that they refer to. Collections
        // that share a table write the same columns.
        let tables = self.0.schema.tables.iter();
        tables
            .filter_map(|table| {
                let mut collections = self.0.collections.iter();
                let first = collections.find(|each| each.shape.table == table.name)?;
                Some(first.shape.clone())
            })
            .collect()
    }

    fn integrity(&self) -> Integrity {
        let with_id = |table: &&crate::schema::model::Table| table.column("id").is_some();
        let mut integrity = Integrity {
            users: self.has_owner().then(|| USERS.to_owned()),
            ..Integrity::default()
        };
        for table in &self.0.schema.tables {
            integrity.tables.push(table.name.clone());
        }
        for table in self.0.schema.tables.iter().filter(with_id) {
            let name = || table.name.clone();
            for column in table.columns.iter().filter(|column| column.required) {
                integrity.required.push((name(), column.name.clone()));
            }
            for unique in &table.uniques {
                let columns = unique.columns.iter();
                integrity
                    .unique
                    .extend(columns.map(|column| (name(), column.clone())));
            }
            for key in &table.foreign_keys {
                if key.target_columns == ["id"] {
                    integrity.foreign_keys.push(ForeignKey {
                        table: name(),
                        column: key.columns.concat(),
                        target: key.target.clone(),
                    });
                }
            }
        }
        for collection in &self.0.collections {
            let rules = collection.rules.iter().zip(&collection.shape.columns);
            for (rule, (column, _)) in rules {
                if let (Source::Number, Some(number)) = (&rule.source, &collection.number) {
                    let entry = (
                        number.kind.clone(),
                        collection.shape.table.clone(),
                        column.clone(),
                    );
                    if !integrity.numbers.contains(&entry) {
                        integrity.numbers.push(entry);
                    }
                }
            }
        }
        integrity
    }

    fn has_owner(&self) -> bool {
        let rules = self.0.collections.iter().flat_map(|each| &each.rules);
        rules.into_iter().any(|rule| rule.source == Source::Owner)
    }

    fn has_recordings(&self) -> bool {
        false
    }

    fn survey(&self, owner: &str) -> Box<dyn Survey> {
        Box::new(survey::FileSurvey::new(self.0.clone(), owner))
    }
}
