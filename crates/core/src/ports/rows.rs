//! Writing rows, together with the ledger entries that account for them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::error::Result;
use crate::row::Row;

/// Which document something belongs to. Rows made of several documents have an item of their
/// own, under a collection name that holds a `#` (`cases#customers`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemKey {
    /// The collection.
    pub collection: String,
    /// The document's id.
    pub id: String,
}

impl ItemKey {
    /// Whether it is of what is made of several documents, and of none alone.
    pub fn is_derived(&self) -> bool {
        is_derived(&self.collection)
    }
}

/// Whether a collection is of what is made of several documents: `cases#customers`.
pub fn is_derived(collection: &str) -> bool {
    collection.contains('#')
}

/// A deviation that did not keep the row from being written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Warning {
    /// `coerced_number`, `unknown_status`, …
    pub code: String,
    /// The field, dotted, without array indices.
    pub path: String,
    /// The value as it stood, in the REST API's typed JSON.
    pub raw: String,
}

/// Why a document was not migrated, with the document itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    /// `bad_document`, `orphan`, …
    pub reason: String,
    /// What exactly, for a person.
    pub detail: String,
    /// The document as REST JSON, or the bytes as read where it could not be decoded.
    pub raw: Vec<u8>,
    /// Where it stood, for what could not be decoded.
    pub place: Option<String>,
}

/// A number that the mapping gave to a document that has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// `customer` or `case`.
    pub kind: String,
    /// The number, `202511-000001`.
    pub number: String,
}

/// Everything that one document gives. It is committed whole or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Whose it is.
    pub key: ItemKey,
    /// Digest of the document as read.
    pub source_digest: Digest,
    /// Digest of everything below: equal digests mean that there is nothing to write.
    pub outcome_digest: Digest,
    /// Digest of what the outcome rests on, where it is a document's: equal digests mean equal
    /// outcomes.
    pub basis: Option<Digest>,
    /// The rows, in foreign-key order.
    pub rows: Vec<Row>,
    /// Their digests, in the same order.
    pub row_digests: Vec<Digest>,
    /// Their warnings.
    pub warnings: Vec<Warning>,
    /// Set when the document is not migrated; `rows` is empty then.
    pub quarantine: Option<Quarantine>,
    /// Numbers given to it in this run.
    pub assigned: Vec<Assignment>,
    /// Set when V2 has the document no longer: what it gave goes.
    pub gone: bool,
    /// Set when rows of other items take the place of what it gave earlier, which goes; nothing
    /// else is recorded of it.
    pub displaced: bool,
}

/// What became of the rows of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoadOutcome {
    /// Per item of the batch, in its order.
    pub items: Vec<ItemOutcome>,
    /// Positions of the items that are in conflict for one reason alone: rows outside of the batch
    /// hold values that must be unique. Once those gave them up, or in one batch with them, these
    /// items can be written. All of their rows count as conflicting.
    pub held_up: Vec<usize>,
    /// Positions of the items that are in conflict for one reason alone: rows that they refer to are
    /// not there.
    pub orphaned: Vec<usize>,
    /// Whose rows have the values that items held up want.
    pub holders: Vec<Holder>,
    /// What the rows of items held up or orphaned count among `rows`, by position and table; and
    /// those of items in quarantine that are to go, once others refer to them no longer.
    pub stuck_rows: BTreeMap<usize, BTreeMap<String, RowCounts>>,
    /// Rows newly written, rows changed: per table.
    pub rows: BTreeMap<String, RowCounts>,
}

/// The item of a row that has a value which must be unique, and is another item's now.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Holder {
    /// Whose row it is.
    pub key: ItemKey,
    /// Whether the item is in quarantine, as the ledger has it.
    pub quarantined: bool,
}

/// Rows of one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RowCounts {
    /// Newly written.
    pub inserted: u64,
    /// Changed, with a before-image in the ledger.
    pub updated: u64,
    /// Already there, as the mapping says.
    pub unchanged: u64,
    /// Left alone: because somebody else wrote or changed them, or for one of the reasons below.
    pub conflicting: u64,
    /// Of those, the ones that V3 refused: a constraint, a trigger.
    #[serde(default)]
    pub refused: u64,
    /// Of those, the ones whose parent is not there.
    #[serde(default)]
    pub missing_parent: u64,
    /// Of those, the ones with a value that must be unique and that another row has.
    #[serde(default)]
    pub unique: u64,
    /// Of those, the ones that nothing is the matter with: another row of their document is left
    /// alone.
    #[serde(default)]
    pub with_document: u64,
    /// Taken away, with a before-image in the ledger, because V2 gives them no longer.
    pub removed: u64,
    /// Written by an earlier run, and left alone although their document is in quarantine now.
    pub held: u64,
}

impl RowCounts {
    /// Those that somebody else wrote or changed.
    pub fn changed(&self) -> u64 {
        let others = self.refused + self.missing_parent + self.unique + self.with_document;
        self.conflicting.saturating_sub(others)
    }

    /// Takes back what was counted of rows that are left alone.
    pub fn take_back(&mut self, left_alone: &Self) {
        for (count, less) in [
            (&mut self.conflicting, left_alone.conflicting),
            (&mut self.refused, left_alone.refused),
            (&mut self.missing_parent, left_alone.missing_parent),
            (&mut self.unique, left_alone.unique),
            (&mut self.with_document, left_alone.with_document),
            (&mut self.held, left_alone.held),
        ] {
            *count = count.saturating_sub(less);
        }
    }

    /// Adds what others counted.
    pub fn add(&mut self, more: &Self) {
        self.inserted += more.inserted;
        self.updated += more.updated;
        self.unchanged += more.unchanged;
        self.conflicting += more.conflicting;
        self.refused += more.refused;
        self.missing_parent += more.missing_parent;
        self.unique += more.unique;
        self.with_document += more.with_document;
        self.removed += more.removed;
        self.held += more.held;
    }
}

