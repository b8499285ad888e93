//! Which documents a field names, and which of them are not there.

use std::collections::BTreeMap;

use super::assessment::{Collection, Link};
use super::field::Field;
use super::index::{Codes, Ids};
use super::names::words;
use super::shape::shown_code;

/// Absent documents that are named a field.
const NAMED: usize = 5;

/// Looks up what the fields of `collection` name. `known` are the ids of collections that were
/// read whole.
pub(super) fn tell(
    collection: &mut Collection,
    gathered: &BTreeMap<String, (u8, Field)>,
    known: &BTreeMap<String, Ids>,
) {
    for told in &mut collection.fields {
        let Some((_, field)) = gathered.get(&told.path) else {
            continue;
        };
        for (target, seen) in &field.targets {
            if let Some(ids) = known.get(target) {
                told.links.extend(look_up(target, true, &seen.ids, ids));
            } else if !target.contains('/') && !known.contains_key(target) {
                // Not read, or not there at all: nothing can be said of its documents.
            }
        }
        if let Some(codes) = &field.codes {
            told.links.extend(by_values(&told.path, codes, known));
        }
    }
}

fn look_up(target: &str, references: bool, codes: &Codes, ids: &Ids) -> Option<Link> {
    let mut checked = 0;
    let mut absent = Vec::new();
    for text in codes.texts() {
        match ids.contains(text) {
            Some(true) => checked += 1,
            Some(false) => {
                checked += 1;
                absent.push(text);
            }
            None => {}
        }
    }
    absent.sort_unstable();
    (checked > 0).then(|| Link {
        collection: target.to_owned(),
        references,
        checked,
        absent: absent.len() as u64,
        absent_examples: absent.iter().take(NAMED).map(|id| shown_code(id)).collect(),
        one_in: codes.one_in().max(ids.one_in()),
    })
}

/// The collection that most of the values are ids of, or the one that the field's name means.
fn by_values(path: &str, codes: &Codes, known: &BTreeMap<String, Ids>) -> Option<Link> {
    let links = known
        .iter()
        .filter_map(|(name, ids)| look_up(name, false, codes, ids));
    let best = links.max_by(|a, b| {
        let present = |link: &Link| link.checked - link.absent;
        present(a)
            .cmp(&present(b))
            .then_with(|| b.collection.cmp(&a.collection))
    })?;
    let present = best.checked - best.absent;
    if present * 2 >= best.checked && (present >= 2 || meant(path, &best.collection)) {
        return Some(best);
    }
    let (name, ids) = known.iter().find(|(name, _)| meant(path, name))?;
    look_up(name, false, codes, ids)
}

/// Whether `leadId`, `lead_id` or `leads[].id` mean the collection `leads`.
fn meant(path: &str, collection: &str) -> bool {
    let key = path
        .rsplit('.')
        .next()
        .unwrap_or(path)
        .trim_end_matches("[]");
    let mut key = words(key);
    let id = matches!(key.pop().as_deref(), Some("id" | "ids" | "ref" | "refs"));
    let key = key.concat();
    let collection = words(collection).concat();
    let singular = collection.strip_suffix("ies").map_or_else(
        || {
            collection
                .strip_suffix("ses")
                .map(|stem| format!("{stem}s"))
        },
        |stem| Some(format!("{stem}y")),
    );
    id && !key.is_empty()
        && (key == collection
            || Some(&key) == singular.as_ref()
            || collection.strip_suffix('s') == Some(key.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_collections() {
        assert!(meant("lead_id", "leads"));
        assert!(meant("a.leadIds[]", "leads"));
        assert!(meant("case_id", "cases"));
        assert!(meant("companyId", "companies"));
        assert!(!meant("id", "leads"));
        assert!(!meant("leadName", "leads"));
    }
}
