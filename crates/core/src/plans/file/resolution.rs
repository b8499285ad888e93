//! Turns the documents of a plan file into items, by what was resolved.

use std::sync::Arc;

use super::FilePlan;
use super::collections::Collection;
use super::fates::{self, Fate, Fates, Fault, NumberFate};
use super::rules::{self, Context};
use super::survey::{Note, Notes};
use super::syntax::Policy;
use crate::digest::Digest;
use crate::document::{BadDocument, Document};
use crate::plans::basis::Basis;
use crate::plans::outcome::{self, Written};
use crate::plans::{CollectionTally, Emission, RecordedNumbers, Resolution};
use crate::ports::rows::{Assignment, Item, ItemKey};
use crate::reading::{Metadata, Reader};
use crate::rest;
use crate::row::Row;

/// See [`Resolution`].
pub(super) struct FileResolution {
    plan: Arc<FilePlan>,
    owner: String,
    notes: Notes,
    fates: Fates,
}

impl FileResolution {
    pub fn new(
        plan: Arc<FilePlan>,
        owner: String,
        notes: Notes,
        recorded: &RecordedNumbers,
    ) -> Self {
        let fates = fates::resolve(&plan, &notes, recorded);
        Self {
            plan,
            owner,
            notes,
            fates,
        }
    }

    fn name_of(&self, collection: usize, at: usize) -> String {
        let note = &self.notes.shelves[collection].notes[at];
        format!(
            "{}/{}",
            self.plan.collections[collection].name,
            self.notes.texts.get(note.head.id)
        )
    }

    /// The reason and the words for a quarantine.
    fn quarantine(&self, collection: &Collection, fault: Fault) -> (String, String) {
        match fault {
            Fault::DuplicateId(other, at) => (
                "duplicate_id".into(),
                format!(
                    "{} gives a row of the same id to the same table",
                    self.name_of(other, at)
                ),
            ),
            Fault::Empty(position) => {
                let (column, _) = &collection.shape.columns[position];
                (
                    format!("missing_{column}"),
                    format!("the column {column} must have a value, and the document gives none"),
                )
            }
            Fault::Absent(at) => {
                let rule = &collection.references[at];
                (
                    format!("missing_{}", rule.column),
                    format!("{} is absent", rule.fields.join(", ")),
                )
            }
            Fault::Orphan(at) => {
                let rule = &collection.references[at];
                (
                    "orphan".into(),
                    format!(
                        "no migrated document of {} has the id that {} names",
                        self.plan.collections[rule.target].name,
                        rule.fields.join(", ")
                    ),
                )
            }
            Fault::DuplicateNumber(other, at) => (
                "duplicate_number".into(),
                format!(
                    "{} has the same number and keeps it",
                    self.name_of(other, at)
                ),
            ),
        }
    }

    /// The row ids that a document's references lead to. Values that stay empty are warned about.
    fn references(
        &self,
        collection: &Collection,
        note: &Note,
        reader: &mut Reader,
    ) -> Vec<Option<String>> {
        let named = note.references.iter();
        (collection.references.iter().zip(named))
            .map(|(rule, named)| {
                rules::first_text(reader, &rule.fields, &rule.transforms);
                let found = fates::target(&self.notes, &self.fates, rule.target, (*named)?);
                if found.is_none() && rule.dangling == Policy::Null {
                    let (field, raw) = rules::raw_of(reader, &rule.fields, &rule.transforms);
                    reader.warn_value("dangling_reference", &field, &raw);
                }
                found.map(|note| self.notes.texts.get(note.row).to_owned())
            })
            .collect()
    }

    fn written(&self, index: usize, at: usize, number: &NumberFate, document: Document) -> Written {
        let collection = &self.plan.collections[index];
        let note = &self.notes.shelves[index].notes[at];
        let metadata = Metadata::from(&document);
        let mut reader = Reader::new(document.fields);
        if let Some(rule) = &collection.number {
            rules::first_number(&mut reader, &rule.fields, &rule.transforms);
            if *number == NumberFate::Duplicate {
                let (field, raw) = rules::raw_of(&mut reader, &rule.fields, &rule.transforms);
                reader.warn_value("duplicate_number", &field, &raw);
            }
        }
        let references = self.references(collection, note, &mut reader);
        let context = Context {
            id: &document.id,
            owner: &self.owner,
            metadata: &metadata,
            created: collection.created.as_deref(),
            number: match number {
                NumberFate::Own(text) => Some(self.notes.texts.get(*text)),
                NumberFate::Assigned(number) => Some(number),
                NumberFate::Duplicate | NumberFate::Missing => None,
            },
            references: &references,
        };
        let cells = rules::cells(&collection.rules, &mut reader, &context);
        let assigned = match (number, &collection.number) {
            (NumberFate::Assigned(number), Some(rule)) => vec![Assignment {
                kind: rule.kind.clone(),
                number: number.clone(),
            }],
            _ => Vec::new(),
        };
        Written {
            rows: vec![Row {
                shape: collection.shape.clone(),
                cells,
            }],
            warnings: reader.into_warnings(),
            assigned,
        }
    }
}

