//! Whether an object of the new bucket is migration's to remove.

use crate::ports::objects::StoredHead;

use super::address::metadata_uri;
use super::record::{Intent, ObjectRecord, State};

/// What the ledger knows of one key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownKey {
    /// The key.
    pub key: String,
    /// The records of what was stored under it, or was being stored.
    pub records: Vec<ObjectRecord>,
    /// What was to be stored under it and is not recorded as stored.
    pub intent: Option<Intent>,
    /// Whether a row names its URL, or would still name it after the rollback.
    pub in_use: bool,
    /// Whether something stood under it when this ledger first was to write there: another database
    /// may rely on it.
    pub stood: bool,
}

/// What becomes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Migration stored it, and no row names it: it goes.
    Removed,
    /// Migration stored it, and somebody removed it already.
    Gone,
    /// Nothing is there, and nothing is known to have been.
    Nothing,
    /// A row names it: it stays.
    InUse,
    /// Something stood there before this ledger had an entry of the key: it stays.
    Stood,
    /// It stays, because it is not known to be what migration stored.
    Kept(&'static str),
}

impl KnownKey {
    /// The fate of the object, by what the store says of it; `named` says that a row names it in
    /// other words than its URL.
    pub fn fate(&self, head: Option<&StoredHead>, named: bool) -> Fate {
        let Some(head) = head else {
            return if self.records.iter().any(ObjectRecord::is_copied) {
                Fate::Gone
            } else {
                Fate::Nothing
            };
        };
        if self.in_use || named {
            return Fate::InUse;
        }
        if self.stood {
            return Fate::Stood;
        }
        let recorded = self.records.iter().map(|record| match record.state {
            State::Copied => no_longer_ours(record, head),
            _ => not_of(record, head),
        });
        let intended = self.intent.iter().map(|intent| not_intended(intent, head));
        let mut first = None;
        for why in recorded.chain(intended) {
            match why {
                None => return Fate::Removed,
                Some(why) => first = first.or(Some(why)),
            }
        }
        Fate::Kept(first.unwrap_or("nothing says that migration stored it"))
    }

    /// Whether an upload may have been begun for the key and not ended.
    pub fn is_unfinished(&self) -> bool {
        let under_way = |record: &ObjectRecord| !record.is_copied();
        self.intent.is_some() || self.records.iter().any(under_way)
    }
}

const NO_SHA256: &str = "migration did not store it (it names no SHA-256)";
const OTHER_SHA256: &str = "it names another SHA-256";
const OTHER_SOURCE: &str = "migration did not store it (it names another source)";

/// Why an object is not what was stored and proven, if it is not.
fn no_longer_ours(object: &ObjectRecord, head: &StoredHead) -> Option<&'static str> {
    if object.size.is_some_and(|size| size != head.size) {
        return Some("it has another size");
    }
    if object.etag.is_some() && head.etag.is_some() && object.etag != head.etag {
        return Some("it has other bytes (another ETag)");
    }
    let recorded = object.sha256.map(|sha256| sha256.to_string());
    match (&recorded, &head.sha256) {
        (_, None) => Some(NO_SHA256),
        (Some(recorded), Some(found)) if recorded != found => Some(OTHER_SHA256),
        _ => None,
    }
}

/// Why an object is not the one that was being stored, if it is not: its SHA-256 was recorded
/// before it was sent.
fn not_of(object: &ObjectRecord, head: &StoredHead) -> Option<&'static str> {
    match (object.sha256.map(|sha256| sha256.to_string()), &head.sha256) {
        (_, None) => Some(NO_SHA256),
        (Some(recorded), Some(found)) if recorded == *found => {
            other_source(&object.source_uri, head)
        }
        _ => Some(OTHER_SHA256),
    }
}

/// Why an object is not the one that was to be stored, if it is not. Nothing was known of its bytes
/// when that was recorded: what migration writes beside them tells, and that it was not there.
fn not_intended(intent: &Intent, head: &StoredHead) -> Option<&'static str> {
    if head.sha256.is_none() {
        return Some(NO_SHA256);
    }
    let unchanged =
        |found: &String| found.is_empty() || head.etag.as_ref().is_none_or(|etag| etag == found);
    if intent.found.as_ref().is_some_and(unchanged) {
        return Some("something was there before migration stored anything under this key");
    }
    other_source(&intent.source_uri, head)
}

