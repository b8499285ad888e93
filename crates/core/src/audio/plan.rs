//! What is to be done about recordings: computed whole, shown, and then executed or not.

use std::collections::BTreeSet;

use crate::ports::objects::{SourceObject, StoredObject};

use super::address::{orphan_key, public_url, recording_key};
use super::format::{Format, split_name};
use super::outcome::Planned;
use super::parts::Layout;
use super::record::{Conversation, Intent, ObjectRecord, Role};

pub use super::planner::plan;

/// What to do with audio that belongs to no conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orphans {
    /// List it.
    #[default]
    List,
    /// Copy it to `audio/orphaned/<original name>`.
    Copy,
}

/// What the operator asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Only these conversations.
    pub only: Option<BTreeSet<String>>,
    /// Only what failed or was quarantined before.
    pub retry_failed: bool,
    /// See [`Orphans`].
    pub orphans: Orphans,
    /// Comes before the other formats.
    pub prefer: Option<Format>,
    /// What public URLs begin with.
    pub public_url: String,
}

/// Everything that is known before anything is done.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The old bucket's name.
    pub bucket: Option<String>,
    /// Its objects.
    pub objects: Vec<SourceObject>,
    /// The conversations that migration wrote.
    pub conversations: Vec<Conversation>,
    /// What earlier runs recorded.
    pub ledger: Vec<ObjectRecord>,
    /// What the new bucket holds.
    pub stored: Vec<StoredObject>,
}

/// Why an object is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It never was.
    New,
    /// An earlier run did not get to its end with it.
    Unfinished,
    /// It is another version than the one that was copied, as far as the listing says.
    SourceChanged,
    /// It has another key or is another format of its recording than the one that was copied.
    OtherKey,
    /// It was copied, and is not in the new bucket.
    NotStored,
    /// It was copied, and the new bucket holds something else under its key.
    StoredDiffers,
    /// `--retry-failed` asked for it.
    Asked,
}

/// Whose object it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A conversation, which will point at it.
    Conversation(Conversation),
    /// Nobody.
    Nobody,
}

impl Owner {
    /// The conversation's id.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Conversation(conversation) => Some(&conversation.id),
            Self::Nobody => None,
        }
    }

    /// The key of an object of this owner.
    pub fn key(&self, name: &str) -> String {
        match (self, split_name(name)) {
            (Self::Conversation(conversation), Some((_, format))) => {
                recording_key(&conversation.id, conversation.created_at, format)
            }
            _ => orphan_key(name),
        }
    }

    /// What a copied object is to this owner.
    pub fn role(&self) -> Role {
        match self {
            Self::Conversation(_) => Role::Recording,
            Self::Nobody => Role::Orphan,
        }
    }
}

/// One recording to be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Its formats: the first is copied, the next one when that turns out to be no audio.
    pub candidates: Vec<SourceObject>,
    /// Of each the ETag of what the new bucket holds under its key, empty where the listing states
    /// none; `None` where it holds nothing there.
    pub found: Vec<Option<String>>,
    /// Whose it is.
    pub owner: Owner,
    /// Why.
    pub why: Why,
    /// What the ledger holds of the first candidate; of most there is nothing.
    pub previous: Option<Box<ObjectRecord>>,
}

impl Copy {
    /// Bytes of the first candidate.
    pub fn bytes(&self) -> u64 {
        self.candidates.first().map_or(0, |object| object.size)
    }

    /// What is to be recorded before a candidate is stored.
    pub fn intent(&self, candidate: usize, public: &str) -> Option<Intent> {
        let object = self.candidates.get(candidate)?;
        let key = self.owner.key(&object.name);
        Some(Intent {
            source_uri: object.uri.clone(),
            url: public_url(public, &key),
            key,
            found: self.found.get(candidate).cloned().flatten(),
        })
    }
}

/// A proven object whose conversation does not point at it (any more).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relink {
    /// The object, with the URL it has now.
    pub record: ObjectRecord,
    /// The conversation.
    pub conversation: Conversation,
}

