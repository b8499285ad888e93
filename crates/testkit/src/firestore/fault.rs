//! How an answer goes wrong.

use std::io;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::Pieces;

/// One way for a query to fail. Counts are of documents that still arrive whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Instead of an answer, this HTTP status with an error of this status.
    Status {
        /// `429`
        code: u16,
        /// `RESOURCE_EXHAUSTED`
        status: &'static str,
        /// Seconds, in the header `Retry-After`.
        retry_after: Option<u32>,
    },
    /// The token, good so far, is refused.
    ExpiredToken,
    /// The time that is asked for is no longer kept.
    SnapshotTooOld,
    /// The connection breaks in the middle of a document.
    Reset(usize),
    /// The answer ends in the middle of a document, as if that were its end.
    Cut(usize),
    /// The answer ends between two documents, without the array's end.
    Unclosed(usize),
    /// An error object stands within the array, which is well-formed.
    ErrorWithin(usize, &'static str),
    /// The answer is an error object, with HTTP status 200.
    BareError(&'static str),
    /// Each document comes twice.
    Duplicates,
    /// The last document comes once more at the end, the first behind it.
    RepeatedAtEnd,
    /// The answer arrives in pieces of so many bytes, a millisecond apart.
    Drip(usize),
    /// So many spaces come before the answer, so long apart.
    Blank(usize, Duration),
    /// Between the documents stand elements without one.
    Empty,
    /// From this document on the answer is as of another time.
    AnotherTime(usize),
    /// The elements stand in the array without commas.
    NoCommas,
    /// A page of HTML, as proxies write it.
    Html,
    /// Well-formed JSON that is no answer to a query, with HTTP status 200.
    Foreign(&'static str),
}

pub(super) fn error(code: u16, status: &str, message: &str) -> Json {
    json!({ "error": { "code": code, "message": message, "status": status } })
}

/// The array, an element a piece.
pub(super) fn pieces(elements: &[Json]) -> Pieces {
    let mut pieces = Vec::with_capacity(elements.len() + 1);
    for (index, element) in elements.iter().enumerate() {
        let before = if index == 0 { "[" } else { ",\n" };
        let text = format!("{before}{element:#}");
        pieces.push((Duration::ZERO, Ok(text.into_bytes())));
    }
    pieces.push((Duration::ZERO, Ok(b"]\n".to_vec())));
    pieces
}

impl Fault {
    /// The pieces that arrive of an answer of these elements.
    pub(super) fn spoil(self, elements: Vec<Json>) -> Pieces {
        let whole: Vec<Json> = elements
            .iter()
            .filter(|element| element["document"].is_object())
            .cloned()
            .collect();
        match self {
            Self::Reset(count) => {
                let mut pieces = cut_within(&whole, count);
                // What was written reaches the reader before the end does.
                pieces.push((
                    Duration::from_millis(50),
                    Err(io::Error::other("on command")),
                ));
                pieces
            }
            Self::Cut(count) => cut_within(&whole, count),
            Self::Unclosed(count) => {
                let mut pieces = pieces(whole.get(..count).unwrap_or(&whole));
                pieces.pop();
                pieces
            }
            Self::ErrorWithin(count, status) => {
                let mut elements = whole.get(..count).unwrap_or(&whole).to_vec();
                elements.push(error(0, status, "on command"));
                pieces(&elements)
            }
            Self::BareError(status) => {
                let body = error(0, status, "on command").to_string();
                vec![(Duration::ZERO, Ok(body.into_bytes()))]
            }
            Self::Duplicates => {
                let twice: Vec<Json> = elements
                    .iter()
                    .flat_map(|element| [element.clone(), element.clone()])
                    .collect();
                pieces(&twice)
            }
            Self::RepeatedAtEnd => {
                let mut elements = whole.clone();
                elements.extend(whole.last().cloned());
                elements.extend(whole.first().cloned());
                pieces(&elements)
            }
            Self::Drip(size) => pieces(&elements)
                .into_iter()
                .flat_map(|(_, piece)| piece.unwrap_or_default())
                .collect::<Vec<u8>>()
                .chunks(size.max(1))
                .map(|piece| (Duration::from_millis(1), Ok(piece.to_vec())))
                .collect(),
            Self::Blank(count, apart) => {
                let blanks = (0..count).map(|_| (apart, Ok(b" ".to_vec())));
                blanks.chain(pieces(&elements)).collect()
            }
            Self::NoCommas => {
                let mut pieces = pieces(&elements);
                for (_, piece) in pieces.iter_mut().skip(1) {
                    if let Ok(piece) = piece
                        && piece.starts_with(b",")
                    {
                        piece.remove(0);
                    }
                }
                pieces
            }
            Self::Empty => {
                let time = json!({ "readTime": super::READ_TIME, "skippedResults": 1 });
                let mixed: Vec<Json> = elements
                    .iter()
                    .flat_map(|element| [time.clone(), element.clone()])
                    .collect();
                pieces(&mixed)
            }
            Self::AnotherTime(first) => {
                let mut elements = elements;
                for element in elements.iter_mut().skip(first) {
                    element["readTime"] = "2025-11-03T01:59:59Z".into();
                }
                pieces(&elements)
            }
            Self::Html => vec![(Duration::ZERO, Ok(b"<html>Please log in</html>".to_vec()))],
            Self::Foreign(text) => vec![(Duration::ZERO, Ok(text.into()))],
            // Told before an answer begins.
            Self::Status { .. } | Self::ExpiredToken | Self::SnapshotTooOld => Vec::new(),
        }
    }
}

fn cut_within(whole: &[Json], count: usize) -> Pieces {
    let mut pieces = pieces(whole.get(..=count).unwrap_or(whole));
    pieces.pop();
    if let Some((_, Ok(last))) = pieces.last_mut() {
        last.truncate(last.len() / 2);
    }
    pieces
}
