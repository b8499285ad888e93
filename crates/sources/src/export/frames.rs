//! Record logs: the framing that exports share with LevelDB's log files
//! (<https://github.com/google/leveldb/blob/main/doc/log_format.md>).

use std::io::{self, Read};

/// Blocks of this size begin with a frame.
const BLOCK: usize = 32 * 1024;
/// CRC-32C, length, type.
const HEADER: usize = 7;
/// A record is a document, of 1 MiB at the most; what claims to be far longer is damaged.
const LONGEST: usize = 64 << 20;
/// What is kept of something damaged.
const KEPT: usize = 1 << 20;

/// A record, or what stands where one should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    Record {
        offset: u64,
        bytes: Vec<u8>,
    },
    Damaged {
        offset: u64,
        bytes: Vec<u8>,
        why: String,
    },
}

/// Reads records, and reads on at the next block where one is damaged.
pub(super) struct Frames<R> {
    reader: R,
    block: Vec<u8>,
    /// Where the block begins in the file.
    block_offset: u64,
    /// Where the next frame begins in the block.
    next: usize,
    /// The record that is being put together, and where it began.
    partial: Option<(u64, Vec<u8>)>,
    /// Found together with something that had to be delivered first.
    waiting: Option<Frame>,
    ended: bool,
}

impl<R: Read> Frames<R> {
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            block: Vec::new(),
            block_offset: 0,
            next: 0,
            partial: None,
            waiting: None,
            ended: false,
        }
    }

    fn fill(&mut self) -> io::Result<bool> {
        self.block_offset += self.block.len() as u64;
        self.block.clear();
        self.next = 0;
        let limit = BLOCK as u64;
        self.reader
            .by_ref()
            .take(limit)
            .read_to_end(&mut self.block)?;
        Ok(!self.block.is_empty())
    }

    /// The next record, or what is damaged; `None` at the end.
    pub fn next_frame(&mut self) -> io::Result<Option<Frame>> {
        if let Some(frame) = self.waiting.take() {
            return Ok(Some(frame));
        }
        while !self.ended {
            let rest = self.block.get(self.next..).unwrap_or_default();
            if rest.len() < HEADER {
                // Fewer bytes than a header, behind the last frame of a block, mean nothing;
                // at the end of a file that stops within a block they are cut off.
                let cut = !rest.is_empty() && self.block.len() < BLOCK;
                let damaged = cut.then(|| self.damage(self.next, "the file ends within a frame"));
                if !self.fill()? {
                    self.ended = true;
                }
                if damaged.is_some() {
                    return Ok(damaged);
                }
                continue;
            }
            if let Some(frame) = self.frame() {
                return Ok(Some(frame));
            }
        }
        Ok(self.partial.take().map(|(offset, bytes)| Frame::Damaged {
            offset,
            bytes: kept(&bytes),
            why: "the file ends within a record".into(),
        }))
    }

    /// Takes one frame of the block; gives a record when it completes one.
    fn frame(&mut self) -> Option<Frame> {
        let start = self.next;
        let header = self.block.get(start..start + HEADER)?;
        let &[c0, c1, c2, c3, l0, l1, kind] = header else {
            return None;
        };
        let masked = u32::from_le_bytes([c0, c1, c2, c3]);
        let length = usize::from(u16::from_le_bytes([l0, l1]));
        if kind == 0 && length == 0 {
            // Padding: the rest of the block is empty.
            self.next = self.block.len();
            return None;
        }
        let Some(payload) = self.block.get(start + HEADER..start + HEADER + length) else {
            return Some(self.damage(
                start,
                "a frame is longer than its block, or the file is cut off",
            ));
        };
        let mut crc = crc32c::crc32c(&[kind]);
        crc = crc32c::crc32c_append(crc, payload);
        if masked.wrapping_sub(0xa282_ead8).rotate_left(15) != crc {
            return Some(self.damage(start, "a frame's checksum is wrong"));
        }
        let payload = payload.to_vec();
        let offset = self.block_offset + start as u64;
        self.next = start + HEADER + length;
        self.assemble(kind, offset, payload)
    }

    fn assemble(&mut self, kind: u8, offset: u64, payload: Vec<u8>) -> Option<Frame> {
        let lost = |(offset, bytes): (u64, Vec<u8>)| Frame::Damaged {
            offset,
            bytes: kept(&bytes),
            why: "a record has no end".into(),
        };
        match kind {
            // FULL
            1 => {
                let record = Frame::Record {
                    offset,
                    bytes: payload,
                };
                match self.partial.take() {
                    None => Some(record),
                    Some(partial) => {
                        self.waiting = Some(record);
                        Some(lost(partial))
                    }
                }
            }
            // FIRST
            2 => self.partial.replace((offset, payload)).map(lost),
            // MIDDLE, LAST
            3 | 4 => match self.partial.take() {
                None => Some(Frame::Damaged {
                    offset,
                    bytes: kept(&payload),
                    why: "a record has no beginning".into(),
                }),
                Some((begun, mut bytes)) => {
                    bytes.extend_from_slice(&payload);
                    if bytes.len() > LONGEST {
                        return Some(lost((begun, bytes)));
                    }
                    if kind == 4 {
                        return Some(Frame::Record {
                            offset: begun,
                            bytes,
                        });
                    }
                    self.partial = Some((begun, bytes));
                    None
                }
            },
            other => Some(Frame::Damaged {
                offset,
                bytes: kept(&payload),
                why: format!("a frame is of the unknown type {other}"),
            }),
        }
    }

    /// Gives up the rest of the block, and with it what was being put together.
    fn damage(&mut self, from: usize, why: &str) -> Frame {
        let rest = self.block.get(from..).unwrap_or_default();
        let (offset, mut bytes) = self
            .partial
            .take()
            .unwrap_or((self.block_offset + from as u64, Vec::new()));
        bytes.extend_from_slice(rest);
        self.next = self.block.len();
        Frame::Damaged {
            offset,
            bytes: kept(&bytes),
            why: why.to_owned(),
        }
    }
}

