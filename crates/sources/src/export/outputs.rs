//! The files with the documents: reading one, and what was learnt of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sunset_core::document::{BadDocument, Delivery, Document};
use sunset_core::error::Result;
use sunset_core::instant::Instant;

use super::cuts::Cuts;
use super::entity;
use super::files::Files;
use super::framing::{self, Damage, Framed, block_of, end_of_block};
use super::key::Key;
use super::manifest::Part;
use super::wire::Fault;
use crate::delivery::{Decode, Hand, Stop, Unheard};

/// Names and patterns of collections that are kept of one file.
const PATTERNS: usize = 1_000;

/// What stands in one file, known once it was read to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Records whose checksums are right.
    pub records: u64,
    /// Damaged places.
    pub damaged: u64,
    /// Bytes, and how many of them there are without zeros at the end.
    pub bytes: u64,
    pub used: u64,
    /// Root collections that something in it belongs to.
    pub collections: BTreeSet<String>,
    /// There are more collections than these: what is not among them may still be in it.
    pub crowded: bool,
    /// Everything else that stands in it: `cases/*/comments`.
    pub others: BTreeSet<String>,
    /// Where it can be cut.
    pub cuts: Cuts,
}

impl Tally {
    /// Whether certainly nothing in the file belongs to any of `asked`.
    pub fn excludes(&self, asked: &[String]) -> bool {
        asked.is_empty()
            || (!self.crowded && asked.iter().all(|name| !self.collections.contains(name)))
    }
}

impl Tally {
    /// Adds what stands in another file; where that can be cut is left out.
    pub fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.damaged += other.damaged;
        self.bytes += other.bytes;
        self.used += other.used;
        self.collections.extend(other.collections.iter().cloned());
    }
}

/// What stands between two cuts of a file; all of it by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Piece {
    /// The offset of its first record.
    pub from: u64,
    /// The offset of the first record behind it; nothing for the file's end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<u64>,
    /// The root collection of the last document before it: unreadable bytes are counted with it.
    pub before: String,
}

/// Something that stands in a file and was asked for.
pub(super) enum Found<'a> {
    /// A record of a document, whose fields are still to be read.
    Record(About, &'a [u8]),
    /// What cannot be read, and how many bytes it is.
    Bad(BadDocument, usize),
}

impl Found<'_> {
    /// Hands it over to be delivered.
    pub fn give(self, hand: &mut Hand<About>) -> Result<(), Unheard> {
        match self {
            Self::Record(about, bytes) => hand.give_bytes(about, bytes),
            Self::Bad(bad, size) => hand.give(Delivery::Bad(bad), size),
        }
    }
}

/// Where it goes.
pub(super) type Sink<'a> = dyn FnMut(Found<'_>) -> Result<(), Unheard> + 'a;

/// What a record's key and place tell of its document.
pub(super) struct About {
    collection: String,
    id: String,
    name: String,
    created: Option<Instant>,
    output: Arc<str>,
    offset: u64,
}

/// Reads the fields of records.
pub(super) struct Records;

impl Decode for Records {
    type About = About;

    fn decode(&self, about: About, bytes: &[u8]) -> Delivery {
        match entity::fields(bytes) {
            Ok(fields) => Delivery::Document(Document {
                collection: about.collection,
                id: about.id,
                name: about.name,
                fields,
                create_time: about.created,
                update_time: None,
            }),
            Err(fault) => Delivery::Bad(BadDocument {
                collection: about.collection,
                id: Some(about.id),
                place: place(&about.output, about.offset),
                bytes: bytes.to_vec(),
                why: fault.into_text().into_owned(),
                breaks_off: false,
            }),
        }
    }
}

fn place(output: &str, offset: u64) -> String {
    format!("{output}@{offset}")
}

/// Reads one file, and delivers of it what belongs to the collections that were asked for.
pub(super) struct OutputReader<'a> {
    pub part: &'a Part,
    pub output: &'a str,
    /// What is asked for now.
    pub asked: &'a [String],
    /// What is asked for in one reading or another.
    pub planned: &'a [String],
}

