//! Computing the plan.

use std::collections::{HashMap, HashSet};

use crate::ports::objects::{SourceObject, StoredObject};

use super::absent::{lost, nowhere, other_bucket};
use super::address::public_url;
use super::format::Format;
use super::matching::{Matching, sort_out};
use super::plan::{Copy, Known, Options, Orphans, Owner, Plan, Relink, Tally, Why};
use super::record::{Conversation, ObjectRecord, Role, State};
use super::stale::{Name, stale, superseded};

/// Computes the plan. The same knowledge gives the same plan, whatever the order of the lists.
pub fn plan(mut known: Known, options: &Options) -> Plan {
    known.objects.sort_by(|a, b| a.name.cmp(&b.name));
    known.objects.dedup_by(|a, b| a.name == b.name);
    known.conversations.sort_by(|a, b| a.id.cmp(&b.id));
    let matching = sort_out(
        &known.objects,
        &known.conversations,
        known.bucket.as_deref(),
        options.prefer,
    );
    let stored: HashMap<&str, &StoredObject> = known
        .stored
        .iter()
        .map(|object| (object.key.as_str(), object))
        .collect();
    let mut planner = Planner {
        superseded: superseded(&known.ledger, &stored),
        seen: HashSet::new(),
        ledger: known
            .ledger
            .iter()
            .map(|record| (record.name(), record))
            .collect(),
        stored,
        known: &known,
        options,
        plan: Plan::default(),
    };
    planner.sort(&matching);
    planner.plan
}

struct Planner<'a> {
    known: &'a Known,
    ledger: HashMap<(&'a str, Option<&'a str>), &'a ObjectRecord>,
    stored: HashMap<&'a str, &'a StoredObject>,
    /// Entries of what another recording took the place of in the new bucket.
    superseded: HashSet<Name>,
    /// What this plan has an entry for, or will have.
    seen: HashSet<Name>,
    options: &'a Options,
    plan: Plan,
}