fn kept(bytes: &[u8]) -> Vec<u8> {
    bytes.get(..KEPT).unwrap_or(bytes).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
        let crc = crc32c::crc32c_append(crc32c::crc32c(&[kind]), payload);
        let masked = crc.rotate_right(15).wrapping_add(0xa282_ead8);
        let mut out = masked.to_le_bytes().to_vec();
        out.extend(u16::try_from(payload.len()).expect("short").to_le_bytes());
        out.push(kind);
        out.extend(payload);
        out
    }

    fn all(bytes: &[u8]) -> Vec<Frame> {
        let mut frames = Frames::new(bytes);
        let mut found = Vec::new();
        while let Some(frame) = frames.next_frame().expect("memory") {
            found.push(frame);
        }
        found
    }

    fn records(frames: &[Frame]) -> Vec<&[u8]> {
        frames
            .iter()
            .filter_map(|frame| match frame {
                Frame::Record { bytes, .. } => Some(bytes.as_slice()),
                Frame::Damaged { .. } => None,
            })
            .collect()
    }

    #[test]
    fn records_are_put_together_from_their_parts() {
        let log = [
            frame(1, b"one"),
            frame(2, b"t"),
            frame(3, b"w"),
            frame(4, b"o"),
        ]
        .concat();
        assert_eq!(records(&all(&log)), [b"one", b"two"]);
        assert_eq!(all(b""), []);
        assert_eq!(all(&[0; BLOCK]), []);
    }

    #[test]
    fn what_is_damaged_is_kept_and_reading_goes_on_at_the_next_block() {
        let mut log = frame(1, b"good");
        let bad = log.len();
        log.extend(frame(1, b"flipped"));
        log[bad + HEADER] ^= 1;
        log.extend(frame(1, b"lost with it"));
        log.resize(BLOCK, 0);
        log.extend(frame(1, b"next block"));
        let found = all(&log);
        assert_eq!(records(&found), [b"good".as_slice(), b"next block"]);
        let Frame::Damaged { offset, bytes, why } = &found[1] else {
            panic!("{found:?}");
        };
        assert_eq!(*offset, bad as u64);
        assert!(bytes.len() == BLOCK - bad && why.contains("checksum"));
    }

    #[test]
    fn a_truncated_file_says_so() {
        let whole = [frame(1, b"one"), frame(1, b"two")].concat();
        for length in frame(1, b"one").len() + 1..whole.len() {
            let found = all(&whole[..length]);
            assert_eq!(records(&found), [b"one"], "{length}");
            assert_eq!(found.len(), 2, "{length}");
        }
        let open = [frame(1, b"one"), frame(2, b"begun")].concat();
        assert_eq!(all(&open).len(), 2);
    }
}
