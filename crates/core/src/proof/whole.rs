//! Every byte of a document, read once, in the order of the file: a kilobyte of memory a level.

use super::layout::{HASH, RECORD, TreeLayout};
use super::manifest::TreeSummary;
use super::reading::{Opened, ReadAt};
use super::tree::{empty, leaf, level_sizes, node};
use crate::digest::Digest;
use crate::error::Result;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The tree, by its kind and name; nothing where the signed part is meant.
    pub tree: Option<String>,
    /// What is wrong, and of which row or rows.
    pub what: String,
}

/// How many faults are told.
const TOLD: usize = 1_000;

/// Longer ids are not read.
const LONGEST_ID: u32 = 1024 * 1024;

/// Checks every tree against its root in the manifest, and every byte on the way. `progress` hears
/// of leaves. The signature is the caller's to check, over [`Opened::signed`].
///
/// # Errors
/// When the file cannot be read; what is wrong in it is no error.
pub fn check(
    file: &mut dyn ReadAt,
    opened: &Opened,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for (summary, layout) in &opened.trees {
        let mut tree = Tree {
            file,
            summary,
            layout: *layout,
            faults: &mut faults,
        };
        tree.leaves(progress)?;
        tree.levels()?;
        tree.root()?;
    }
    Ok(faults)
}

struct Tree<'a> {
    file: &'a mut dyn ReadAt,
    summary: &'a TreeSummary,
    layout: TreeLayout,
    faults: &'a mut Vec<Fault>,
}

/// Reads a region from its beginning to its end in large pieces.
struct Region {
    next: u64,
    end: u64,
    bytes: Vec<u8>,
    used: usize,
}

impl Region {
    const PIECE: usize = 64 * 1024;

    fn new(next: u64, length: u64) -> Self {
        Self {
            next,
            end: next + length,
            bytes: Vec::new(),
            used: 0,
        }
    }

    /// The next `length` bytes; nothing where the region ends before.
    fn peek(&mut self, file: &mut dyn ReadAt, length: usize) -> Result<Option<&[u8]>> {
        if self.bytes.len() - self.used < length {
            self.bytes.drain(..self.used);
            self.used = 0;
            let left = usize::try_from(self.end - self.next).unwrap_or(usize::MAX);
            let more = left.min(Self::PIECE.max(length));
            let had = self.bytes.len();
            self.bytes.resize(had + more, 0);
            file.read_at(self.next, &mut self.bytes[had..])?;
            self.next += more as u64;
        }
        Ok(self.bytes.get(self.used..self.used + length))
    }

    /// The same, and goes on behind them.
    fn take(&mut self, file: &mut dyn ReadAt, length: usize) -> Result<Option<&[u8]>> {
        if self.peek(file, length)?.is_none() {
            return Ok(None);
        }
        self.used += length;
        Ok(self.bytes.get(self.used - length..self.used))
    }

    fn hash(&mut self, file: &mut dyn ReadAt) -> Result<Option<Digest>> {
        Ok(self.take(file, HASH as usize)?.and_then(Digest::from_slice))
    }

    fn record(&mut self, file: &mut dyn ReadAt) -> Result<Option<Record>> {
        Ok(self.take(file, RECORD as usize)?.and_then(record))
    }
}

