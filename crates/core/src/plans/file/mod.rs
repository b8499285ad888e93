//! Plans that are read from a file: collections become rows of tables by rules that are written
//! down, or rows are changed where they stand by SQL. `docs/plan-files.md` says what may stand in
//! such a file.

mod checks;
mod collections;
mod companions;
mod fates;
mod in_place;
mod numbering;
mod pieces;
mod place;
mod relations;
mod renames;
mod resolution;
mod rows;
mod rules;
mod sql;
mod steps;
mod survey;
mod syntax;
mod tables;
mod transforms;

#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod in_place_tests;
#[cfg(test)]
mod ruled_tests;
#[cfg(test)]
mod tests;

pub use in_place::InPlaceFile;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::collections::{Collection, Reading};
use self::numbering::Pattern;
use self::place::PlanText;
use self::rules::Source;
use super::in_place::{InPlacePlan, Parameters, Registered, Work};
use super::schemas::PlanSchema;
use super::{DocumentPlan, Integrity, Phase, Survey};
use crate::digest::Digest;
use crate::error::Result;
use crate::instant::Instant;
use crate::row::Shape;
use crate::schema::diff::Rename;
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
    /// What is done and asked once the documents are rows.
    afterwards: InPlaceFile,
    /// `(table, column)` that this fills.
    derived: Vec<(String, String)>,
}

/// What a plan file says.
#[derive(Debug, Clone)]
pub enum PlanFile {
    /// How documents become rows.
    Documents(DocumentFile),
    /// How a database is changed where it stands.
    InPlace(Registered),
}

/// A plan file that documents are migrated by.
#[derive(Debug, Clone)]
pub struct DocumentFile(Arc<FilePlan>);

/// Reads a plan file. `file` is what the operator calls it, for errors.
///
/// # Errors
/// `Configuration`, with the line and the column of what is not right.
pub fn read(file: &str, text: &str) -> Result<PlanFile> {
    let text = PlanText { file, text };
    let syntax: syntax::File = text.parse()?;
    check_name(text, &syntax.plan)?;
    let schema = tables::schema(text, &syntax.tables, &syntax.enums, "public")?;
    let renames = renames::renames(text, &syntax.plan, &schema)?;
    if syntax.collections.is_empty() {
        if syntax.steps.is_empty() {
            let what = "the plan has no [[collection]] and no [[step]], so it migrates nothing";
            return Err(text.fault(syntax.plan.name.span(), what));
        }
        let file = Arc::new(InPlaceFile {
            file: file.to_owned(),
            text: text.text.to_owned(),
            syntax,
            schema,
            renames,
            of_documents: None,
        });
        return file.registered().map(PlanFile::InPlace);
    }
    documents(text, syntax, schema, renames).map(PlanFile::Documents)
}

fn check_name(text: PlanText, heading: &syntax::Heading) -> Result<()> {
    let name = heading.name.get_ref();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let what = if super::names().contains(&name.as_str()) {
        format!("{name:?} is the name of a plan that comes with sunset; take another")
    } else if name.is_empty() || !name.chars().all(plain) {
        format!("{name:?} is no name of a plan: it has small letters, digits and `-`")
    } else {
        return Ok(());
    };
    Err(text.fault(heading.name.span(), what))
}

/// A plan whose documents become rows, and what is done and asked behind that.
fn documents(
    text: PlanText,
    syntax: syntax::File,
    schema: Schema,
    renames: Vec<Rename>,
) -> Result<DocumentFile> {
    check_of_documents(text, &syntax)?;
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
    let name = syntax.plan.name.get_ref().clone();
    let shapes = collections.iter().map(|collection| &collection.shape);
    let written = shapes.flat_map(|shape| {
        let columns = shape.columns.iter();
        columns.map(|(column, _)| (shape.table.clone(), column.clone()))
    });
    let afterwards = InPlaceFile {
        file: text.file.to_owned(),
        text: text.text.to_owned(),
        of_documents: Some(written.collect()),
        schema: schema.clone(),
        renames,
        syntax,
    };
    // Every fault of the file is found now.
    let plan = afterwards.describe(&Parameters::new("public", Instant::MIN))?;
    Ok(DocumentFile(Arc::new(FilePlan {
        name,
        revision: Digest::of(text.text.as_bytes()),
        schema,
        collections,
        numbers,
        derived: filled(&plan),
        afterwards,
    })))
}

/// What only means something to a plan that changes a database where it stands.
fn check_of_documents(text: PlanText, syntax: &syntax::File) -> Result<()> {
    let heading = &syntax.plan;
    let database = heading.database.iter().flatten().next();
    let given = [
        ("database", database.map(toml::Spanned::span)),
        ("next", heading.next.as_ref().map(toml::Spanned::span)),
        ("keep", heading.keep.as_ref().map(toml::Spanned::span)),
        ("prisma", heading.prisma.as_ref().map(toml::Spanned::span)),
        (
            "tenancy",
            syntax.tenancy.as_ref().map(|tenancy| tenancy.table.span()),
        ),
    ];
    for (word, at) in given {
        if let Some(at) = at {
            let what = format!("`{word}` means nothing where documents become rows");
            return Err(text.fault(at, what));
        }
    }
    match syntax.preconditions.first() {
        Some(each) => {
            let what = "a [[precondition]] means nothing where documents become rows";
            Err(text.fault(each.violators.span(), what))
        }
        None => Ok(()),
    }
}

/// `(table, column)` that steps fill.
fn filled(plan: &InPlacePlan) -> Vec<(String, String)> {
    let updates = plan.steps.iter().flat_map(|step| match &step.work {
        Work::Set(updates) => updates.as_slice(),
        _ => &[],
    });
    updates
        .flat_map(|update| {
            let set = update.set.iter();
            set.map(|set| (update.table.clone(), set.column.clone()))
        })
        .collect()
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
            renames: self.0.afterwards.renames.clone(),
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
        let mut integrity = Integrity {
            users: self.has_owner().then(|| USERS.to_owned()),
            ..Integrity::of(&self.0.schema)
        };
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

    fn afterwards(&self, parameters: &Parameters) -> Result<Option<InPlacePlan>> {
        let plan = self.0.afterwards.describe(parameters)?;
        let nothing = plan.steps.is_empty() && plan.sections.is_empty();
        Ok((!nothing).then_some(plan))
    }

    fn derived(&self) -> Vec<(String, String)> {
        self.0.derived.clone()
    }

    fn survey(&self, owner: &str) -> Box<dyn Survey> {
        Box::new(survey::FileSurvey::new(self.0.clone(), owner))
    }
}
