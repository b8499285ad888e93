//! All the text of a survey, and the databases that its documents' names say.

use std::collections::HashMap;
use std::num::NonZeroU32;

use crate::document::ResourceName;
use crate::error::{Error, ErrorKind, Result};

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
    databases: Databases,
    /// Each text behind its length: six bits a byte, the lowest first, and one that says that more
    /// follow.
    chunks: Vec<String>,
}

impl Texts {
    /// The databases of the documents that were noted.
    pub fn databases(&self) -> &Databases {
        &self.databases
    }

    /// The place of a database.
    pub fn database(&mut self, name: &str) -> Database {
        self.databases.place(name)
    }

    /// Notes that a document is of this database.
    pub fn count_database(&mut self, database: Database) {
        self.databases.count(database);
    }

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

/// A database among those of [`Databases`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Database(u32);

/// The databases that documents' names say, `projects/P/databases/D`, and how many documents each.
#[derive(Debug, Default)]
pub(super) struct Databases {
    known: Vec<(String, u64)>,
    /// Their places; a source has one, or few.
    places: HashMap<String, Database>,
}

impl Database {
    pub fn place(self) -> u32 {
        self.0
    }
}

impl Databases {
    fn place(&mut self, name: &str) -> Database {
        if let Some(place) = self.find(name) {
            return place;
        }
        let place = Database(u32::try_from(self.known.len()).unwrap_or(u32::MAX));
        self.known.push((name.to_owned(), 0));
        self.places.insert(name.to_owned(), place);
        place
    }

    fn count(&mut self, place: Database) {
        if let Some((_, count)) = self.known.get_mut(place.0 as usize) {
            *count += 1;
        }
    }

    pub fn find(&self, database: &str) -> Option<Database> {
        match self.known.first() {
            Some((first, _)) if first == database => Some(Database(0)),
            _ => self.places.get(database).copied(),
        }
    }

    pub fn name(&self, place: Database) -> &str {
        let known = self.known.get(place.0 as usize);
        known.map_or("", |(name, _)| name)
    }

    /// All of them, in the order of their places, and how many documents are of each.
    pub fn all(&self) -> &[(String, u64)] {
        &self.known
    }

    /// Of each database, how many come before it: the one with the most documents is the first, and
    /// of several the first in byte order.
    pub fn ranks(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.known.len()).collect();
        order.sort_by(|a, b| {
            let ((one, many), (other, more)) = (&self.known[*a], &self.known[*b]);
            more.cmp(many).then_with(|| one.cmp(other))
        });
        let mut ranks = vec![0; order.len()];
        for (rank, place) in order.into_iter().enumerate() {
            ranks[place] = rank;
        }
        ranks
    }

    /// The rank of a database among `ranks`.
    pub fn rank(ranks: &[usize], place: Database) -> usize {
        ranks.get(place.0 as usize).copied().unwrap_or(usize::MAX)
    }
}

/// `projects/P/databases/D` of a document's name; nothing of what is no such name.
pub(super) fn database_of(name: &str) -> &str {
    ResourceName::parse(name).map_or("", |parts| parts.database_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_with_the_most_documents_is_the_first() {
        let mut databases = Databases::default();
        for name in ["b", "c", "a", "c"] {
            let place = databases.place(name);
            databases.count(place);
        }
        let ranks = databases.ranks();
        let rank = |name| Databases::rank(&ranks, databases.find(name).expect("known"));
        assert_eq!((rank("c"), rank("a"), rank("b")), (0, 1, 2));
        assert_eq!(databases.find("d"), None);
        let name = "projects/p/databases/(default)/documents/cases/x";
        assert_eq!(database_of(name), "projects/p/databases/(default)");
        assert_eq!(database_of("cases/x"), "");
    }

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
            databases: Databases::default(),
            chunks: vec![String::new(); 4_095],
        };
        let last = texts.add("last").expect("room");
        assert_eq!(texts.get(last), "last");
        texts.chunks.push(String::from("full"));
        texts.chunks.push("x".repeat(CHUNK));
        assert!(texts.add("one more").is_err());
    }
}