impl Tree<'_> {
    fn fault(&mut self, what: String) {
        if self.faults.len() < TOLD {
            self.faults.push(Fault {
                tree: Some(format!(
                    "{} {}",
                    self.summary.kind.name(),
                    self.summary.name
                )),
                what,
            });
        }
    }

    /// Records and ids against the lowest level.
    fn leaves(&mut self, progress: &mut dyn FnMut(u64)) -> Result<()> {
        let layout = self.layout;
        let mut records = Region::new(layout.base, layout.count * RECORD);
        let mut ids = Region::new(layout.ids(), layout.id_bytes);
        let mut hashes = Region::new(layout.level(0), layout.count * HASH);
        let mut begin = 0_u64;
        let mut before: Option<Vec<u8>> = None;
        let mut ahead = records.record(self.file)?;
        for index in 0..layout.count {
            let Some(record) = ahead else {
                break;
            };
            ahead = records.record(self.file)?;
            let stored = hashes.hash(self.file)?;
            // Where the lengths of a record and the place of the next disagree, the hash tells which
            // of the two was changed, so that one changed byte is one row's.
            let next = ahead.as_ref().map_or(layout.id_bytes, |next| next.begin);
            let by_next = next
                .checked_sub(begin)
                .and_then(|length| u32::try_from(length).ok());
            let mut id: Option<Vec<u8>> = None;
            let mut matches = false;
            for length in [Some(record.length), by_next].into_iter().flatten() {
                if matches || length > LONGEST_ID {
                    continue;
                }
                if let Some(bytes) = ids.peek(self.file, length as usize)? {
                    matches = stored == Some(leaf(bytes, &record.digest));
                    if matches || id.is_none() {
                        id = Some(bytes.to_vec());
                    }
                }
            }
            let Some(id) = id else {
                self.fault(format!(
                    "row {}: its id lies outside of the file",
                    index + 1
                ));
                return Ok(());
            };
            ids.take(self.file, id.len())?;
            let named = || in_words(index, &id, before.as_deref());
            if !matches {
                let what = format!("{}: its id, digest or hash was changed", named());
                self.fault(what);
            } else if record.begin != begin || record.length as usize != id.len() {
                let what = format!("{}: the place of its id was changed", named());
                self.fault(what);
            } else if before
                .as_deref()
                .is_some_and(|before| before >= id.as_slice())
            {
                let what = format!("{}: it does not stand in order", named());
                self.fault(what);
            }
            begin += id.len() as u64;
            before = Some(id);
            if index % 1_024 == 1_023 {
                progress(1_024);
            }
        }
        progress(layout.count % 1_024);
        if begin != layout.id_bytes {
            self.fault("the ids do not fill their place".into());
        }
        Ok(())
    }

    /// Every level against the one below it.
    fn levels(&mut self) -> Result<()> {
        let sizes = level_sizes(self.layout.count);
        for (below, pair) in sizes.windows(2).enumerate() {
            let [size_below, size] = *pair else {
                continue;
            };
            let mut children = Region::new(self.layout.level(below), size_below * HASH);
            let mut parents = Region::new(self.layout.level(below + 1), size * HASH);
            for index in 0..size {
                let Some(left) = children.hash(self.file)? else {
                    break;
                };
                let expected = if 2 * index + 1 < size_below {
                    let right = children.hash(self.file)?;
                    right.map(|right| node(&left, &right))
                } else {
                    Some(left)
                };
                if parents.hash(self.file)? != expected {
                    let what = self.covered(below + 1, index)?;
                    self.fault(what);
                }
            }
        }
        Ok(())
    }

    /// Which rows stand under a node.
    fn covered(&mut self, level: usize, index: u64) -> Result<String> {
        let first = index << level;
        let last = (((index + 1) << level) - 1).min(self.layout.count - 1);
        let of = |id: Option<String>| id.unwrap_or_else(|| "?".into());
        Ok(format!(
            "a hash over rows {} to {} was changed, or one below it: {} to {}",
            first + 1,
            last + 1,
            of(self.id(first)?),
            of(self.id(last)?)
        ))
    }

    fn id(&mut self, index: u64) -> Result<Option<String>> {
        let mut bytes = [0; RECORD as usize];
        self.file.read_at(self.layout.record(index), &mut bytes)?;
        let Some(record) = record(&bytes) else {
            return Ok(None);
        };
        if record.length > LONGEST_ID || record.end() > self.layout.id_bytes {
            return Ok(None);
        }
        let mut id = vec![0; record.length as usize];
        self.file
            .read_at(self.layout.ids() + record.begin, &mut id)?;
        Ok(Some(String::from_utf8_lossy(&id).into_owned()))
    }

    fn root(&mut self) -> Result<()> {
        let sizes = level_sizes(self.layout.count);
        let found = match sizes.len() {
            0 => empty(),
            levels => {
                let mut bytes = [0; HASH as usize];
                let place = self.layout.hash(levels - 1, 0);
                self.file.read_at(place, &mut bytes)?;
                Digest(bytes)
            }
        };
        if found.to_string() != self.summary.root {
            let what = format!(
                "its root is {found}, and the manifest says {}",
                self.summary.root
            );
            self.fault(what);
        }
        Ok(())
    }
}

/// A leaf as it is recorded.
pub(super) struct Record {
    pub begin: u64,
    pub length: u32,
    pub digest: Digest,
}

impl Record {
    pub fn end(&self) -> u64 {
        self.begin.saturating_add(u64::from(self.length))
    }
}

/// From [`RECORD`] bytes.
pub(super) fn record(bytes: &[u8]) -> Option<Record> {
    Some(Record {
        begin: u64::from_be_bytes(bytes.get(..8)?.try_into().ok()?),
        length: u32::from_be_bytes(bytes.get(8..12)?.try_into().ok()?),
        digest: Digest::from_slice(bytes.get(12..44)?)?,
    })
}

fn in_words(index: u64, id: &[u8], before: Option<&[u8]>) -> String {
    let text = |id: &[u8]| String::from_utf8_lossy(id).into_owned();
    match before {
        Some(before) => format!("row {}, {} (behind {})", index + 1, text(id), text(before)),
        None => format!("row {}, {} (the first)", index + 1, text(id)),
    }
}
