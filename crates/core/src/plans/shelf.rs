//! What a survey keeps of documents: a compact note of each, and all their text end to end.

use std::collections::{HashMap, HashSet};

use crate::digest::Digest;
use crate::document::Document;
use crate::error::{Error, ErrorKind, Result};
use crate::instant::Instant;
use crate::plans::CollectionTally;

/// A piece of text in [`Texts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text {
    start: u32,
    length: u32,
}

/// All the text of a survey, end to end: four bytes a place instead of an allocation each.
#[derive(Debug, Default)]
pub(super) struct Texts {
    bytes: String,
}

impl Texts {
    pub fn add(&mut self, text: &str) -> Result<Text> {
        let full = || {
            Error::new(
                ErrorKind::Internal,
                "the survey holds more than 4 GiB of ids and names",
            )
            .remedy("migrate the collections in several runs")
        };
        let start = u32::try_from(self.bytes.len()).map_err(|_| full())?;
        let length = u32::try_from(text.len()).map_err(|_| full())?;
        self.bytes.push_str(text);
        Ok(Text { start, length })
    }

    /// As `add`, without a second copy where `same` already says it.
    pub fn add_like(&mut self, text: &str, same: Text) -> Result<Text> {
        if self.get(same) == text {
            Ok(same)
        } else {
            self.add(text)
        }
    }

    /// As `add`, of what may be absent.
    pub fn optional(&mut self, text: Option<&str>) -> Result<Option<Text>> {
        text.map(|text| self.add(text)).transpose()
    }

    /// What is noted of every document; its times are the plan's to find.
    pub fn head(&mut self, document: &Document) -> Result<Head> {
        Ok(Head {
            id: self.add(&document.id)?,
            created: 0,
            updated: 0,
            update_time: document.update_time.map_or(i64::MIN, Instant::floor_micros),
            fingerprint: fingerprint(document, &document.digest()),
        })
    }

    pub fn get(&self, text: Text) -> &str {
        let start = text.start as usize;
        self.bytes
            .get(start..start + text.length as usize)
            .unwrap_or_default()
    }
}

/// What is noted of every document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub id: Text,
    /// Microseconds; what "(created time, document id)" orders by, with the id.
    pub created: i64,
    pub updated: i64,
    /// When the document was last written, as its source says; decides between deliveries.
    pub update_time: i64,
    /// Tells deliveries of one document apart.
    pub fingerprint: [u8; 16],
}

pub(super) trait Noted {
    fn head(&self) -> &Head;
}

/// The notes of one collection; once settled, one a document, in byte order of the ids.
#[derive(Debug)]
pub(super) struct Shelf<N> {
    pub notes: Vec<N>,
    read: u64,
    bad: u64,
    /// Ids that came more than once with the very same content.
    twins: HashSet<String>,
    /// How often each id came unreadable.
    bad_ids: HashMap<String, u32>,
}

impl<N> Default for Shelf<N> {
    fn default() -> Self {
        Self {
            notes: Vec::new(),
            read: 0,
            bad: 0,
            twins: HashSet::new(),
            bad_ids: HashMap::new(),
        }
    }
}

impl<N: Noted> Shelf<N> {
    pub fn push(&mut self, note: N) {
        self.read += 1;
        self.notes.push(note);
    }

    /// Of several deliveries of one document the one with the later update time stays, on a tie
    /// the later delivery.
    pub fn settle(&mut self, texts: &Texts) {
        self.notes.sort_by(|a, b| {
            let (a, b) = (a.head(), b.head());
            texts
                .get(a.id)
                .cmp(texts.get(b.id))
                .then(a.update_time.cmp(&b.update_time))
        });
        for pair in self.notes.windows(2) {
            let (a, b) = (pair[0].head(), pair[1].head());
            if a.fingerprint == b.fingerprint && texts.get(a.id) == texts.get(b.id) {
                self.twins.insert(texts.get(a.id).to_owned());
            }
        }
        // `dedup_by` keeps the first of equals; the sort is stable and put the winner last.
        self.notes.reverse();
        self.notes
            .dedup_by(|a, b| texts.get(a.head().id) == texts.get(b.head().id));
        self.notes.reverse();
    }

    pub fn count_bad(&mut self, id: Option<&str>) {
        self.read += 1;
        self.bad += 1;
        if let Some(id) = id {
            *self.bad_ids.entry(id.to_owned()).or_default() += 1;
        }
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
        self.notes
            .binary_search_by(|note| texts.get(note.head().id).cmp(id))
            .ok()
    }

    /// The note of the delivery that counts, when `document` is that delivery.
    pub fn counting(&self, texts: &Texts, document: &Document, digest: &Digest) -> Option<usize> {
        let index = self.find(texts, &document.id)?;
        let head = self.notes[index].head();
        (head.fingerprint == fingerprint(document, digest)).then_some(index)
    }

    pub fn tally(&self) -> CollectionTally {
        CollectionTally {
            read: self.read,
            repeated: self.read - self.bad - self.notes.len() as u64,
            superseded: 0,
        }
    }
}

/// Tells the deliveries of one document apart.
fn fingerprint(document: &Document, digest: &Digest) -> [u8; 16] {
    let time = |time: Option<Instant>| time.map_or(i64::MIN, Instant::floor_micros).to_le_bytes();
    let digest = Digest::of_parts([
        digest.as_bytes(),
        &time(document.create_time),
        &time(document.update_time),
    ]);
    let mut short = [0; 16];
    short.copy_from_slice(&digest.0[..16]);
    short
}
