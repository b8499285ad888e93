//! What the new bucket holds, compared with what the ledger says it must hold.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::ports::objects::StoredObject;

use super::PREFIX;
use super::format::Format;
use super::plan::Tally;
use super::planner::differs;
use super::record::{ObjectRecord, Role};

/// An object that is not what the ledger says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its key.
    pub key: String,
    /// In what: `size 3 instead of 5`.
    pub what: String,
}

/// An object whose recording has another key by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftBehind {
    /// The one that nothing points at any more.
    pub object: StoredObject,
    /// The key under which the same bytes are recorded, and are there.
    pub now: String,
}

/// The comparison, from one listing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inventory {
    /// Everything in the bucket below [`super::PREFIX`].
    pub stored: Tally,
    /// By the extension of the key; `other` for what has none of ours.
    pub by_format: BTreeMap<String, Tally>,
    /// What the ledger says was copied.
    pub recorded: Tally,
    /// Recorded and there, as far as the listing says.
    pub present: Tally,
    /// Recorded and not there: keys.
    pub missing: Vec<String>,
    /// Recorded and there, but not the same.
    pub different: Vec<Difference>,
    /// There and not recorded.
    pub unexpected: Vec<StoredObject>,
    /// There, and what is known of them is that migration was about to store them.
    pub unfinished: Vec<StoredObject>,
    /// There under a key of another month than the one recorded, with the same bytes: what was
    /// copied before `created_at` of its conversation changed.
    pub left_behind: Vec<LeftBehind>,
    /// Ten of the keys, evenly spread over the listing.
    pub sample: Vec<StoredObject>,
    /// Present objects whose listing states no ETag: only asking for each tells.
    pub without_etag: Vec<String>,
}

/// How many objects a sample has.
pub const SAMPLE: usize = 10;

/// Compares a listing with the ledger.
pub fn take(mut stored: Vec<StoredObject>, ledger: &[ObjectRecord]) -> Inventory {
    stored.sort_by(|a, b| a.key.cmp(&b.key));
    let mut inventory = Inventory {
        sample: sample(&stored),
        ..Inventory::default()
    };
    let mut recorded: HashMap<&str, &ObjectRecord> = HashMap::new();
    for record in ledger.iter().filter(|record| record.is_copied()) {
        if let Some(key) = &record.key
            && recorded.insert(key, record).is_none()
        {
            inventory.recorded.add(record.size.unwrap_or(0));
        }
    }
    let moved = Moved::of(&stored, &recorded);
    for object in stored {
        inventory.stored.add(object.size);
        let format = Format::of_name(&object.key).map_or("other", Format::extension);
        inventory
            .by_format
            .entry(format.to_owned())
            .or_default()
            .add(object.size);
        match recorded.remove(object.key.as_str()) {
            None => match moved.to(&object) {
                Some(now) => inventory.left_behind.push(LeftBehind { object, now }),
                None => inventory.unexpected.push(object),
            },
            Some(record) if differs(&object, record) => inventory.different.push(Difference {
                what: what_differs(&object, record),
                key: object.key,
            }),
            Some(_) => {
                inventory.present.add(object.size);
                if object.etag.is_none() {
                    inventory.without_etag.push(object.key);
                }
            }
        }
    }
    inventory.missing = recorded.into_keys().map(ToOwned::to_owned).collect();
    inventory.missing.sort();
    inventory
}

impl Inventory {
    /// Tells from the unexpected objects those that migration was about to store under `keys`.
    pub fn set_apart(&mut self, keys: &HashSet<String>) {
        let unexpected = std::mem::take(&mut self.unexpected);
        let (ours, others) = unexpected
            .into_iter()
            .partition(|object| keys.contains(&object.key));
        self.unfinished = ours;
        self.unexpected = others;
    }
}

/// Recorded objects that are there as recorded, by what stays of a key when its month changes.
struct Moved {
    by_name: HashMap<String, (String, u64, String)>,
}

impl Moved {
    fn of(stored: &[StoredObject], recorded: &HashMap<&str, &ObjectRecord>) -> Self {
        let there = stored.iter().filter_map(|object| {
            let record = recorded.get(object.key.as_str())?;
            let etag = record.etag.clone()?;
            let name = month_and_name(&object.key)?.1.to_owned();
            let same = record.role == Role::Recording && !differs(object, record);
            same.then(|| (name, (object.key.clone(), object.size, etag)))
        });
        Self {
            by_name: there.collect(),
        }
    }

    /// Where the bytes of an object that is not recorded are recorded now.
    fn to(&self, object: &StoredObject) -> Option<String> {
        let (_, name) = month_and_name(&object.key)?;
        let (key, size, etag) = self.by_name.get(name)?;
        let same = *size == object.size && object.etag.as_ref() == Some(etag);
        same.then(|| key.clone())
    }
}