impl OutputReader<'_> {
    /// The whole file.
    pub fn read(&self, files: &dyn Files, sink: &mut Sink<'_>) -> Result<Tally, Stop> {
        self.read_piece(files, &Piece::default(), sink)
    }

    /// A piece between two cuts; what is learnt is of the piece only.
    pub fn read_piece(
        &self,
        files: &dyn Files,
        piece: &Piece,
        sink: &mut Sink<'_>,
    ) -> Result<Tally, Stop> {
        let mut tally = Tally::default();
        // The file's own time stands in where the export does not say when it began.
        let created = self.part.started.or_else(|| files.modified(self.output));
        let output: Arc<str> = self.output.into();
        let reader = files.open(
            self.output,
            block_of(piece.from),
            piece.to.map(end_of_block),
        )?;
        let mut records = framing::Records::within(reader, piece.from, piece.to);
        let mut before = piece.before.clone();
        let broken = |cause| files.broken(self.output, cause);
        while let Some(framed) = records.next_record().map_err(broken)? {
            match framed {
                Framed::Record { offset, bytes } => {
                    tally.records += 1;
                    tally.cuts.note(offset, bytes.len(), &before);
                    let found = self.find(offset, bytes, created, &output, &mut before, &mut tally);
                    if let Some(found) = found {
                        sink(found)?;
                    }
                }
                Framed::Damaged(damage) => {
                    tally.damaged += 1;
                    tally.cuts.note_damage(damage.end);
                    let bad = self.damaged(damage, &before);
                    let size = bad.bytes.len();
                    if self.note(&bad.collection, &mut tally) {
                        sink(Found::Bad(bad, size))?;
                    }
                }
            }
        }
        tally.bytes = records.length();
        tally.used = records.used();
        Ok(tally)
    }

    /// What a sound record is, if it was asked for.
    fn find<'b>(
        &self,
        offset: u64,
        bytes: &'b [u8],
        created: Option<Instant>,
        output: &Arc<str>,
        before: &mut String,
        tally: &mut Tally,
    ) -> Option<Found<'b>> {
        let key = match entity::key(bytes) {
            Ok(key) if !key.path.is_empty() => key,
            other => {
                let why = other.map_or_else(Fault::into_text, |_| "an empty key".into());
                let bad = BadDocument {
                    collection: self.owner(bytes, before),
                    id: None,
                    place: place(self.output, offset),
                    bytes: bytes.to_vec(),
                    why: format!("a record that is no document: {why}"),
                    breaks_off: false,
                };
                return self
                    .note(&bad.collection, tally)
                    .then_some(Found::Bad(bad, bytes.len()));
            }
        };
        let Some(root) = key.root() else {
            let pattern = key.pattern();
            if tally.others.len() < PATTERNS {
                tally.others.insert(pattern);
            }
            return None;
        };
        if before != root.kind {
            root.kind.clone_into(before);
        }
        self.note(root.kind, tally).then(|| {
            let about = About {
                collection: root.kind.to_owned(),
                id: root.id.text(),
                name: key.resource_name(),
                created,
                output: Arc::clone(output),
                offset,
            };
            Found::Record(about, bytes)
        })
    }

    /// Notes that something of the collection stands in the file; whether it was asked for.
    fn note(&self, collection: &str, tally: &mut Tally) -> bool {
        if !tally.collections.contains(collection) {
            if tally.collections.len() < PATTERNS {
                tally.collections.insert(collection.to_owned());
            } else {
                tally.crowded = true;
            }
        }
        self.asked.iter().any(|asked| asked == collection)
    }

    fn damaged(&self, damage: Damage, before: &str) -> BadDocument {
        let Damage {
            offset,
            end,
            bytes,
            why,
        } = damage;
        let mut why = format!(
            "{why}: bytes {offset} to {end} of {} cannot be read and may have held several documents",
            self.output
        );
        if let Some(key) = readable_key(&bytes) {
            why.push_str(&format!(
                "; the first seems to be {}",
                key.resource_name().escape_default()
            ));
        }
        if (bytes.len() as u64) + 32 < (end - offset) / 2 {
            why.push_str("; the first of them are kept here, the rest only in the file");
        }
        BadDocument {
            collection: self.owner(&bytes, before),
            id: None,
            place: place(self.output, offset),
            bytes,
            why,
            breaks_off: false,
        }
    }

    /// The collection that unreadable bytes are counted with. They may have held documents of a
    /// planned collection wherever that cannot be excluded, so they always count with one.
    fn owner(&self, bytes: &[u8], before: &str) -> String {
        if let Some(kind) = self.part.kind() {
            return kind.to_owned();
        }
        let planned = |name: &str| self.planned.iter().any(|planned| planned == name);
        if let Some(root) = readable_key(bytes).and_then(|key| key.root())
            && planned(root.kind)
        {
            return root.kind.to_owned();
        }
        if planned(before) {
            return before.to_owned();
        }
        self.planned
            .first()
            .cloned()
            .unwrap_or_else(|| before.to_owned())
    }
}

/// The key that damaged bytes begin with, behind a record's header or without one.
fn readable_key(bytes: &[u8]) -> Option<Key<'_>> {
    [7, 0]
        .into_iter()
        .filter_map(|start| entity::key(bytes.get(start..)?).ok())
        .find(|key| !key.path.is_empty())
}