impl FileResolution {
    /// The digest of what the item of a document rests on, by the place of its note.
    fn basis_at(&self, index: usize, at: usize) -> Digest {
        let (plan, notes) = (&self.plan, &self.notes);
        let collection = &plan.collections[index];
        let note = &notes.shelves[index].notes[at];
        let basis = Basis::of(&collection.name, notes.texts.get(note.head.id), note);
        let basis = basis.and(plan.revision.as_bytes()).and(&self.owner);
        let number = match &self.fates[index][at] {
            Fate::Migrated { number } => number,
            Fate::Quarantined(fault) => {
                let (reason, detail) = self.quarantine(collection, *fault);
                return basis.and(&reason).and(&detail).digest();
            }
        };
        let basis = match number {
            NumberFate::Own(text) => basis.and("own").and(notes.texts.get(*text)),
            NumberFate::Assigned(number) => basis.and("assigned").and(number),
            NumberFate::Duplicate => basis.and("twice"),
            NumberFate::Missing => basis.and("missing"),
        };
        let references = collection.references.iter().zip(&note.references);
        references
            .fold(basis, |basis, (rule, named)| {
                let found = named.and_then(|id| fates::target(notes, &self.fates, rule.target, id));
                basis.maybe(found.map(|found| notes.texts.get(found.row)))
            })
            .digest()
    }
}

impl Resolution for FileResolution {
    fn emit(&self, document: Document) -> Emission {
        let source_digest = document.digest();
        if let Some(item) = outcome::without_storable_id(&document, source_digest) {
            return Emission::Item(Box::new(item));
        }
        let Some(index) = self.plan.position(&document.collection) else {
            return Emission::Repeated;
        };
        let shelf = &self.notes.shelves[index];
        let texts = &self.notes.texts;
        let Some(at) = shelf.counting(texts, &document, &source_digest) else {
            let stranger = shelf.stranger(texts, &document, &source_digest);
            return stranger.map_or(Emission::Repeated, |stranger| {
                outcome::of_stranger(&document, source_digest, stranger, texts)
            });
        };
        let key = outcome::key_of(&document);
        let has_twins = shelf.has_twins(&key.id);
        let item = match &self.fates[index][at] {
            Fate::Migrated { number } => {
                let written = self.written(index, at, number, document);
                outcome::item(key, source_digest, None, Ok(written))
            }
            Fate::Quarantined(fault) => {
                let (reason, detail) = self.quarantine(&self.plan.collections[index], *fault);
                let raw = rest::encode_document(&document).into_bytes();
                outcome::item(key, source_digest, Some(raw), Err((&reason, detail)))
            }
        };
        let basis = Some(self.basis_at(index, at));
        let item = Box::new(Item { basis, ..item });
        if has_twins {
            Emission::Twin(item)
        } else {
            Emission::Item(item)
        }
    }

    fn emit_bad(&self, bad: BadDocument) -> Item {
        let shelf = self
            .plan
            .position(&bad.collection)
            .map(|index| &self.notes.shelves[index]);
        let named = match (shelf, bad.id.as_deref()) {
            (Some(shelf), Some(id)) => shelf.names_bad(&self.notes.texts, id),
            _ => false,
        };
        outcome::bad(bad, named)
    }

    fn derived(&self, _phase: usize) -> Box<dyn Iterator<Item = Item> + Send + '_> {
        Box::new(std::iter::empty())
    }

    fn knows(&self, key: &ItemKey) -> bool {
        let Some(index) = self.plan.position(&key.collection) else {
            return false;
        };
        let shelf = &self.notes.shelves[index];
        shelf.find(&self.notes.texts, &key.id).is_some()
            || shelf.has_bad(&key.id)
            || shelf.has_stranger(&self.notes.texts, &key.id)
    }

    fn databases(&self) -> Vec<(String, u64)> {
        self.notes.texts.databases().all().to_vec()
    }

    fn basis(&self, key: &ItemKey) -> Option<Digest> {
        let index = self.plan.position(&key.collection)?;
        let at = self.notes.shelves[index].find(&self.notes.texts, &key.id)?;
        Some(self.basis_at(index, at))
    }

    fn tally(&self, collection: &str) -> CollectionTally {
        self.plan
            .position(collection)
            .map(|index| self.notes.shelves[index].tally())
            .unwrap_or_default()
    }
}