/// `audio/2025/11/A.mp3`: the month and the file's name.
fn month_and_name(key: &str) -> Option<(&str, &str)> {
    let rest = key.strip_prefix(PREFIX)?;
    let (month, name) = (rest.get(..7)?, rest.get(7..)?.strip_prefix('/')?);
    let digits = |text: Option<&str>| {
        text.is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_month = digits(month.get(..4)) && month.get(4..5) == Some("/") && digits(month.get(5..));
    (is_month && !name.contains('/')).then_some((month, name))
}

fn sample(stored: &[StoredObject]) -> Vec<StoredObject> {
    let count = stored.len().min(SAMPLE);
    (0..count)
        .filter_map(|place| stored.get(place * stored.len() / count).cloned())
        .collect()
}

/// In words.
pub fn what_differs(stored: &StoredObject, record: &ObjectRecord) -> String {
    let size = record.size.unwrap_or(0);
    if stored.size != size {
        return format!("{} bytes instead of {size}", stored.size);
    }
    let etag = |etag: &Option<String>| etag.clone().unwrap_or_else(|| "none".to_owned());
    format!(
        "ETag {} instead of {}",
        etag(&stored.etag),
        etag(&record.etag)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::record::State;

    fn stored(key: &str, size: u64, etag: Option<&str>) -> StoredObject {
        StoredObject {
            key: key.to_owned(),
            size,
            etag: etag.map(ToOwned::to_owned),
        }
    }

    fn recorded(key: &str, size: u64, etag: &str) -> ObjectRecord {
        let mut record = ObjectRecord::new(key, None, Role::Recording, State::Copied);
        record.key = Some(key.to_owned());
        record.size = Some(size);
        record.etag = Some(etag.to_owned());
        record
    }

    #[test]
    fn missing_different_and_unexpected_objects_are_told_apart() {
        let listing = vec![
            stored("audio/a.mp3", 5, Some("e1")),
            stored("audio/b.mp3", 6, Some("e2")),
            stored("audio/c.mp3", 7, Some("other")),
            stored("audio/x.txt", 1, None),
            stored("audio/e.WAV", 9, None),
        ];
        let mut failed = recorded("audio/f.mp3", 1, "");
        failed.state = State::Failed;
        let ledger = [
            recorded("audio/a.mp3", 5, "e1"),
            recorded("audio/b.mp3", 5, "e2"),
            recorded("audio/c.mp3", 7, "e3"),
            recorded("audio/d.mp3", 8, "e4"),
            recorded("audio/e.WAV", 9, "e5"),
            failed,
        ];
        let inventory = take(listing, &ledger);
        assert_eq!((inventory.stored.objects, inventory.stored.bytes), (5, 28));
        assert_eq!(inventory.recorded.objects, 5);
        assert_eq!(inventory.missing, ["audio/d.mp3"]);
        let different: Vec<_> = inventory
            .different
            .iter()
            .map(|one| one.what.as_str())
            .collect();
        assert_eq!(
            different,
            ["6 bytes instead of 5", "ETag other instead of e3"]
        );
        assert_eq!(inventory.unexpected, [stored("audio/x.txt", 1, None)]);
        assert_eq!(inventory.without_etag, ["audio/e.WAV"]);
        assert_eq!(inventory.present.objects, 2);
        let formats: Vec<_> = inventory.by_format.keys().map(String::as_str).collect();
        assert_eq!(formats, ["mp3", "other", "wav"]);
    }

    #[test]
    fn what_lies_under_another_month_with_the_same_bytes_is_left_behind_and_nothing_else() {
        let ledger = [recorded("audio/2025/12/A.mp3", 5, "e1")];
        let there = stored("audio/2025/12/A.mp3", 5, Some("e1"));
        let old = stored("audio/2025/11/A.mp3", 5, Some("e1"));
        let others = [
            stored("audio/2025/10/A.mp3", 5, Some("other bytes")),
            stored("audio/2025/11/A.mp3x", 5, Some("e1")),
            stored("audio/2025/11/B.mp3", 5, Some("e1")),
            stored("audio/orphaned/A.mp3", 5, Some("e1")),
            stored("elsewhere/A.mp3", 5, Some("e1")),
        ];
        let mut listing = vec![there, old.clone()];
        listing.extend(others.iter().cloned());
        let inventory = take(listing, &ledger);
        let expected = LeftBehind {
            object: old.clone(),
            now: "audio/2025/12/A.mp3".to_owned(),
        };
        assert_eq!(inventory.left_behind, [expected]);
        assert_eq!(inventory.unexpected, others);
        assert_eq!(
            (inventory.stored.objects, inventory.present.objects),
            (7, 1)
        );
        // Without the proven copy the old one may be the only one there is.
        let inventory = take(vec![old], &ledger);
        assert!(inventory.left_behind.is_empty());
        assert_eq!(inventory.missing, ["audio/2025/12/A.mp3"]);
    }

    #[test]
    fn a_sample_has_ten_different_objects_or_all() {
        let listing = |count: usize| -> Vec<_> {
            (0..count)
                .map(|n| stored(&format!("{n:03}"), 1, None))
                .collect()
        };
        for count in [0, 3, 10, 11, 155] {
            let sample = take(listing(count), &[]).sample;
            assert_eq!(sample.len(), count.min(10));
            let different: std::collections::HashSet<_> =
                sample.iter().map(|one| &one.key).collect();
            assert_eq!(different.len(), sample.len());
        }
    }
}
