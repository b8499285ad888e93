//! Records in 32 KiB blocks with checksums, as LevelDB's log has them.
//!
//! What cannot be read is told together with where it stands; reading goes on behind it: at the
//! next fragment where the damaged one's length still leads to a sound one, else at the next block.

use std::io::{self, Read};

const BLOCK: usize = 32 << 10;
const HEADER: usize = 7;

/// The longest record; a document of Firestore has at most 1 MiB, and never reaches this.
const LONGEST: usize = 64 << 20;

/// Of a damaged place so much is kept; the file has the rest.
const KEPT: usize = 4 << 20;

/// What stands in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Framed<'a> {
    /// A record whose checksums are right.
    Record {
        /// Where its first fragment begins.
        offset: u64,
        bytes: &'a [u8],
    },
    /// Bytes that are no sound records, one or several.
    Damaged(Damage),
}

/// Consecutive bytes that are no sound records.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Damage {
    pub offset: u64,
    /// The offset behind it.
    pub end: u64,
    /// The bytes as they stand; of a very long place the first 4 MiB.
    pub bytes: Vec<u8>,
    /// What was found first.
    pub why: &'static str,
}

#[derive(Debug)]
enum Found {
    /// The block is used up.
    Padding,
    /// A sound fragment of this type, and its length with the header.
    Fragment(u8, usize),
    /// So many bytes to pass over.
    Damaged(usize, &'static str),
}

pub(super) struct Records<R> {
    reader: R,
    block: Vec<u8>,
    /// Where the block begins in the file.
    start: u64,
    at: usize,
    ended: bool,
    /// Of the first block so much is passed over.
    skip: usize,
    /// Where the reading ends, if not with the file.
    until: u64,
    /// The offset behind the last fragment, sound or not.
    used: u64,
    /// A record whose last fragment has not come: where it begins, and its bytes so far.
    begun: Option<u64>,
    record: Vec<u8>,
    damage: Option<Damage>,
}

impl<R: Read> Records<R> {
    pub fn new(reader: R) -> Self {
        Self::within(reader, 0, None)
    }

    /// What stands from the offset `from` on and before `until`. Both are offsets of sound records,
    /// as a reading of the whole file tells them; the reader begins at [`block_of`] `from`, and
    /// goes on to the end of the block that `until` lies in.
    pub fn within(reader: R, from: u64, until: Option<u64>) -> Self {
        let start = block_of(from);
        Self {
            reader,
            block: Vec::with_capacity(BLOCK),
            start,
            at: 0,
            ended: false,
            skip: usize::try_from(from - start).unwrap_or(0),
            until: until.unwrap_or(u64::MAX),
            used: from,
            begun: None,
            record: Vec::new(),
            damage: None,
        }
    }

    /// The offset behind the last fragment so far: only zeros stand between it and the next, or the
    /// end.
    pub fn used(&self) -> u64 {
        self.used
    }

    /// The offset behind what was read of the file.
    pub fn length(&self) -> u64 {
        self.start + self.block.len() as u64
    }

    /// The next record, or the next damaged place.
    pub fn next_record(&mut self) -> io::Result<Option<Framed<'_>>> {
        loop {
            if self.at >= self.block.len() && !self.next_block()? {
                self.abandon("the file ends in the middle of a record");
                return Ok(self.damage.take().map(Framed::Damaged));
            }
            let offset = self.start + self.at as u64;
            if offset >= self.until {
                // A sound record begins here, for somebody else.
                self.abandon("the end of the record is missing");
                return Ok(self.damage.take().map(Framed::Damaged));
            }
            match self.look() {
                Found::Padding => self.at = self.block.len(),
                Found::Damaged(length, why) => {
                    self.abandon(why);
                    self.spoil(length, why);
                }
                Found::Fragment(kind, length) => {
                    let whole = kind == 1;
                    let begins = whole || kind == 2;
                    if !begins && self.begun.is_none() {
                        self.spoil(length, "the beginning of the record is missing");
                        continue;
                    }
                    if begins {
                        self.abandon("the end of the record is missing");
                        if let Some(damage) = self.damage.take() {
                            return Ok(Some(Framed::Damaged(damage)));
                        }
                    }
                    let content = self.at + HEADER..self.at + length;
                    self.at += length;
                    self.used = self.start + self.at as u64;
                    if whole {
                        let bytes = self.block.get(content).unwrap_or_default();
                        return Ok(Some(Framed::Record { offset, bytes }));
                    }
                    if begins {
                        self.record.clear();
                        self.begun = Some(offset);
                    }
                    let content = self.block.get(content).unwrap_or_default();
                    if self.record.len() + content.len() > LONGEST {
                        self.abandon("a record of more than 64 MiB");
                        continue;
                    }
                    self.record.extend_from_slice(content);
                    if kind == 4
                        && let Some(offset) = self.begun.take()
                    {
                        let bytes = &self.record;
                        return Ok(Some(Framed::Record { offset, bytes }));
                    }
                }
            }
        }
    }

