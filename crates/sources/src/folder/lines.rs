//! Lines of any reader, in one buffer that is used again.

use std::io::{self, BufRead, BufReader, Read};

/// The longest line that is read whole. Firestore's documents have at most 1 MiB; as REST JSON,
/// where one byte can become 24 (`{"booleanValue":false},`), they stay below this.
pub(super) const LONGEST: usize = 64 << 20;

/// A line without its end.
pub(super) struct Line<'a> {
    /// From 1.
    pub number: u64,
    pub bytes: &'a [u8],
    /// Whether only its beginning is here.
    pub cut: bool,
    /// Whether a line end follows it; the last line of a file may have none.
    pub ended: bool,
}

pub(super) struct Lines<R> {
    reader: BufReader<R>,
    buffer: Vec<u8>,
    number: u64,
}

impl<R: Read> Lines<R> {
    #[cfg(test)]
    pub fn new(reader: R) -> Self {
        Self::behind(reader, 0)
    }

    /// Of a reader that stands behind so many lines.
    pub fn behind(reader: R, lines: u64) -> Self {
        Self {
            reader: BufReader::with_capacity(1 << 18, reader),
            buffer: Vec::with_capacity(1 << 16),
            number: lines,
        }
    }

    /// The next line that is not blank.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            self.buffer.clear();
            let (cut, ended) = self.fill()?;
            if self.buffer.is_empty() && !cut {
                return Ok(None);
            }
            self.number += 1;
            let start = if self.number == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
                3
            } else {
                0
            };
            let text = self.buffer.get(start..).unwrap_or_default();
            if !text.trim_ascii().is_empty() {
                break Ok(Some(Line {
                    number: self.number,
                    bytes: without_end(self.buffer.get(start..).unwrap_or_default()),
                    cut,
                    ended,
                }));
            }
        }
    }

    /// Reads up to and including the next line end; what goes beyond [`LONGEST`] is passed over.
    /// Whether something was, and whether there is a line end.
    fn fill(&mut self) -> io::Result<(bool, bool)> {
        let mut cut = false;
        loop {
            let available = self.reader.fill_buf()?;
            if available.is_empty() {
                return Ok((cut, false));
            }
            let end = memchr::memchr(b'\n', available);
            let length = end.map_or(available.len(), |end| end + 1);
            let room = LONGEST.saturating_sub(self.buffer.len());
            cut |= length > room;
            let kept = available.get(..length.min(room)).unwrap_or_default();
            self.buffer.extend_from_slice(kept);
            self.reader.consume(length);
            if end.is_some() {
                return Ok((cut, true));
            }
        }
    }
}

/// The bytes before the line end. Blanks before it stay: what cannot be decoded is kept as it is.
fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Vec<(u64, Vec<u8>, bool)> {
        let mut lines = Lines::new(text);
        let mut found = Vec::new();
        while let Some(line) = lines.next_line().expect("memory") {
            found.push((line.number, line.bytes.to_vec(), line.cut));
        }
        found
    }

    #[test]
    fn blank_lines_and_foreign_line_ends_are_passed_over() {
        assert_eq!(
            all(b"\xef\xbb\xbfa\r\n\n  \n b\t \nc "),
            [
                (1, b"a".to_vec(), false),
                (4, b" b\t ".to_vec(), false),
                (5, b"c ".to_vec(), false)
            ]
        );
        assert!(all(b"").is_empty());
    }

    #[test]
    fn only_the_last_line_can_be_without_an_end() {
        for (text, expected) in [
            ("a\nb", vec![true, false]),
            ("a\nb\n", vec![true, true]),
            ("a\r\nb\r", vec![true, false]),
        ] {
            let mut lines = Lines::new(text.as_bytes());
            let mut found = Vec::new();
            while let Some(line) = lines.next_line().expect("memory") {
                found.push(line.ended);
            }
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn a_line_without_an_end_in_sight_is_cut() {
        let mut text = vec![b'x'; LONGEST + 5];
        text.extend_from_slice(b"\nnext\n");
        let found = all(&text);
        assert_eq!(found.len(), 2);
        assert!(found[0].2 && found[0].1.len() == LONGEST);
        assert_eq!(found[1], (2, b"next".to_vec(), false));
    }
}