/// What became of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemOutcome {
    /// At least one row was inserted or updated.
    Written,
    /// All rows were there already.
    Unchanged,
    /// It is in quarantine.
    Quarantined,
    /// A row was left alone because somebody else wrote or changed it; a conflict is recorded.
    Conflict,
}

/// What to do with a row that somebody else wrote or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnConflict {
    /// Leave it alone and record a conflict.
    #[default]
    Keep,
    /// Write the mapping's row, with a before-image.
    Overwrite,
    /// Stop the run.
    Fail,
}

/// An item that is settled as migrated or quarantined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// Digest of its outcome.
    pub outcome: Digest,
    /// Digest of what that rests on, where it is known.
    pub basis: Option<Digest>,
}

/// An item that the ledger has a place for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounted {
    /// Whose it is.
    pub key: ItemKey,
    /// V3 holds something of it: it is migrated, in conflict, or the origin of a row.
    pub has_rows: bool,
    /// It is in quarantine.
    pub quarantined: bool,
    /// Digest of what its outcome rests on, where it is settled and that is known.
    pub basis: Option<Digest>,
}

/// What the ledger has of one collection whose items are all settled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CollectionRecord {
    /// Items that are migrated.
    pub migrated: u64,
    /// Items in quarantine.
    pub quarantined: u64,
    /// Rows of the migrated ones, by table.
    pub rows: BTreeMap<String, u64>,
    /// Rows in V3 of those in quarantine, which earlier runs wrote, by table.
    pub held: BTreeMap<String, u64>,
    /// Warnings by code: how many, and the first items, in order of their ids.
    pub warnings: BTreeMap<String, (u64, Vec<ItemKey>)>,
    /// Items in quarantine by reason, likewise.
    pub quarantine: BTreeMap<String, (u64, Vec<ItemKey>)>,
}

/// A row by its table and its id.
pub type TableRow = (String, String);

/// Knows what became of items in earlier runs.
#[async_trait]
pub trait SettledItems: Send + Sync {
    /// What is recorded of those of `keys` that are settled.
    async fn settled(&self, keys: &[ItemKey]) -> Result<Vec<Option<Settled>>>;

    /// A page of the items that are accounted for, behind `after`, in order of their keys.
    async fn accounted(&self, after: Option<&ItemKey>, limit: u32) -> Result<Vec<Accounted>>;

    /// What is recorded of a whole collection, with at most `examples` items a code or reason.
    async fn collection(&self, name: &str, examples: u32) -> Result<CollectionRecord>;

    /// The rows that the ledger has of each of `keys` now.
    async fn rows_of(&self, keys: &[ItemKey]) -> Result<Vec<Vec<TableRow>>>;

    /// How many rows of `keys` are in V3, by table: of documents that are in quarantine they are
    /// what earlier runs wrote.
    async fn held(&self, keys: &[ItemKey]) -> Result<BTreeMap<String, u64>>;
}

/// Writes batches within one run.
///
/// Contract: a batch is one transaction; after an error none of it is there, or all of it (the
/// connection broke behind the commit), and calling again with the same items is harmless.
#[async_trait]
pub trait RowWriter: SettledItems {
    /// Writes `items` with their rows and ledger entries in one transaction.
    async fn load(&self, items: &[Item]) -> Result<LoadOutcome>;

    /// Records the basis of settled items whose outcome is the same on another one.
    async fn confirm(&self, items: &[Item]) -> Result<()>;
}

impl Item {
    /// An item with the digest of its outcome.
    pub fn new(
        key: ItemKey,
        source_digest: Digest,
        rows: Vec<Row>,
        warnings: Vec<Warning>,
        quarantine: Option<Quarantine>,
        assigned: Vec<Assignment>,
    ) -> Self {
        let row_digests: Vec<Digest> = rows.iter().map(Row::digest).collect();
        let raw_digest = quarantine
            .as_ref()
            .map(|quarantine| Digest::of(&quarantine.raw));
        let mut parts: Vec<&[u8]> = Vec::with_capacity(2 * rows.len() + 3 * warnings.len() + 2);
        for (row, digest) in rows.iter().zip(&row_digests) {
            parts.push(row.shape.table.as_bytes());
            parts.push(digest.as_bytes());
        }
        for warning in &warnings {
            for text in [&warning.code, &warning.path, &warning.raw] {
                parts.push(text.as_bytes());
            }
        }
        if let (Some(quarantine), Some(digest)) = (&quarantine, &raw_digest) {
            parts.push(quarantine.reason.as_bytes());
            parts.push(digest.as_bytes());
        }
        let outcome_digest = Digest::of_parts(parts);
        Self {
            key,
            source_digest,
            outcome_digest,
            basis: None,
            rows,
            row_digests,
            warnings,
            quarantine,
            assigned,
            gone: false,
            displaced: false,
        }
    }

    /// What is left of a document that V2 has no longer: nothing.
    pub fn gone(key: ItemKey) -> Self {
        let digest = Digest::of(b"gone");
        Self {
            key,
            source_digest: digest,
            outcome_digest: digest,
            basis: None,
            rows: Vec::new(),
            row_digests: Vec::new(),
            warnings: Vec::new(),
            quarantine: None,
            assigned: Vec::new(),
            gone: true,
            displaced: false,
        }
    }

    /// What is left of an item whose rows make way for those of others.
    pub fn displaced(key: ItemKey) -> Self {
        Self {
            gone: false,
            displaced: true,
            ..Self::gone(key)
        }
    }
}
