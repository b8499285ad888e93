//! Cutting a file of lines into pieces that can be read each for itself.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::str::FromStr;

/// Some lines of a file, by their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where its first line begins.
    pub from: u64,
    /// Where its last line ends.
    pub to: u64,
    /// Lines of the file before it.
    pub lines: u64,
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{} behind line {}", self.from, self.to, self.lines)
    }
}

impl FromStr for Piece {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (range, lines) = text.split_once(" behind line ").ok_or(())?;
        let (from, to) = range.split_once('-').ok_or(())?;
        let number = |text: &str| text.parse().map_err(|_| ());
        Ok(Self {
            from: number(from)?,
            to: number(to)?,
            lines: number(lines)?,
        })
    }
}

/// Pieces of at least `bytes` bytes each, but for the last.
pub(super) fn pieces(reader: impl Read, bytes: u64) -> io::Result<Vec<Piece>> {
    let mut reader = BufReader::with_capacity(1 << 18, reader);
    let mut pieces = Vec::new();
    let mut piece = Piece {
        from: 0,
        to: 0,
        lines: 0,
    };
    let mut lines = 0;
    loop {
        let available = reader.fill_buf()?;
        if available.is_empty() {
            if piece.to > piece.from {
                pieces.push(piece);
            }
            return Ok(pieces);
        }
        let length = match memchr::memchr(b'\n', available) {
            None => available.len(),
            Some(end) => {
                lines += 1;
                end + 1
            }
        };
        let ended = available.get(length - 1) == Some(&b'\n');
        reader.consume(length);
        piece.to += length as u64;
        if ended && piece.to - piece.from >= bytes.max(1) {
            pieces.push(piece);
            piece = Piece {
                from: piece.to,
                to: piece.to,
                lines,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_begin_with_lines_and_are_the_whole() {
        let text = b"one\n\ntwo is longer\nthree\nthe end";
        for bytes in 1..40 {
            let pieces = pieces(&text[..], bytes).expect("memory");
            let mut at = 0;
            for piece in &pieces {
                assert_eq!(piece.from, at, "{bytes}");
                let before = &text[..usize::try_from(at).expect("small")];
                assert!(before.is_empty() || before.ends_with(b"\n"), "{bytes}");
                let lines = before.iter().filter(|byte| **byte == b'\n').count();
                assert_eq!(piece.lines, lines as u64, "{bytes}");
                assert_eq!(piece.to_string().parse(), Ok(*piece));
                at = piece.to;
            }
            assert_eq!(at, text.len() as u64);
        }
        assert!(pieces(&b""[..], 1).expect("memory").is_empty());
    }
}