/// Objects and their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Tally {
    /// Objects.
    pub objects: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, bytes: u64) {
        self.objects += 1;
        self.bytes += bytes;
    }

    pub(super) fn of<'a>(objects: impl IntoIterator<Item = &'a SourceObject>) -> Self {
        let mut tally = Self::default();
        for object in objects {
            tally.add(object.size);
        }
        tally
    }
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Conversations that migration wrote. Without any, no object belongs to one yet.
    pub conversations: u64,
    /// Everything listed in the old bucket.
    pub listed: Tally,
    /// Those whose name is a recording's.
    pub audio: Tally,
    /// To be copied.
    pub copies: Vec<Copy>,
    /// To be linked without a copy.
    pub relinks: Vec<Relink>,
    /// Copied and linked by an earlier run, and as they were.
    pub unchanged: Tally,
    /// Other formats of a recording: not copied.
    pub duplicates: Vec<ObjectRecord>,
    /// Audio of no conversation that is listed only.
    pub orphans: Vec<ObjectRecord>,
    /// Conversations whose object is not there.
    pub missing: Vec<ObjectRecord>,
    /// Copied before, not in the new bucket as they were copied, and not in the old one any more.
    pub lost: Vec<ObjectRecord>,
    /// Conversations whose recordings neither bucket holds, where the old one lists no audio at all:
    /// it is hardly V2's.
    pub nowhere: Vec<String>,
    /// The bucket that V2's URIs name, where none of them names the one that was read.
    pub other_bucket: Option<String>,
    /// Objects whose name is no recording's.
    pub not_audio: Vec<ObjectRecord>,
    /// Empty objects, and those that an earlier run quarantined and nobody changed since.
    pub quarantined: Vec<ObjectRecord>,
    /// Objects left out because of `--conversation-ids` or `--retry-failed`.
    pub left_out: Tally,
    /// Conversations whose `audio_url` somebody changed after it was linked; left alone.
    pub changed: Vec<String>,
    /// Conversations that `--conversation-ids` names and migration did not write.
    pub unknown_ids: Vec<String>,
    /// Records to be written that no copy writes.
    pub records: Vec<ObjectRecord>,
    /// Names of entries that say of an object what it is no longer, and of nothing that is stored:
    /// the ledger drops them. Source URI and conversation.
    pub stale: Vec<(String, Option<String>)>,
}

impl Plan {
    /// What is to be copied.
    pub fn to_copy(&self) -> Tally {
        Tally::of(
            self.copies
                .iter()
                .filter_map(|copy| copy.candidates.first()),
        )
    }

    /// Bytes of the duplicates that are not copied.
    pub fn saved(&self) -> Tally {
        let mut tally = Tally::default();
        for record in &self.duplicates {
            tally.add(record.size.unwrap_or(0));
        }
        tally
    }

    /// R2's class A operations (writes, lists) that the copies take, listing not counted.
    pub fn class_a_operations(&self) -> u64 {
        let layouts = self.copies.iter().map(|copy| Layout::of(copy.bytes()));
        layouts.map(Layout::class_a_operations).sum()
    }

    /// Whether there are recordings and nothing they could belong to: data-migrate has not run.
    pub fn comes_too_early(&self) -> bool {
        self.conversations == 0 && self.audio.objects > 0
    }

    /// The numbers of it that a report tells.
    pub fn planned(&self) -> Planned {
        Planned {
            audio: self.audio,
            unchanged: self.unchanged,
            duplicates: self.duplicates.len() as u64,
            saved: self.saved(),
            relinks: self.relinks.len() as u64,
            quarantined: self.quarantined.len() as u64,
            lost: self.lost.len() as u64,
            nothing: self.is_empty(),
        }
    }

    /// Whether there is nothing to write anywhere.
    pub fn is_empty(&self) -> bool {
        self.copies.is_empty()
            && self.relinks.is_empty()
            && self.records.is_empty()
            && self.stale.is_empty()
    }
}
