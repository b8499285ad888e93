//! Recordings that neither bucket holds, and what that says of the old one.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::ports::objects::StoredObject;

use super::address::bucket_of;
use super::format::Format;
use super::matching::Matching;
use super::plan::Known;
use super::planner::differs;
use super::record::{Conversation, ObjectRecord, Role};
use super::stale::Name;

/// Whether the new bucket holds what was recorded, as far as the listing says.
fn is_there(record: &ObjectRecord, stored: &HashMap<&str, &StoredObject>) -> bool {
    let object = record.key.as_deref().and_then(|key| stored.get(key));
    object.is_some_and(|object| !differs(object, record))
}

/// What was copied, is not in the new bucket as it was copied, and cannot be copied again: the old
/// bucket has no object for it any more.
pub(super) fn lost(
    known: &Known,
    stored: &HashMap<&str, &StoredObject>,
    matching: &Matching,
    superseded: &HashSet<Name>,
) -> Vec<ObjectRecord> {
    let supplied: HashSet<&str> = matching
        .recordings
        .keys()
        .filter_map(|index| known.conversations.get(*index))
        .map(|conversation| conversation.id.as_str())
        .collect();
    let listed: HashSet<&str> = known
        .objects
        .iter()
        .map(|object| object.uri.as_str())
        .collect();
    let supplies = |record: &ObjectRecord| match record.conversation_id.as_deref() {
        Some(id) => supplied.contains(id),
        None => listed.contains(record.source_uri.as_str()),
    };
    let mut lost: Vec<ObjectRecord> = known
        .ledger
        .iter()
        .filter(|record| record.is_copied() && !supplies(record) && !is_there(record, stored))
        .filter(|record| {
            let name = (record.source_uri.clone(), record.conversation_id.clone());
            !superseded.contains(&name)
        })
        .cloned()
        .collect();
    lost.sort_by(|a, b| a.name().cmp(&b.name()));
    lost
}

/// The recordings that show that the old bucket is hardly V2's, by their conversations: it lists no
/// audio at all, and they are in neither bucket. Empty where nothing speaks against it.
///
/// V2's bucket may well be emptied once everything was migrated. So, as long as the new bucket
/// holds some of what was copied, only what no run has called missing before counts.
pub(super) fn nowhere(
    known: &Known,
    stored: &HashMap<&str, &StoredObject>,
    matching: &Matching,
    lost: &[ObjectRecord],
) -> Vec<String> {
    let is_audio = |name: &str| Format::of_name(name).is_some();
    if known.objects.iter().any(|object| is_audio(&object.name)) {
        return Vec::new();
    }
    let copied = of_records(&known.ledger, |record| {
        record.is_copied() && record.role == Role::Recording
    });
    let told = of_records(&known.ledger, |record| record.role == Role::Missing);
    let mut records = known.ledger.iter();
    let holds = records.any(|record| record.is_copied() && is_there(record, stored));
    let mut nowhere: Vec<String> = matching
        .missing
        .iter()
        .filter_map(|(index, _)| known.conversations.get(*index))
        .map(|conversation| conversation.id.as_str())
        .filter(|id| !(copied.contains(id) || holds && told.contains(id)))
        .map(ToOwned::to_owned)
        .collect();
    if !holds {
        nowhere.extend(lost.iter().map(|record| {
            let id = record.conversation_id.as_ref();
            id.unwrap_or(&record.source_uri).clone()
        }));
    }
    nowhere.sort();
    nowhere.dedup();
    nowhere
}

/// The conversations of some records.
fn of_records(records: &[ObjectRecord], wanted: impl Fn(&ObjectRecord) -> bool) -> HashSet<&str> {
    records
        .iter()
        .filter(|record| wanted(record))
        .filter_map(|record| record.conversation_id.as_deref())
        .collect()
}