impl Planner<'_> {
    fn sort(&mut self, matching: &Matching) {
        let known = self.known;
        let objects = &known.objects;
        self.plan.conversations = known.conversations.len() as u64;
        self.plan.listed = Tally::of(objects);
        self.plan.audio = Tally::of(
            objects
                .iter()
                .filter(|object| Format::of_name(&object.name).is_some()),
        );
        self.neither(matching);
        if let Some(only) = &self.options.only {
            let found = |id: &&String| !known.conversations.iter().any(|one| one.id == **id);
            self.plan.unknown_ids = only.iter().filter(found).cloned().collect();
        }
        for (owner, formats) in &matching.recordings {
            let Some(conversation) = known.conversations.get(*owner) else {
                continue;
            };
            let formats: Vec<_> = formats
                .iter()
                .filter_map(|index| objects.get(*index))
                .collect();
            self.recording(conversation, &formats);
        }
        for (index, owner) in &matching.empty {
            let Some(object) = objects.get(*index) else {
                continue;
            };
            let owner = owner.and_then(|owner| known.conversations.get(owner));
            if self.left_out(owner.map(|one| one.id.as_str()), &[object]) {
                continue;
            }
            self.see(&object.uri, owner.map(|one| one.id.as_str()));
            let mut record = listed(object, owner, Role::Quarantined);
            record.detail = Some("empty: the object has 0 bytes".to_owned());
            self.note(record.clone());
            self.plan.quarantined.push(record);
        }
        for index in &matching.orphans {
            if let Some(object) = objects.get(*index) {
                self.orphan(object);
            }
        }
        if self.options.only.is_some() || self.options.retry_failed {
            return;
        }
        for index in &matching.not_audio {
            if let Some(object) = objects.get(*index) {
                self.see(&object.uri, None);
                let record = listed(object, None, Role::NotAudio);
                self.note(record.clone());
                self.plan.not_audio.push(record);
            }
        }
        for (index, why) in &matching.missing {
            if let Some(conversation) = known.conversations.get(*index) {
                self.missing(conversation, why);
            }
        }
        self.plan.stale = stale(&self.known.ledger, &self.superseded, &self.seen);
    }

    /// What neither bucket holds, and whether the old one can be V2's at all.
    fn neither(&mut self, matching: &Matching) {
        let known = self.known;
        let lost = lost(known, &self.stored, matching, &self.superseded);
        self.plan.nowhere = nowhere(known, &self.stored, matching, &lost);
        self.plan.other_bucket = other_bucket(&known.conversations, known.bucket.as_deref());
        if self.options.retry_failed {
            return;
        }
        let only = self.options.only.as_ref();
        let asked = |record: &ObjectRecord| {
            let id = record.conversation_id.as_ref();
            only.is_none_or(|only| id.is_some_and(|id| only.contains(id)))
        };
        self.plan.lost = lost.into_iter().filter(asked).collect();
    }

    fn see(&mut self, uri: &str, owner: Option<&str>) {
        self.seen
            .insert((uri.to_owned(), owner.map(ToOwned::to_owned)));
    }

    /// One conversation and the objects that belong to it, the one to migrate first.
    fn recording(&mut self, conversation: &Conversation, formats: &[&SourceObject]) {
        if self.left_out(Some(&conversation.id), formats) {
            return;
        }
        let id = Some(conversation.id.as_str());
        let mut candidates = Vec::with_capacity(formats.len());
        for object in formats {
            self.see(&object.uri, id);
            match self.settled_quarantine(object, id) {
                Some(record) => self.plan.quarantined.push(record),
                None => candidates.push((*object).clone()),
            }
        }
        let Some((chosen, others)) = candidates.split_first() else {
            return;
        };
        for other in others {
            let mut record = listed(other, Some(conversation), Role::Duplicate);
            record.duplicate_of = Some(chosen.uri.clone());
            let recorded = self.ledger.get(&(other.uri.as_str(), id));
            let name = (other.uri.clone(), Some(conversation.id.clone()));
            let stands = |old: &&&ObjectRecord| old.is_copied() && !self.superseded.contains(&name);
            if let Some(previous) = recorded.filter(stands) {
                // It was the chosen one before, and its bytes are still stored.
                record.state = State::Copied;
                record.key.clone_from(&previous.key);
                record.etag.clone_from(&previous.etag);
                record.sha256 = previous.sha256;
                record.content_type.clone_from(&previous.content_type);
            }
            self.note(record.clone());
            self.plan.duplicates.push(record);
        }
        let owner = Owner::Conversation(conversation.clone());
        match self.why(chosen, &owner) {
            Some(why) => self.copy(candidates, owner, why),
            None => self.settled(chosen, conversation),
        }
    }

    fn orphan(&mut self, object: &SourceObject) {
        if self.left_out(None, &[object]) {
            return;
        }
        self.see(&object.uri, None);
        if let Some(record) = self.settled_quarantine(object, None) {
            self.plan.quarantined.push(record);
            return;
        }
        let recorded = self.ledger.get(&(object.uri.as_str(), None));
        match (self.options.orphans, self.why(object, &Owner::Nobody)) {
            (_, None) => self.plan.unchanged.add(object.size),
            (Orphans::Copy, Some(why)) => self.copy(vec![object.clone()], Owner::Nobody, why),
            (Orphans::List, Some(_)) => {
                let mut record = listed(object, None, Role::Orphan);
                if let Some(old) = recorded.filter(|old| old.is_copied()) {
                    record = (*old).clone();
                }
                self.note(record.clone());
                self.plan.orphans.push(record);
            }
        }
    }

    fn missing(&mut self, conversation: &Conversation, why: &str) {
        let copied = self.known.ledger.iter().any(|record| {
            record.is_copied()
                && record.role == Role::Recording
                && record.conversation_id.as_deref() == Some(&conversation.id)
        });
        let (false, Some(uri)) = (copied, conversation.source_uri()) else {
            return;
        };
        self.see(uri, Some(&conversation.id));
        let mut record =
            ObjectRecord::new(uri, Some(&conversation.id), Role::Missing, State::Listed);
        record.detail = Some(why.to_owned());
        self.note(record.clone());
        self.plan.missing.push(record);
    }

    fn copy(&mut self, candidates: Vec<SourceObject>, owner: Owner, why: Why) {
        let previous = candidates
            .first()
            .and_then(|object| self.ledger.get(&(object.uri.as_str(), owner.id())))
            .map(|record| Box::new((*record).clone()));
        let found = |object: &SourceObject| {
            let stored = self.stored.get(owner.key(&object.name).as_str())?;
            Some(stored.etag.clone().unwrap_or_default())
        };
        self.plan.copies.push(Copy {
            found: candidates.iter().map(found).collect(),
            candidates,
            owner,
            why,
            previous,
        });
    }

    /// Why the object must be copied; `None` when it is where it should be.
    fn why(&self, object: &SourceObject, owner: &Owner) -> Option<Why> {
        let Some(record) = self.ledger.get(&(object.uri.as_str(), owner.id())) else {
            return Some(Why::New);
        };
        if record.role == Role::Quarantined {
            // A settled one does not come here, so it changed or is asked for.
            return Some(if self.options.retry_failed {
                Why::Asked
            } else {
                Why::SourceChanged
            });
        }
        if !record.is_copied() {
            return Some(match record.state {
                State::Listed => Why::New,
                _ => Why::Unfinished,
            });
        }
        let key = owner.key(&object.name);
        if record.role != owner.role() || record.key.as_ref() != Some(&key) {
            return Some(Why::OtherKey);
        }
        if !same_version(object, record) {
            return Some(Why::SourceChanged);
        }
        match self.stored.get(key.as_str()) {
            None => Some(Why::NotStored),
            Some(stored) if differs(stored, record) => Some(Why::StoredDiffers),
            Some(_) => None,
        }
    }

    /// Copied and unchanged: does the conversation point at it?
    fn settled(&mut self, object: &SourceObject, conversation: &Conversation) {
        let id = Some(conversation.id.as_str());
        let Some(record) = self.ledger.get(&(object.uri.as_str(), id)) else {
            return;
        };
        let key = record.key.clone().unwrap_or_default();
        let url = public_url(&self.options.public_url, &key);
        let ours = conversation.link.as_ref().map(|link| link.linked.as_str());
        if conversation.points_at(&url)
            && record.url.as_ref() == Some(&url)
            && ours == Some(url.as_str())
        {
            self.plan.unchanged.add(object.size);
        } else if conversation.audio_url.as_deref() == conversation.source_uri()
            || conversation.audio_url.as_deref() == ours
            || conversation.points_at(&url)
        {
            let mut record = (*record).clone();
            record.url = Some(url);
            let conversation = conversation.clone();
            self.plan.relinks.push(Relink {
                record,
                conversation,
            });
        } else {
            self.plan.unchanged.add(object.size);
            self.plan.changed.push(conversation.id.clone());
        }
    }

    /// The record of an object that was quarantined, when trying again would find the same.
    fn settled_quarantine(&self, object: &SourceObject, id: Option<&str>) -> Option<ObjectRecord> {
        let record = self.ledger.get(&(object.uri.as_str(), id))?;
        let settled = record.role == Role::Quarantined
            && !self.options.retry_failed
            && same_version(object, record);
        settled.then(|| (*record).clone())
    }

    /// Whether the operator's options leave these objects out; counts them then.
    fn left_out(&mut self, id: Option<&str>, objects: &[&SourceObject]) -> bool {
        let selected = self
            .options
            .only
            .as_ref()
            .is_none_or(|only| id.is_some_and(|id| only.contains(id)));
        let asked = !self.options.retry_failed
            || objects.iter().any(|object| {
                self.ledger
                    .get(&(object.uri.as_str(), id))
                    .is_some_and(|record| {
                        record.role == Role::Quarantined || record.state == State::Failed
                    })
            });
        let out = !(selected && asked);
        if out {
            objects
                .iter()
                .for_each(|object| self.plan.left_out.add(object.size));
        }
        out
    }

    /// Has the record written unless the ledger holds it as it is.
    fn note(&mut self, record: ObjectRecord) {
        if self.ledger.get(&record.name()) != Some(&&record) {
            self.plan.records.push(record);
        }
    }
}