    /// Reads the next block; false at the end of the file.
    fn next_block(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.start += self.block.len() as u64;
        self.at = std::mem::take(&mut self.skip);
        self.block.clear();
        (&mut self.reader)
            .take(BLOCK as u64)
            .read_to_end(&mut self.block)?;
        self.ended = self.block.len() < BLOCK;
        Ok(!self.block.is_empty())
    }

    /// What stands at this place of the block.
    fn look(&self) -> Found {
        let rest = self.block.get(self.at..).unwrap_or_default();
        if rest.len() < HEADER {
            // Too little for a header: a full block is padded there, a file never ends there.
            let cut = self.ended && rest.iter().any(|byte| *byte != 0);
            return if cut {
                Found::Damaged(rest.len(), "the file ends in the middle of a record")
            } else {
                Found::Padding
            };
        }
        if rest.starts_with(&[0; HEADER]) && rest.iter().all(|byte| *byte == 0) {
            // Behind the last record a file may be zeros; a record goes on to its block's end.
            return match self.begun {
                Some(_) => Found::Damaged(rest.len(), "zeros in the middle of a record"),
                None => Found::Padding,
            };
        }
        match fragment(rest) {
            Ok((kind @ 1..=4, length)) => Found::Fragment(kind, length),
            Ok((_, length)) => Found::Damaged(length, "a record of an unknown type"),
            Err(Some(length)) if self.sound_at(self.at + length) => {
                Found::Damaged(length, "the checksum of the record is wrong")
            }
            Err(Some(_)) => Found::Damaged(rest.len(), "the checksum of the record is wrong"),
            Err(None) if self.ended => {
                Found::Damaged(rest.len(), "the file ends in the middle of a record")
            }
            Err(None) => Found::Damaged(rest.len(), "the length of the record is impossible"),
        }
    }

    /// Whether a sound fragment begins at `at`, or the block is used up there.
    fn sound_at(&self, at: usize) -> bool {
        let rest = self.block.get(at..).unwrap_or_default();
        let used_up = rest.len() < HEADER && (!self.ended || rest.is_empty());
        used_up || fragment(rest).is_ok()
    }

    /// Gives up the record that is under way.
    fn abandon(&mut self, why: &'static str) {
        if let Some(offset) = self.begun.take() {
            let bytes = std::mem::take(&mut self.record);
            let end = self.start + self.at as u64;
            match &mut self.damage {
                Some(damage) => damage.extend(&bytes, end),
                none => {
                    let mut damage = Damage {
                        offset,
                        end,
                        bytes: Vec::new(),
                        why,
                    };
                    damage.extend(&bytes, end);
                    *none = Some(damage);
                }
            }
        }
    }

    /// Passes over damaged bytes.
    fn spoil(&mut self, length: usize, why: &'static str) {
        let offset = self.start + self.at as u64;
        let bytes = self
            .block
            .get(self.at..self.at + length)
            .unwrap_or_default();
        let damage = self.damage.get_or_insert_with(|| Damage {
            offset,
            end: offset,
            bytes: Vec::new(),
            why,
        });
        damage.extend(bytes, offset + length as u64);
        self.at += length;
        self.used = offset + length as u64;
    }
}

impl Damage {
    fn extend(&mut self, bytes: &[u8], end: u64) {
        let room = KEPT.saturating_sub(self.bytes.len());
        self.bytes
            .extend_from_slice(bytes.get(..bytes.len().min(room)).unwrap_or_default());
        self.end = end;
    }
}

/// Where the block begins that an offset lies in.
pub(super) fn block_of(offset: u64) -> u64 {
    offset - offset % BLOCK as u64
}

/// Where the block ends that stands before an offset, or that it lies in.
pub(super) fn end_of_block(offset: u64) -> u64 {
    offset.next_multiple_of(BLOCK as u64)
}

/// Type and length, with the header, of the fragment at the start of `rest`. What is wrong with it
/// otherwise: its length leads out of the block (`None`), or its checksum.
fn fragment(rest: &[u8]) -> Result<(u8, usize), Option<usize>> {
    let Some(&[c0, c1, c2, c3, l0, l1, kind]) = rest.first_chunk() else {
        return Err(None);
    };
    let length = HEADER + usize::from(u16::from_le_bytes([l0, l1]));
    let Some(checked) = rest.get(HEADER - 1..length) else {
        return Err(None);
    };
    let stated = u32::from_le_bytes([c0, c1, c2, c3]);
    if stated == masked(crc32c::crc32c(checked)) {
        Ok((kind, length))
    } else {
        Err(Some(length))
    }
}

/// Checksums are stored masked, so that a checksum of data with checksums in it stays meaningful.
pub(super) fn masked(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
#[path = "framing_tests.rs"]
mod tests;