/// The bucket that the conversations' URIs name most often, where not one of them names `read`.
pub(super) fn other_bucket(conversations: &[Conversation], read: Option<&str>) -> Option<String> {
    let read = read?;
    let mut named: BTreeMap<&str, u64> = BTreeMap::new();
    for conversation in conversations {
        if let Some(bucket) = conversation.source_uri().and_then(bucket_of) {
            *named.entry(bucket).or_default() += 1;
        }
    }
    if named.contains_key(read) {
        return None;
    }
    let most = named
        .into_iter()
        .max_by(|(a, of_a), (b, of_b)| of_a.cmp(of_b).then_with(|| b.cmp(a)));
    most.map(|(bucket, _)| bucket.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::audio::plan::{Options, Plan, plan};
    use crate::audio::record::{Link, State};
    use crate::ports::objects::SourceObject;

    fn object(name: &str) -> SourceObject {
        SourceObject {
            name: name.to_owned(),
            uri: format!("gs://b/{name}"),
            size: 5,
            generation: Some(1),
            ..SourceObject::default()
        }
    }

    /// A conversation that names its recording in the bucket `b`.
    fn names(id: &str) -> Conversation {
        Conversation {
            id: id.to_owned(),
            audio_url: Some(format!("gs://b/{id}.mp3")),
            ..Conversation::default()
        }
    }

    /// The key of a recording of 1970.
    fn key(id: &str) -> String {
        format!("audio/1970/01/{id}.mp3")
    }

    /// Conversations whose recordings were copied: they, and what the ledger holds of them.
    fn migrated(ids: &[&str]) -> Known {
        let mut known = Known {
            bucket: Some("b".to_owned()),
            ..Known::default()
        };
        for &id in ids {
            let mut conversation = names(id);
            let url = format!("https://pub/{}", key(id));
            conversation.link = Some(Link {
                mapped: conversation.audio_url.replace(url.clone()),
                linked: url.clone(),
            });
            known.conversations.push(conversation);
            let uri = format!("gs://b/{id}.mp3");
            let mut record = ObjectRecord::new(&uri, Some(id), Role::Recording, State::Copied);
            record.size = Some(5);
            record.etag = Some("e".to_owned());
            record.key = Some(key(id));
            record.url = Some(url);
            known.ledger.push(record);
            known.stored.push(StoredObject {
                key: key(id),
                size: 5,
                etag: Some("e".to_owned()),
            });
        }
        known
    }

    fn planned(known: &Known) -> Plan {
        planned_of(known, None)
    }

    fn planned_of(known: &Known, only: Option<&str>) -> Plan {
        let options = Options {
            only: only.map(|id| BTreeSet::from([id.to_owned()])),
            public_url: "https://pub".to_owned(),
            ..Options::default()
        };
        plan(known.clone(), &options)
    }

    fn lost_of(plan: &Plan) -> Vec<&str> {
        let ids = plan.lost.iter();
        ids.filter_map(|record| record.conversation_id.as_deref())
            .collect()
    }

    #[test]
    fn a_source_without_any_audio_is_not_believed_where_recordings_are_named() {
        let mut known = Known {
            bucket: Some("b".to_owned()),
            objects: vec![object("readme.txt")],
            conversations: vec![names("A"), names("B"), Conversation::default()],
            ..Known::default()
        };
        assert_eq!(planned(&known).nowhere, ["A", "B"]);
        // That an earlier run called them missing makes the source no better.
        known.ledger = planned(&known).records;
        assert!(known.ledger.iter().any(|one| one.role == Role::Missing));
        assert_eq!(planned(&known).nowhere, ["A", "B"]);
        // One that is there is a source, and the others are missing.
        known.objects.push(object("A.mp3"));
        let plan = planned(&known);
        assert_eq!((plan.nowhere.len(), plan.missing.len()), (0, 1));
        // Where nobody names any, an empty one is as good as another.
        known.objects.clear();
        known.conversations = vec![Conversation::default()];
        assert_eq!(planned(&known).nowhere, [""; 0]);
    }

    #[test]
    fn a_source_that_was_emptied_after_the_migration_is_believed() {
        let mut known = migrated(&["A", "B"]);
        let mut missing =
            ObjectRecord::new("gs://b/C.mp3", Some("C"), Role::Missing, State::Listed);
        missing.detail = Some("there is no such object".to_owned());
        known.ledger.push(missing);
        known.conversations.push(names("C"));
        let plan = planned(&known);
        assert_eq!(plan.nowhere, [""; 0], "C was missing before");
        assert_eq!((lost_of(&plan).len(), plan.missing.len()), (0, 1));
        // One that came since and is not there was not migrated.
        known.conversations.push(names("D"));
        assert_eq!(planned(&known).nowhere, ["D"]);
    }

    #[test]
    fn what_neither_bucket_holds_any_more_is_lost() {
        let mut known = migrated(&["A", "B", "C"]);
        known.objects = vec![object("A.mp3")];
        known.stored.retain(|stored| stored.key == key("B"));
        let plan = planned(&known);
        // A is copied again, B is where it should be.
        assert_eq!((lost_of(&plan), plan.copies.len()), (vec!["C"], 1));
        assert_eq!(plan.planned().lost, 1);
        // Another object under its key is not what was copied.
        known.stored.push(StoredObject {
            key: key("C"),
            size: 4,
            etag: None,
        });
        assert_eq!(lost_of(&planned(&known)), ["C"]);
        // Only what is asked for.
        assert_eq!(lost_of(&planned_of(&known, Some("C"))), ["C"]);
        assert_eq!(lost_of(&planned_of(&known, Some("B"))), [""; 0]);
        // Without anything left on either side, it is the source that is doubted.
        known.objects.clear();
        known.stored.clear();
        let plan = planned(&known);
        assert_eq!(plan.nowhere, ["A", "B", "C"]);
        assert_eq!(lost_of(&plan), ["A", "B", "C"]);
    }

    #[test]
    fn a_bucket_that_no_uri_names_beside_one_that_they_do_is_told() {
        let mut known = migrated(&["A"]);
        known.conversations.push(Conversation {
            audio_url: Some("gs://c/x.mp3".to_owned()),
            ..Conversation::default()
        });
        assert_eq!(planned(&known).other_bucket, None);
        known.bucket = Some("another".to_owned());
        assert_eq!(planned(&known).other_bucket.as_deref(), Some("b"));
        known.bucket = None;
        assert_eq!(planned(&known).other_bucket, None, "it is not known");
    }
}