/// The record of an object that is listed and not copied.
pub fn listed(object: &SourceObject, owner: Option<&Conversation>, role: Role) -> ObjectRecord {
    let id = owner.map(|conversation| conversation.id.as_str());
    let mut record = ObjectRecord::new(&object.uri, id, role, State::Listed);
    record.size = Some(object.size);
    record.generation = object.generation;
    record.crc32c = object.crc32c;
    record.md5 = object.md5;
    record
}

/// Whether the object is the version that the record is of: by generation, else by a checksum
/// that both have.
pub fn same_version(object: &SourceObject, record: &ObjectRecord) -> bool {
    if record.size != Some(object.size) {
        return false;
    }
    if object.generation.is_some() && object.generation == record.generation {
        return true;
    }
    match (object.md5, record.md5, object.crc32c, record.crc32c) {
        (Some(now), Some(then), _, _) => now == then,
        (_, _, Some(now), Some(then)) => now == then,
        _ => false,
    }
}

/// Whether a stored object is not what was recorded, as far as the listing says.
pub fn differs(stored: &StoredObject, record: &ObjectRecord) -> bool {
    record.size != Some(stored.size)
        || matches!((&stored.etag, &record.etag), (Some(now), Some(then)) if now != then)
}

#[cfg(test)]
#[path = "planner_tests.rs"]
mod tests;
