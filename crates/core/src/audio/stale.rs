//! Entries of the ledger that say of an object what it is no longer.

use std::collections::{HashMap, HashSet};

use crate::ports::objects::StoredObject;

use super::planner::differs;
use super::record::{ObjectRecord, State};

/// What names an entry: source URI and conversation.
pub(super) type Name = (String, Option<String>);

fn name(record: &ObjectRecord) -> Name {
    (record.source_uri.clone(), record.conversation_id.clone())
}

/// Copies under whose key another recording was stored since. Newer ledgers have none: what takes a
/// key over takes its entry over. Those of older versions hold two copies of one key.
pub(super) fn superseded(
    ledger: &[ObjectRecord],
    stored: &HashMap<&str, &StoredObject>,
) -> HashSet<Name> {
    let mut of_keys: HashMap<&str, Vec<&ObjectRecord>> = HashMap::new();
    for record in ledger.iter().filter(|record| record.is_copied()) {
        if let Some(key) = &record.key {
            of_keys.entry(key).or_default().push(record);
        }
    }
    let mut names = HashSet::new();
    for (key, records) in of_keys {
        let Some(object) = stored.get(key).filter(|_| records.len() > 1) else {
            continue;
        };
        let (others, there): (Vec<_>, Vec<_>) = records
            .into_iter()
            .partition(|record| differs(object, record));
        if !there.is_empty() {
            names.extend(others.into_iter().map(name));
        }
    }
    names
}

/// Entries that the plan has no use for and that account for nothing in the new bucket: of orphans
/// and duplicates that became recordings, of objects that are gone, and what is `superseded`.
pub(super) fn stale(
    ledger: &[ObjectRecord],
    superseded: &HashSet<Name>,
    seen: &HashSet<Name>,
) -> Vec<Name> {
    let nothing_stored = |record: &ObjectRecord| {
        matches!(record.state, State::Listed | State::Failed)
            && record.key.is_none()
            && record.upload.is_none()
    };
    let mut names: Vec<Name> = ledger
        .iter()
        .filter(|record| nothing_stored(record) || superseded.contains(&name(record)))
        .map(name)
        .filter(|name| !seen.contains(name))
        .collect();
    names.sort();
    names
}
