//! What became of documents that V2 has no longer, and of those that were tried again.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{CollectionCounts, Examples, LoadReport};
use crate::ports::rows::{ItemKey, ItemOutcome, is_derived};

/// Items whose documents V2 has no longer, and of which V3 has a row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GoneItems {
    /// All of them, and the first.
    pub found: Examples,
    /// Those whose rows were removed.
    pub pruned: u64,
    /// Those of which a row stays because somebody changed it, or refers to it.
    pub kept: u64,
}

impl GoneItems {
    fn absorb(&mut self, more: Self) {
        self.found.absorb(more.found);
        self.pruned += more.pruned;
        self.kept += more.kept;
    }
}

/// What V2 has no longer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gone {
    /// Documents.
    pub documents: GoneItems,
    /// What was made of several documents, `cases#customers`, and is made of none any more.
    pub derived: GoneItems,
    /// Documents of which V3 has no row: another document gives it now, or somebody removed it.
    #[serde(default)]
    pub without_rows: u64,
    /// Documents in quarantine, of which V3 holds nothing: the ledger keeps them, and they count
    /// no more. They are not among those found.
    #[serde(default)]
    pub departed: u64,
}

impl Gone {
    /// What an item counts among.
    pub(super) fn of(&mut self, key: &ItemKey) -> &mut GoneItems {
        if key.is_derived() {
            &mut self.derived
        } else {
            &mut self.documents
        }
    }

    pub(super) fn absorb(&mut self, more: Self) {
        self.documents.absorb(more.documents);
        self.derived.absorb(more.derived);
        self.without_rows += more.without_rows;
        self.departed += more.departed;
    }

    /// As JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "count": self.documents.found.count,
            "first": self.documents.found.items,
            "pruned": self.documents.pruned,
            "kept": self.documents.kept,
            "without_rows": self.without_rows,
            "departed": self.departed,
            "derived": {
                "count": self.derived.found.count,
                "first": self.derived.found.items,
                "pruned": self.derived.pruned,
                "kept": self.derived.kept,
            },
        })
    }
}

/// Documents that were in quarantine and were tried again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Retried {
    /// All of them.
    pub keys: HashSet<ItemKey>,
    /// Those that are migrated now.
    pub migrated: u64,
    /// Those that are in quarantine as before, or for another reason.
    pub quarantined: u64,
    /// Those of which a row was left alone because somebody else wrote or changed it.
    pub conflicting: u64,
}

impl Retried {
    /// Documents that are to be tried again.
    pub fn new(keys: HashSet<ItemKey>) -> Self {
        Self {
            keys,
            ..Self::default()
        }
    }

    /// Those that V2 has no longer, or that another document stands for.
    pub fn absent(&self) -> u64 {
        (self.keys.len() as u64).saturating_sub(self.migrated + self.quarantined + self.conflicting)
    }
}

impl LoadReport {
    /// Accounts for an item whose document V2 has no longer, and of which V3 has a row.
    pub fn count_gone(&mut self, key: &ItemKey) {
        self.gone.of(key).found.add(key);
    }

    /// Accounts for what was done about such an item.
    pub fn count_pruned(&mut self, key: &ItemKey, outcome: ItemOutcome) {
        match outcome {
            ItemOutcome::Conflict => {
                self.count_gone(key);
                self.gone.of(key).kept += 1;
                self.conflicts.add(key);
            }
            ItemOutcome::Written => {
                self.count_gone(key);
                self.gone.of(key).pruned += 1;
            }
            // There was nothing to remove.
            ItemOutcome::Unchanged | ItemOutcome::Quarantined => self.count_without_rows(key),
        }
    }

    /// Accounts for an item whose document V2 has no longer, and of which V3 has no row.
    pub fn count_without_rows(&mut self, key: &ItemKey) {
        self.gone.without_rows += u64::from(!key.is_derived());
    }

    /// Adds up a count of documents over the collections. What is made of several documents is
    /// counted by [`Self::derived`].
    pub fn documents(&self, of: impl Fn(&CollectionCounts) -> u64) -> u64 {
        let documents = self.collections.iter();
        let documents = documents.filter(|(name, _)| !is_derived(name));
        documents.map(|(_, counts)| of(counts)).sum()
    }

    /// Adds up a count of what is made of several documents.
    pub fn derived(&self, of: impl Fn(&CollectionCounts) -> u64) -> u64 {
        let derived = self.collections.iter();
        let derived = derived.filter(|(name, _)| is_derived(name));
        derived.map(|(_, counts)| of(counts)).sum()
    }
}
