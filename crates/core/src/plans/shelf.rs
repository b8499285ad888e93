//! What a survey keeps of documents: a compact note of each, and all their text end to end.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU32;

use crate::digest::Digest;
use crate::document::Document;
use crate::error::{Error, ErrorKind, Result};
use crate::instant::Instant;
use crate::plans::CollectionTally;

/// A piece of text in [`Texts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text(NonZeroU32);

/// The place of something among many: half as wide as a `usize`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Index(u32);

impl Index {
    /// Places are of notes, of which [`Texts`] holds fewer than four thousand millions.
    pub fn of(place: usize) -> Self {
        Self(u32::try_from(place).unwrap_or(u32::MAX))
    }

    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// Bytes a chunk of [`Texts`], but of one that holds a longer text alone.
const CHUNK: usize = 1 << 20;
/// Bits of a place that lead into a chunk.
const WITHIN: u32 = CHUNK.trailing_zeros();

/// All the text of a survey in large chunks that never move: four bytes a place, and one or two
/// for the length, instead of an allocation each.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// Each text behind its length: six bits a byte, the lowest first, and one that says that more
    /// follow.
    chunks: Vec<String>,
}

impl Texts {
    pub fn add(&mut self, text: &str) -> Result<Text> {
        let mut length = String::new();
        let mut rest = text.len();
        loop {
            let bits = u8::try_from(rest & 0x3f).unwrap_or_default();
            rest >>= 6;
            length.push(char::from(if rest == 0 { bits } else { bits | 0x40 }));
            if rest == 0 {
                break;
            }
        }
        let wanted = length.len() + text.len();
        let room = |chunk: &String| chunk.len() + wanted <= CHUNK;
        if !self.chunks.last().is_some_and(room) {
            let mut chunk = String::with_capacity(CHUNK.max(wanted + 1));
            // No text stands at the very first place, which stands for none.
            if self.chunks.is_empty() {
                chunk.push(' ');
            }
            self.chunks.push(chunk);
        }
        let place = self.chunks.len() - 1;
        let place = u32::try_from(place)
            .ok()
            .filter(|place| place >> (32 - WITHIN) == 0);
        let (Some(place), Some(chunk)) = (place, self.chunks.last_mut()) else {
            return Err(Error::new(
                ErrorKind::Internal,
                "the survey holds more than 4 GiB of ids and names",
            )
            .remedy("migrate the collections in several runs"));
        };
        let within = u32::try_from(chunk.len()).unwrap_or_default();
        chunk.push_str(&length);
        chunk.push_str(text);
        let place = NonZeroU32::new(place << WITHIN | within);
        Ok(Text(place.unwrap_or(NonZeroU32::MAX)))
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
        let place = text.0.get();
        let chunk = self.chunks.get((place >> WITHIN) as usize);
        let behind = chunk.and_then(|chunk| chunk.get(place as usize & (CHUNK - 1)..));
        let Some(behind) = behind else { return "" };
        let (mut length, mut bits) = (0, 0);
        for (at, byte) in behind.bytes().enumerate() {
            length |= usize::from(byte & 0x3f) << bits;
            bits += 6;
            if byte & 0x40 == 0 {
                return behind.get(at + 1..at + 1 + length).unwrap_or_default();
            }
        }
        ""
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
        let same_id = |a: &N, b: &N| texts.get(a.head().id) == texts.get(b.head().id);
        for deliveries in self.notes.chunk_by(same_id) {
            // Others may have come between two of the same content.
            if let [others @ .., last] = deliveries
                && others
                    .iter()
                    .any(|other| other.fingerprint() == last.fingerprint())
            {
                self.twins.insert(texts.get(last.head().id).to_owned());
            }
        }
        // `dedup_by` keeps the first of equals; the sort is stable and put the winner last.
        self.notes.reverse();
        self.notes
            .dedup_by(|a, b| texts.get(a.head().id) == texts.get(b.head().id));
        self.notes.reverse();
    }

    /// The same documents with less about each.
    pub fn kept(self) -> Shelf<Kept> {
        let mut notes = Vec::with_capacity(self.notes.len());
        notes.extend(self.notes.iter().map(|note| Kept {
            id: note.id(),
            fingerprint: *note.fingerprint(),
        }));
        Shelf {
            notes,
            read: self.read,
            bad: self.bad,
            twins: self.twins,
            bad_ids: self.bad_ids,
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
        self.notes
            .binary_search_by(|note| texts.get(note.id()).cmp(id))
            .ok()
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
            repeated: self.read - self.bad - self.notes.len() as u64,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_are_found_again() {
        let mut texts = Texts::default();
        let long = "客戶".repeat(CHUNK / 4);
        let lengths = [
            0,
            1,
            62,
            63,
            64,
            65,
            4_095,
            4_096,
            CHUNK - 5,
            CHUNK,
            CHUNK + 1,
        ];
        let mut added = Vec::new();
        for round in 0..7 {
            for length in lengths {
                let text = &long[..length / 3 * 3];
                added.push((texts.add(text).expect("room"), text));
            }
            let short = &long[..round * 3];
            added.push((texts.add(short).expect("room"), short));
        }
        added.push((texts.add(&long).expect("room"), &long));
        added.push((texts.add("x").expect("room"), "x"));
        for (place, text) in added {
            assert!(texts.get(place) == text, "{} bytes", text.len());
        }
        assert_eq!(size_of::<Option<Text>>(), 4);
    }

    #[test]
    fn more_text_than_there_are_places_for_is_an_error() {
        let mut texts = Texts {
            chunks: vec![String::new(); 4_095],
        };
        let last = texts.add("last").expect("room");
        assert_eq!(texts.get(last), "last");
        texts.chunks.push(String::from("full"));
        texts.chunks.push("x".repeat(CHUNK));
        assert!(texts.add("one more").is_err());
    }
}
