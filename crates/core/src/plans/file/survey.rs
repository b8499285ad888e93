//! What is noted of the documents of a plan file.

use std::sync::Arc;

use super::FilePlan;
use super::collections::Collection;
use super::resolution::FileResolution;
use super::rules::{self, Context, Rule, Source};
use crate::document::{BadDocument, Document};
use crate::error::Result;
use crate::plans::share::{Parts, Share, Shared};
use crate::plans::shelf::{Head, Noted, Shelf, Text, Texts};
use crate::plans::{RecordedNumbers, Resolution, Survey};
use crate::reading::{Metadata, Reader};
use crate::row::Cell;

/// What others must know of a document.
#[derive(Debug)]
pub(super) struct Note {
    pub head: Head,
    /// The id of its row.
    pub row: Text,
    /// The number that it carries.
    pub number: Option<Text>,
    /// What its references name, in their order.
    pub references: Box<[Option<Text>]>,
    /// The position of a column that must have a value and would have none.
    pub empty: Option<u16>,
}

impl Noted for Note {
    fn head(&self) -> &Head {
        &self.head
    }
}

impl Shared for Note {
    fn write(&self, texts: &Texts, share: &mut Share) {
        share.text_like(texts.get(self.row), texts.get(self.head.id));
        share.optional(self.number.map(|number| texts.get(number)));
        share.number(self.references.len() as u64);
        for reference in &self.references {
            share.optional(reference.map(|reference| texts.get(reference)));
        }
        share.number(self.empty.map_or(0, |position| u64::from(position) + 1));
    }

    fn read(head: Head, texts: &mut Texts, parts: &mut Parts<'_>) -> Result<Self> {
        let row = parts.text_like(texts, head.id)?;
        let number = parts.optional_in(texts)?;
        let references = (0..parts.count()?).map(|_| parts.optional_in(texts));
        let references = references.collect::<Result<_>>()?;
        let empty = parts.number()?.checked_sub(1);
        Ok(Self {
            head,
            row,
            number,
            references,
            empty: empty.and_then(|position| u16::try_from(position).ok()),
        })
    }
}

/// All notes, a shelf a collection.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub texts: Texts,
    pub shelves: Vec<Shelf<Note>>,
}

/// See [`Survey`].
pub(super) struct FileSurvey {
    plan: Arc<FilePlan>,
    owner: String,
    notes: Notes,
}

impl FileSurvey {
    pub fn new(plan: Arc<FilePlan>, owner: &str) -> Self {
        let shelves = plan.collections.iter().map(|_| Shelf::default()).collect();
        Self {
            plan,
            owner: owner.to_owned(),
            notes: Notes {
                texts: Texts::default(),
                shelves,
            },
        }
    }
}

/// The first column that must have a value and gets none from this document. Numbers and
/// references have rules of their own for that.
fn empty_column(plan: &FilePlan, collection: &Collection, cells: &[Cell]) -> Option<u16> {
    let table = plan.schema.table(&collection.shape.table);
    let must_have = |position: usize| {
        let (name, _) = &collection.shape.columns[position];
        let column = table.and_then(|table| table.column(name));
        position == 0 || column.is_some_and(|column| column.required)
    };
    let of_document = |rule: &Rule| !matches!(rule.source, Source::Number | Source::Reference(_));
    let mut rows = collection.rules.iter().zip(cells).enumerate();
    let (position, _) = rows.find(|(position, (rule, cell))| {
        **cell == Cell::Null && of_document(rule) && must_have(*position)
    })?;
    u16::try_from(position).ok()
}

impl Survey for FileSurvey {
    fn see(&mut self, document: Document) -> Result<()> {
        let Some(index) = self.plan.position(&document.collection) else {
            // The engine delivers what `collections` names, and nothing else.
            return Ok(());
        };
        let collection = &self.plan.collections[index];
        let texts = &mut self.notes.texts;
        let shelf = &mut self.notes.shelves[index];
        if document.id.contains('\0') {
            // PostgreSQL cannot store such an id: the resolution quarantines it.
            shelf.count_bad(None);
            return Ok(());
        }
        let mut head = Head::of(&document, texts)?;
        let metadata = Metadata::from(&document);
        let mut reader = Reader::new(document.fields);
        let reader = &mut reader;
        let field = collection.created.as_deref();
        head.created = rules::created(reader, field, &metadata).floor_micros();
        let number = collection
            .number
            .as_ref()
            .and_then(|rule| rules::first_number(reader, &rule.fields, &rule.transforms));
        let mut references = Vec::with_capacity(collection.references.len());
        for rule in &collection.references {
            let named = rules::first_text(reader, &rule.fields, &rule.transforms);
            references.push(texts.optional(named.as_deref())?);
        }
        let context = Context {
            id: &document.id,
            owner: &self.owner,
            metadata: &metadata,
            created: field,
            number: None,
            references: &[],
        };
        let cells = rules::cells(&collection.rules, reader, &context);
        let row = match cells.first() {
            Some(Cell::Text(row)) => texts.add_like(row, head.id)?,
            _ => head.id,
        };
        let empty = empty_column(&self.plan, collection, &cells);
        let note = Note {
            head,
            row,
            number: texts.optional(number.as_deref())?,
            references: references.into_boxed_slice(),
            empty,
        };
        shelf.push(note);
        Ok(())
    }

    fn see_bad(&mut self, bad: &BadDocument) {
        if let Some(index) = self.plan.position(&bad.collection) {
            self.notes.shelves[index].count_bad(bad.id.as_deref());
        }
    }

    fn share(&self) -> Vec<u8> {
        let mut share = Share::default();
        for shelf in &self.notes.shelves {
            shelf.write(&self.notes.texts, &mut share);
        }
        share.into_bytes()
    }

    fn absorb(&mut self, share: &[u8]) -> Result<()> {
        let mut parts = Parts::of(share);
        while !parts.is_empty() && !self.notes.shelves.is_empty() {
            for shelf in &mut self.notes.shelves {
                shelf.read(&mut self.notes.texts, &mut parts)?;
            }
        }
        Ok(())
    }

    fn resolve(mut self: Box<Self>, recorded: &RecordedNumbers) -> Box<dyn Resolution> {
        for shelf in &mut self.notes.shelves {
            shelf.settle(&self.notes.texts);
        }
        Box::new(FileResolution::new(
            self.plan, self.owner, self.notes, recorded,
        ))
    }
}
