//! The files with the documents: reading one, and what was learnt of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sunset_core::document::{BadDocument, Delivery, Document};
use sunset_core::error::Result;
use sunset_core::instant::Instant;

use super::cuts::Cuts;
use super::entity;
use super::files::Files;
use super::framing::{Damage, Framed, Records, block_of, end_of_block};
use super::key::Key;
use super::manifest::Part;
use crate::delivery::{Stop, Unheard};

/// Names and patterns of collections that are kept of one file.
const PATTERNS: usize = 1_000;

/// What stands in one file, known once it was read to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Records whose checksums are right.
    pub records: u64,
    /// Damaged places.
    pub damaged: u64,
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

/// Where deliveries go, with the size of what they were made of.
pub(super) type Sink<'a> = dyn FnMut(Delivery, usize) -> Result<(), Unheard> + 'a;

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
        let reader = files.open(
            self.output,
            block_of(piece.from),
            piece.to.map(end_of_block),
        )?;
        let mut records = Records::within(reader, piece.from, piece.to);
        let mut before = piece.before.clone();
        let broken = |cause| files.broken(self.output, cause);
        while let Some(framed) = records.next_record().map_err(broken)? {
            match framed {
                Framed::Record { offset, bytes } => {
                    tally.records += 1;
                    tally.cuts.note(offset, bytes.len(), &before);
                    let Some(delivery) =
                        self.deliver(offset, bytes, created, &mut before, &mut tally)
                    else {
                        continue;
                    };
                    sink(delivery, bytes.len())?;
                }
                Framed::Damaged(damage) => {
                    tally.damaged += 1;
                    tally.cuts.note_damage(damage.end);
                    let bad = self.damaged(damage, &before);
                    let size = bad.bytes.len();
                    if self.note(&bad.collection, &mut tally) {
                        sink(Delivery::Bad(bad), size)?;
                    }
                }
            }
        }
        Ok(tally)
    }

    /// What a sound record delivers, if it was asked for.
    fn deliver(
        &self,
        offset: u64,
        bytes: &[u8],
        created: Option<Instant>,
        before: &mut String,
        tally: &mut Tally,
    ) -> Option<Delivery> {
        let key = match entity::key(bytes) {
            Ok(key) if !key.path.is_empty() => key,
            other => {
                let why = other.map_or_else(|fault| fault.0, |_| "an empty key".into());
                let bad = BadDocument {
                    collection: self.owner(bytes, before),
                    id: None,
                    place: self.place(offset),
                    bytes: bytes.to_vec(),
                    why: format!("a record that is no document: {why}"),
                };
                return self
                    .note(&bad.collection, tally)
                    .then_some(Delivery::Bad(bad));
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
        if !self.note(root.kind, tally) {
            return None;
        }
        let collection = root.kind.to_owned();
        let id = root.id.text();
        Some(match entity::fields(bytes) {
            Ok(fields) => Delivery::Document(Document {
                collection,
                id,
                name: key.resource_name(),
                fields,
                create_time: created,
                update_time: None,
            }),
            Err(fault) => Delivery::Bad(BadDocument {
                collection,
                id: Some(id),
                place: self.place(offset),
                bytes: bytes.to_vec(),
                why: fault.0.into_owned(),
            }),
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
            place: self.place(offset),
            bytes,
            why,
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

    fn place(&self, offset: u64) -> String {
        format!("{}@{offset}", self.output)
    }
}

/// The key that damaged bytes begin with, behind a record's header or without one.
fn readable_key(bytes: &[u8]) -> Option<Key<'_>> {
    [7, 0]
        .into_iter()
        .filter_map(|start| entity::key(bytes.get(start..)?).ok())
        .find(|key| !key.path.is_empty())
}
