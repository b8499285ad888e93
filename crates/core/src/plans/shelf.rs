//! What a survey keeps of documents: a compact note of each.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use super::pages::Pages;
pub(super) use super::texts::{Database, Index, Text, Texts};
use super::texts::{Databases, database_of};
use crate::digest::Digest;
use crate::document::{Document, ResourceName};
use crate::error::Result;
use crate::instant::Instant;
use crate::plans::CollectionTally;

/// What is noted of every document. There are as many as documents, and its times would have every
/// note end at a multiple of eight bytes.
#[derive(Debug, Clone, Copy)]
#[repr(Rust, packed(4))]
pub(super) struct Head {
    pub id: Text,
    /// Microseconds; what "(created time, document id)" orders by, with the id.
    pub created: i64,
    pub updated: i64,
    /// When the document was last written, as its source says; decides between deliveries.
    pub update_time: i64,
    /// The database that its name says.
    pub database: Database,
    /// Tells deliveries of one document apart.
    pub fingerprint: [u8; 16],
}

impl Head {
    /// What is noted of every document; its times are the plan's to find.
    pub fn of(document: &Document, texts: &mut Texts) -> Result<Self> {
        let database = texts.database(database_of(&document.name));
        texts.count_database(database);
        Ok(Self {
            id: texts.add(&document.id)?,
            created: 0,
            updated: 0,
            update_time: document.update_time.map_or(i64::MIN, Instant::floor_micros),
            database,
            fingerprint: fingerprint(document, &document.digest()),
        })
    }
}

pub(super) trait Noted {
    fn head(&self) -> &Head;
}

/// What finds a document again, and tells its deliveries apart.
pub(super) trait Keyed {
    fn id(&self) -> Text;
    fn fingerprint(&self) -> &[u8; 16];
}

impl<N: Noted> Keyed for N {
    fn id(&self) -> Text {
        self.head().id
    }

    fn fingerprint(&self) -> &[u8; 16] {
        &self.head().fingerprint
    }
}

/// What is left of a note when everything is decided.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    pub id: Text,
    fingerprint: [u8; 16],
}

impl Keyed for Kept {
    fn id(&self) -> Text {
        self.id
    }

    fn fingerprint(&self) -> &[u8; 16] {
        &self.fingerprint
    }
}

/// The notes of one collection; once settled, one a document, in byte order of the ids.
#[derive(Debug)]
pub(super) struct Shelf<N> {
    pub notes: Pages<N>,
    read: u64,
    bad: u64,
    /// Ids that came more than once with the very same content.
    twins: HashSet<String>,
    /// How often each id came unreadable.
    bad_ids: HashMap<String, u32>,
    /// Documents of another database that have the id of a document that counts.
    strangers: HashMap<(Database, String), Stranger>,
}

/// A document that has its collection and id in common with one of another database, which is the
/// one that counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stranger {
    /// The database of the one that counts.
    pub instead: Database,
    fingerprint: [u8; 16],
    /// Whether it came more than once with the very same content.
    pub has_twins: bool,
}

impl<N> Default for Shelf<N> {
    fn default() -> Self {
        Self {
            notes: Pages::default(),
            read: 0,
            bad: 0,
            twins: HashSet::new(),
            bad_ids: HashMap::new(),
            strangers: HashMap::new(),
        }
    }
}

impl<N: Noted> Shelf<N> {
    pub fn push(&mut self, note: N) {
        self.read += 1;
        self.notes.push(note);
    }

    /// Of several deliveries of one document the one with the later update time stays, on a tie
    /// the later delivery. Of several documents with one id, which are of different databases, the
    /// one stays whose database has the most documents: the others are strangers.
    pub fn settle(&mut self, texts: &Texts) {
        let notes = &self.notes;
        let head = |place: Index| notes[place.get()].head();
        let id = |place: Index| texts.get(head(place).id);
        let ranks = texts.databases().ranks();
        let rank = |head: &Head| Databases::rank(&ranks, head.database);
        let written = |head: &Head| head.update_time;
        let mut places: Vec<Index> = (0..notes.len()).map(Index::of).collect();
        // On a tie they stay in the order in which they came.
        places.sort_by(|a, b| {
            let (one, other) = (head(*a), head(*b));
            texts
                .get(one.id)
                .cmp(texts.get(other.id))
                .then_with(|| rank(other).cmp(&rank(one)))
                .then_with(|| written(one).cmp(&written(other)))
        });
        for namesakes in places.chunk_by(|a, b| id(*a) == id(*b)) {
            let [_, .., counting] = namesakes else {
                continue;
            };
            let (instead, id) = (head(*counting).database, id(*counting));
            for deliveries in namesakes.chunk_by(|a, b| head(*a).database == head(*b).database) {
                let [others @ .., last] = deliveries else {
                    continue;
                };
                let Head {
                    database,
                    fingerprint,
                    ..
                } = *head(*last);
                // Others may have come between two of the same content.
                let has_twins = others
                    .iter()
                    .any(|other| head(*other).fingerprint == fingerprint);
                if database != instead {
                    let stranger = Stranger {
                        instead,
                        fingerprint,
                        has_twins,
                    };
                    self.strangers.insert((database, id.to_owned()), stranger);
                } else if has_twins {
                    self.twins.insert(id.to_owned());
                }
            }
        }
        // The last of each id counts. These come first, in their order, and the others go.
        let mut counting = 0;
        for at in 0..places.len() {
            let next = places.get(at + 1);
            if next.is_none_or(|next| id(*next) != id(places[at])) {
                places.swap(counting, at);
                counting += 1;
            }
        }
        self.notes.permute(places);
        self.notes.truncate(counting);
    }