fn other_source(uri: &str, head: &StoredHead) -> Option<&'static str> {
    let named = head.source_uri.as_deref() == Some(&metadata_uri(uri));
    (!named).then_some(OTHER_SOURCE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::record::Role;
    use crate::digest::Digest;

    const URI: &str = "gs://b/ä b.mp3";

    fn head(etag: &str) -> StoredHead {
        StoredHead {
            size: 5,
            etag: Some(etag.to_owned()),
            sha256: Some(Digest([1; 32]).to_string()),
            source_uri: Some(metadata_uri(URI)),
            ..StoredHead::default()
        }
    }

    fn record(state: State, etag: Option<&str>) -> ObjectRecord {
        let mut record = ObjectRecord::new(URI, Some("c"), Role::Recording, state);
        record.size = Some(5);
        record.sha256 = Some(Digest([1; 32]));
        record.etag = etag.map(ToOwned::to_owned);
        record
    }

    fn intended(found: Option<&str>) -> KnownKey {
        KnownKey {
            intent: Some(Intent {
                source_uri: URI.to_owned(),
                found: found.map(ToOwned::to_owned),
                ..Intent::default()
            }),
            ..KnownKey::default()
        }
    }

    fn recorded(records: Vec<ObjectRecord>) -> KnownKey {
        KnownKey {
            records,
            ..KnownKey::default()
        }
    }

    #[test]
    fn what_was_proven_goes_while_it_is_as_it_was() {
        let ours = recorded(vec![record(State::Copied, Some("e"))]);
        assert_eq!(ours.fate(Some(&head("e")), false), Fate::Removed);
        assert_eq!(ours.fate(None, false), Fate::Gone);
        assert!(
            matches!(ours.fate(Some(&head("f")), false), Fate::Kept(why) if why.contains("ETag"))
        );
        let in_use = KnownKey {
            in_use: true,
            ..ours.clone()
        };
        assert_eq!(in_use.fate(Some(&head("e")), false), Fate::InUse);
        assert_eq!(ours.fate(Some(&head("e")), true), Fate::InUse);
        assert_eq!(ours.fate(None, true), Fate::Gone);
        let stood = KnownKey {
            stood: true,
            ..ours.clone()
        };
        assert_eq!(stood.fate(Some(&head("e")), false), Fate::Stood);
        assert_eq!(stood.fate(None, false), Fate::Gone);
        // Another object of the same conversation had the key before.
        let mut earlier = record(State::Copied, Some("d"));
        earlier.sha256 = Some(Digest([2; 32]));
        let both = recorded(vec![earlier, record(State::Copied, Some("e"))]);
        assert_eq!(both.fate(Some(&head("e")), false), Fate::Removed);
        // A new version was being stored in its place.
        let mut again = recorded(vec![record(State::Copied, Some("d"))]);
        again.intent = intended(Some("d")).intent;
        assert_eq!(again.fate(Some(&head("e")), false), Fate::Removed);
        assert!(again.is_unfinished() && !ours.is_unfinished());
    }

    #[test]
    fn what_was_stored_and_not_recorded_goes_where_it_says_so_itself() {
        assert_eq!(intended(None).fate(None, false), Fate::Nothing);
        assert_eq!(intended(None).fate(Some(&head("e")), false), Fate::Removed);
        for found in ["", "e"] {
            let kept = intended(Some(found)).fate(Some(&head("e")), false);
            assert!(
                matches!(kept, Fate::Kept(why) if why.contains("before")),
                "{kept:?}"
            );
        }
        assert_eq!(
            intended(Some("d")).fate(Some(&head("e")), false),
            Fate::Removed
        );
        let mut other = head("e");
        other.source_uri = Some("gs://b/x".to_owned());
        assert_eq!(
            intended(None).fate(Some(&other), false),
            Fate::Kept(OTHER_SOURCE)
        );
        other.sha256 = None;
        assert_eq!(
            intended(None).fate(Some(&other), false),
            Fate::Kept(NO_SHA256)
        );
        // Parts were being sent: the SHA-256 is known by then.
        let pending = recorded(vec![record(State::Pending, None)]);
        assert_eq!(pending.fate(Some(&head("e")), false), Fate::Removed);
        assert_eq!(pending.fate(None, false), Fate::Nothing);
        let mut other = head("e");
        other.sha256 = Some(Digest([3; 32]).to_string());
        assert_eq!(pending.fate(Some(&other), false), Fate::Kept(OTHER_SHA256));
    }
}
