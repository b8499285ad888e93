//! What the outcome of a document rests on.
//!
//! The outcome is made by pure functions of three things: the rules, the document, and what was
//! decided about it from all documents. Where the digest of the three is that of an earlier run,
//! mapping the document once more would give what it gave then, so it need not even be read again.

use crate::digest::Digest;
use crate::plans::shelf::Keyed;

/// The digest of this crate's text and of the versions it is built with: all rules that are code.
const RULES: &str = env!("SUNSET_RULES");

/// Gathers what an outcome rests on.
pub(super) struct Basis<'a> {
    parts: Vec<&'a [u8]>,
}

impl<'a> Basis<'a> {
    /// Of a document: `note` tells its content and its times.
    pub fn of(collection: &'a str, id: &'a str, note: &'a impl Keyed) -> Self {
        Self {
            parts: vec![
                RULES.as_bytes(),
                collection.as_bytes(),
                id.as_bytes(),
                note.fingerprint(),
            ],
        }
    }

    /// Adds a decision.
    pub fn and(mut self, decision: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.parts.push(decision.as_ref());
        self
    }

    /// Adds what may be absent.
    pub fn maybe(self, decision: Option<&'a str>) -> Self {
        match decision {
            Some(decision) => self.and("some").and(decision),
            None => self.and("none"),
        }
    }

    pub fn digest(self) -> Digest {
        Digest::of_parts(self.parts)
    }
}
