//! Where a file of documents can be cut, learnt while it is read.
//!
//! A cut is the offset of a sound record: there nothing of what stands before is under way, so
//! that two readings, one to the cut and one from it, give together what one of the whole gives.

use super::outputs::Piece;

/// Bytes between two cuts, at first.
const SPACING: u64 = 64 << 10;
/// Cuts that are kept of one file: with more, every other one is forgotten.
const MOST: usize = 1_024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    at: u64,
    /// The collection of the document before it, among `collections`.
    before: u32,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cuts {
    cuts: Vec<Cut>,
    collections: Vec<String>,
    spacing: u64,
    /// The end of what was read, about.
    end: u64,
}

impl Default for Cuts {
    fn default() -> Self {
        Self {
            cuts: Vec::new(),
            collections: Vec::new(),
            spacing: SPACING,
            end: 0,
        }
    }
}

impl Cuts {
    /// Notes a sound record at `offset`, and the collection of the document before it.
    pub fn note(&mut self, offset: u64, length: usize, before: &str) {
        self.end = offset + length as u64;
        let last = self.cuts.last().map_or(0, |cut| cut.at);
        if offset < last + self.spacing {
            return;
        }
        let known = self.collections.iter().rposition(|name| name == before);
        let before = known.unwrap_or_else(|| {
            self.collections.push(before.to_owned());
            self.collections.len() - 1
        });
        let before = u32::try_from(before).unwrap_or(u32::MAX);
        self.cuts.push(Cut { at: offset, before });
        if self.cuts.len() > MOST {
            self.spacing *= 2;
            let mut last = 0;
            self.cuts.retain(|cut| {
                let kept = cut.at >= last + self.spacing;
                if kept {
                    last = cut.at;
                }
                kept
            });
        }
    }

    /// Notes a damaged place that ends at `end`.
    pub fn note_damage(&mut self, end: u64) {
        self.end = self.end.max(end);
    }

    /// Pieces of about `bytes` bytes with their sizes; of the first one `started` less. Together
    /// they are the file.
    pub fn pieces(&self, bytes: u64, mut started: u64) -> Vec<(Piece, u64)> {
        let mut pieces = Vec::new();
        let mut piece = Piece::default();
        for cut in &self.cuts {
            if started + (cut.at - piece.from) < bytes {
                continue;
            }
            let next = Piece {
                from: cut.at,
                to: None,
                before: self
                    .collections
                    .get(cut.before as usize)
                    .cloned()
                    .unwrap_or_default(),
            };
            let from = piece.from;
            piece.to = Some(cut.at);
            pieces.push((std::mem::replace(&mut piece, next), cut.at - from));
            started = 0;
        }
        let rest = self.end.saturating_sub(piece.from);
        pieces.push((piece, rest));
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_meet_however_many_cuts_there_were() {
        for records in [0_u64, 1, 10, 5_000, 200_000] {
            let mut cuts = Cuts::default();
            for record in 0..records {
                let before = if record < 7_000 { "leads" } else { "cases" };
                cuts.note(record * 5_000, 4_900, before);
            }
            assert!(cuts.cuts.len() <= MOST, "{}", cuts.cuts.len());
            for (bytes, started) in [(1, 0), (1 << 20, 0), (1 << 20, 1_000_000), (u64::MAX, 0)] {
                let pieces = cuts.pieces(bytes, started);
                let mut at = 0;
                for (piece, size) in &pieces {
                    assert_eq!(piece.from, at);
                    at = piece.to.unwrap_or(at + size);
                    if piece.from > 7_000 * 5_000 {
                        assert_eq!(piece.before, "cases");
                    }
                }
                assert_eq!(pieces.last().and_then(|(piece, _)| piece.to), None);
                assert_eq!(pieces.iter().map(|(_, size)| size).sum::<u64>(), cuts.end);
                if bytes == 1 && records == 200_000 {
                    assert!(pieces.len() > MOST / 4, "{}", pieces.len());
                }
            }
        }
    }
}