    /// The same documents with less about each.
    pub fn kept(self) -> Shelf<Kept> {
        let mut notes = Pages::default();
        for note in self.notes {
            notes.push(Kept {
                id: note.id(),
                fingerprint: *note.fingerprint(),
            });
        }
        Shelf {
            notes,
            read: self.read,
            bad: self.bad,
            twins: self.twins,
            bad_ids: self.bad_ids,
            strangers: self.strangers,
        }
    }
}

impl<N> Shelf<N> {
    /// Unreadable deliveries of which not even the id is known.
    pub fn nameless(&self) -> u64 {
        let named: u64 = self.bad_ids.values().map(|times| u64::from(*times)).sum();
        self.bad.saturating_sub(named)
    }

    /// Ids that came unreadable, and how often each; in no order.
    pub fn bad_ids(&self) -> impl Iterator<Item = (&str, u32)> {
        self.bad_ids.iter().map(|(id, times)| (id.as_str(), *times))
    }

    /// The document, where it is a stranger and this is the delivery that counts of it.
    pub fn stranger(
        &self,
        texts: &Texts,
        document: &Document,
        digest: &Digest,
    ) -> Option<&Stranger> {
        if self.strangers.is_empty() {
            return None;
        }
        let database = texts.databases().find(database_of(&document.name))?;
        let stranger = self.strangers.get(&(database, document.id.clone()))?;
        (stranger.fingerprint == fingerprint(document, digest)).then_some(stranger)
    }

    /// Whether a stranger has this name.
    pub fn has_stranger(&self, texts: &Texts, name: &str) -> bool {
        let known = || {
            let parts = ResourceName::parse(name).ok()?;
            let (_, id) = parts.root_document()?;
            let database = texts.databases().find(parts.database_name(name))?;
            Some(self.strangers.contains_key(&(database, id.to_owned())))
        };
        !self.strangers.is_empty() && known().unwrap_or(false)
    }

    /// Counts unreadable deliveries.
    pub fn count_unreadable(&mut self, id: Option<&str>, times: u32) {
        self.read += u64::from(times);
        self.bad += u64::from(times);
        if let Some(id) = id {
            *self.bad_ids.entry(id.to_owned()).or_default() += times;
        }
    }
}

impl<N: Keyed> Shelf<N> {
    pub fn count_bad(&mut self, id: Option<&str>) {
        self.count_unreadable(id, 1);
    }

    /// Whether a document came more than once with the very same content.
    pub fn has_twins(&self, id: &str) -> bool {
        self.twins.contains(id)
    }

    /// Whether `id` names one unreadable document, and no other of the collection.
    pub fn names_bad(&self, texts: &Texts, id: &str) -> bool {
        self.find(texts, id).is_none() && self.bad_ids.get(id).is_none_or(|count| *count == 1)
    }

    /// Whether an unreadable document has this id.
    pub fn has_bad(&self, id: &str) -> bool {
        self.bad_ids.contains_key(id)
    }

    /// The place of a document's note, once settled.
    pub fn find(&self, texts: &Texts, id: &str) -> Option<usize> {
        self.notes.find_by(|note| texts.get(note.id()).cmp(id))
    }

    /// The note of the delivery that counts, when `document` is that delivery.
    pub fn counting(&self, texts: &Texts, document: &Document, digest: &Digest) -> Option<usize> {
        let index = self.find(texts, &document.id)?;
        let note = &self.notes[index];
        (*note.fingerprint() == fingerprint(document, digest)).then_some(index)
    }

    pub fn tally(&self) -> CollectionTally {
        CollectionTally {
            read: self.read,
            repeated: self.read - self.bad - (self.notes.len() + self.strangers.len()) as u64,
            superseded: 0,
        }
    }
}

/// Tells the deliveries of one document apart.
fn fingerprint(document: &Document, digest: &Digest) -> [u8; 16] {
    let seconds = |time: Option<Instant>| time.map_or(i64::MIN, Instant::seconds).to_le_bytes();
    let nanos = |time: Option<Instant>| time.map_or(0, Instant::subsec_nanos).to_le_bytes();
    let (created, updated) = (document.create_time, document.update_time);
    let digest = Digest::of_parts([
        digest.as_bytes(),
        // What is kept of a document in quarantine begins with it.
        document.name.as_bytes(),
        &seconds(created),
        &nanos(created),
        &seconds(updated),
        &nanos(updated),
    ]);
    let mut short = [0; 16];
    short.copy_from_slice(&digest.0[..16]);
    short
}
