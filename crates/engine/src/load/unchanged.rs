//! Collections of which every document is as it was when an earlier run settled it.

use std::collections::BTreeMap;

use sunset_core::plans::{CollectionTally, Resolution};
use sunset_core::ports::rows::Accounted;

/// How the items of one collection compare.
#[derive(Debug, Clone, Copy, Default)]
struct Compared {
    /// On the same basis as today.
    same: u64,
    /// Of those, the ones in quarantine.
    quarantined: u64,
    /// Changed, gone, in conflict, unreadable, or never settled.
    other: u64,
}

/// Compares what the ledger has of each item with what the survey found.
#[derive(Debug, Default)]
pub(super) struct Unchanged {
    collections: BTreeMap<String, Compared>,
}

impl Unchanged {
    pub fn see(&mut self, resolution: &dyn Resolution, item: &Accounted) {
        let same = item.basis.is_some() && item.basis == resolution.basis(&item.key);
        let compared = match self.collections.get_mut(&item.key.collection) {
            Some(compared) => compared,
            None => self
                .collections
                .entry(item.key.collection.clone())
                .or_default(),
        };
        compared.same += u64::from(same);
        compared.quarantined += u64::from(same && item.quarantined);
        compared.other += u64::from(!same);
    }

    /// Whether mapping the documents of a collection again would give what the ledger has of it,
    /// to the last one. Where rows are pruned, documents in quarantine are looked at again: those
    /// that they gave earlier are to go.
    pub fn is_whole(&self, collection: &str, tally: CollectionTally, prune: bool) -> bool {
        let compared = self.collections.get(collection).copied();
        let compared = compared.unwrap_or_default();
        let documents = tally.read - tally.repeated;
        compared.same == documents && compared.other == 0 && !(prune && compared.quarantined > 0)
    }
}
