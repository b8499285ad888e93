//! What a plan is, and the plans that come with sunset.
//!
//! A plan is data and pure functions. The engine reads the documents of its collections twice:
//! the first time a [`Survey`] notes of each what others must know (ids, numbers, times); from
//! all notes it resolves what becomes of every document, whatever order they came in; the second
//! time the [`Resolution`] turns each document into an [`Item`].

mod basis;
pub mod feature_flags;
pub mod file;
pub mod in_place;
mod integrity;
pub mod leora_phase2;
pub mod main_server;
mod outcome;
mod pages;
pub mod sales_ai;
pub mod schemas;
mod share;
mod shelf;
mod texts;
pub mod voice_agent;

use std::collections::HashMap;
use std::sync::Arc;

use crate::digest::Digest;
use crate::document::{BadDocument, Document};
use crate::error::{Error, ErrorKind, Result};
use crate::ports::rows::{Item, ItemKey};
use crate::ports::verify::ForeignKey;
use crate::row::Shape;

use in_place::{InPlacePlan, Parameters};

pub use integrity::Integrity;

/// One step of the loading. Steps follow one another, so that rows are there before those that refer to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// `Leads`, as it stands in front of the phase's output line.
    pub label: String,
    /// The collections whose documents are emitted in this phase.
    pub collections: Vec<String>,
}

/// Moves documents of some collections into rows of some tables.
pub trait DocumentPlan: Send + Sync {
    /// `sales-ai`
    fn name(&self) -> &str;

    /// What tells its rules from others under the same name: the digest of a file's text.
    fn revision(&self) -> Option<Digest> {
        None
    }

    /// The collections it reads.
    fn collections(&self) -> Vec<&str>;

    /// Its phases, in order.
    fn phases(&self) -> Vec<Phase>;

    /// The tables it writes, in foreign-key order.
    fn shapes(&self) -> Vec<Arc<Shape>>;

    /// What must hold in the target whatever the source holds.
    fn integrity(&self) -> Integrity;

    /// Whether its rows belong to a V3 user.
    fn has_owner(&self) -> bool;

    /// Whether its rows name recordings, which audio-migrate moves.
    fn has_recordings(&self) -> bool;

    /// What is done once the documents are rows, and what the final check asks beside them.
    ///
    /// # Errors
    /// `Configuration` for what cannot be said of these parameters.
    fn afterwards(&self, parameters: &Parameters) -> Result<Option<InPlacePlan>> {
        let _ = parameters;
        Ok(None)
    }

    /// `(table, column)` that this fills; what stands there is nobody's entry.
    fn derived(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Begins a survey; rows will belong to the V3 user `owner`, where they belong to one.
    fn survey(&self, owner: &str) -> Box<dyn Survey>;
}

impl dyn DocumentPlan + '_ {
    /// The references of its rows to their users.
    pub fn owner_keys(&self) -> Vec<ForeignKey> {
        let integrity = self.integrity();
        let shapes = self.shapes();
        let mut keys = integrity.foreign_keys;
        keys.retain(|key| {
            Some(&key.target) == integrity.users.as_ref()
                && shapes.iter().any(|shape| shape.table == key.table)
        });
        keys
    }
}

/// Numbers that earlier runs assigned: kind → document → number.
#[derive(Debug, Clone, Default)]
pub struct RecordedNumbers {
    numbers: HashMap<String, HashMap<ItemKey, String>>,
}

impl RecordedNumbers {
    /// Notes a recorded number.
    pub fn insert(&mut self, kind: &str, key: ItemKey, number: String) {
        self.numbers
            .entry(kind.to_owned())
            .or_default()
            .insert(key, number);
    }

    /// The number of one document.
    pub fn get(&self, kind: &str, key: &ItemKey) -> Option<&str> {
        self.numbers.get(kind)?.get(key).map(String::as_str)
    }

    /// Everything: kind, document and number, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ItemKey, &str)> {
        self.numbers.iter().flat_map(|(kind, numbers)| {
            let entries = numbers.iter();
            entries.map(|(key, number)| (kind.as_str(), key, number.as_str()))
        })
    }

    /// All numbers of one kind.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.numbers
            .get(kind)
            .into_iter()
            .flat_map(|numbers| numbers.values().map(String::as_str))
    }
}

/// Sees every document once, in any order.
pub trait Survey: Send {
    /// Notes a document.
    ///
    /// # Errors
    /// When there are more documents than one run can hold.
    fn see(&mut self, document: Document) -> Result<()>;

    /// Notes something that could not be decoded.
    fn see_bad(&mut self, bad: &BadDocument);

    /// Everything that was noted, in bytes that [`Survey::absorb`] of another survey of the same plan
    /// takes, wherever that is made; some hundred bytes a document.
    fn share(&self) -> Vec<u8>;

    /// Notes what another survey noted, as if its documents came now.
    ///
    /// # Errors
    /// `Malformed` for what no survey of this plan and version shared; otherwise as
    /// [`Survey::see`].
    fn absorb(&mut self, share: &[u8]) -> Result<()>;

    /// Decides what becomes of every document.
    fn resolve(self: Box<Self>, recorded: &RecordedNumbers) -> Box<dyn Resolution>;
}

/// How many of a collection's deliveries there were, and what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CollectionTally {
    /// Documents that the source delivered, repeated and unreadable ones included.
    pub read: u64,
    /// Deliveries of a document of which a later one counts.
    pub repeated: u64,
    /// Embedded parts of its documents that others supersede; no documents of their own.
    pub superseded: u64,
}

/// What becomes of one delivered document.
#[derive(Debug, Clone, PartialEq)]
pub enum Emission {
    /// Its rows, or its quarantine.
    Item(Box<Item>),
    /// The same, of a document that the source delivers several times with the very same
    /// content: the first of these counts, the others are repeated.
    Twin(Box<Item>),
    /// Another delivery of the same document counts.
    Repeated,
}

/// Knows what becomes of every document that the survey saw.
pub trait Resolution: Send + Sync {
    /// Turns a document into what is written for it.
    fn emit(&self, document: Document) -> Emission;

    /// The quarantine entry for what could not be decoded.
    fn emit_bad(&self, bad: BadDocument) -> Item;

    /// Rows made of several documents, to be written at the end of phase `phase`; their number is
    /// known before ([`Iterator::size_hint`]).
    fn derived(&self, phase: usize) -> Box<dyn Iterator<Item = Item> + Send + '_>;

    /// Whether the survey saw the item, or made it of several.
    fn knows(&self, key: &ItemKey) -> bool;

    /// The digest of everything that the item of a document is made of: the rules, the document,
    /// and what was decided about it. The item of an equal one is the same. `None` for what the
    /// survey did not see, or not readable.
    fn basis(&self, key: &ItemKey) -> Option<Digest>;

    /// The databases that the documents' names say, `projects/P/databases/D`, and how many
    /// deliveries are of each, in no order.
    fn databases(&self) -> Vec<(String, u64)>;

    /// The counts of a collection.
    fn tally(&self, collection: &str) -> CollectionTally;
}

/// The names of all plans.
pub fn names() -> Vec<&'static str> {
    std::iter::once(sales_ai::NAME)
        .chain(in_place::names())
        .collect()
}

/// The plan of a name, one that moves documents.
///
/// # Errors
/// `Configuration`, naming those that there are.
pub fn plan_named(name: &str) -> Result<Box<dyn DocumentPlan>> {
    match name {
        sales_ai::NAME => Ok(Box::new(sales_ai::SalesAi)),
        other => Err(Error::new(
            ErrorKind::Configuration,
            format!("there is no plan {other:?}"),
        )
        .remedy(format!("the plans are: {}", names().join(", ")))),
    }
}
