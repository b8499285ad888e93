//! Cuts a streamed JSON array into its elements, whatever pieces it arrives in.

use sunset_core::error::{Error, ErrorKind, Result};

/// A longer element is none: documents have at most 1 MiB, which stays below this as JSON.
const LONGEST: usize = 64 << 20;

/// Where in the array the last byte stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    /// Before the opening bracket.
    #[default]
    Before,
    /// Behind the opening bracket.
    Opened,
    /// Behind an element.
    Between,
    /// Behind a comma: an element must follow.
    Comma,
    Within,
    /// Behind the closing bracket, or behind a bare object.
    Behind,
}

/// Finds the ends of the array's elements; what they hold is not looked at.
#[derive(Debug, Default)]
pub(super) struct Elements {
    place: Place,
    bare: bool,
    depth: usize,
    in_text: bool,
    escaped: bool,
    /// The beginning of an element whose end has not arrived.
    begun: Vec<u8>,
}

impl Elements {
    /// Takes the next piece; `each` gets the elements that it completes.
    pub fn push<E: From<Error>>(
        &mut self,
        piece: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = piece;
        while !rest.is_empty() {
            if self.place == Place::Within {
                let Some(end) = self.end(rest) else {
                    self.begun.extend_from_slice(rest);
                    if self.begun.len() > LONGEST {
                        return Err(malformed("an element of the answer has no end").into());
                    }
                    return Ok(());
                };
                let (tail, behind) = rest.split_at(end);
                rest = behind;
                self.place = if self.bare {
                    Place::Behind
                } else {
                    Place::Between
                };
                if self.begun.is_empty() {
                    each(tail)?;
                } else {
                    let mut element = std::mem::take(&mut self.begun);
                    element.extend_from_slice(tail);
                    each(&element)?;
                    element.clear();
                    self.begun = element;
                }
                continue;
            }
            let Some((byte, behind)) = rest.split_first() else {
                break;
            };
            match (byte, self.place) {
                (b' ' | b'\t' | b'\r' | b'\n', _) => rest = behind,
                (b'[', Place::Before) => {
                    self.place = Place::Opened;
                    rest = behind;
                }
                (b',', Place::Between) => {
                    self.place = Place::Comma;
                    rest = behind;
                }
                (b']', Place::Opened | Place::Between) => {
                    self.place = Place::Behind;
                    rest = behind;
                }
                (b'{', Place::Before | Place::Opened | Place::Comma) => {
                    self.bare = self.place == Place::Before;
                    self.place = Place::Within;
                    self.depth = 0;
                }
                _ => return Err(malformed("the answer is no JSON array").into()),
            }
        }
        Ok(())
    }

    /// Whether the whole array has arrived.
    pub fn is_whole(&self) -> bool {
        self.place == Place::Behind
    }

    /// Where in `rest` the element ends, if it does.
    fn end(&mut self, rest: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(tail) = rest.get(at..)
            && let Some(byte) = tail.first()
        {
            if self.escaped {
                self.escaped = false;
                at += 1;
                continue;
            }
            if self.in_text {
                match memchr::memchr2(b'"', b'\\', tail) {
                    None => return None,
                    Some(found) => {
                        self.escaped = tail.get(found) == Some(&b'\\');
                        self.in_text = self.escaped;
                        at += found + 1;
                    }
                }
                continue;
            }
            at += 1;
            match byte {
                b'"' => self.in_text = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }
}

fn malformed(why: &str) -> Error {
    Error::new(
        ErrorKind::Malformed,
        format!("Firestore gave an answer that cannot be read: {why}"),
    )
    .remedy("check FIRESTORE_EMULATOR_HOST, and that no proxy answers in the service's place")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(pieces: &[&[u8]]) -> Result<(Vec<String>, bool)> {
        let mut elements = Elements::default();
        let mut found = Vec::new();
        for piece in pieces {
            elements.push::<Error>(piece, |element| {
                found.push(String::from_utf8_lossy(element).into_owned());
                Ok(())
            })?;
        }
        Ok((found, elements.is_whole()))
    }

    const ANSWER: &str = " [ {\"a\":\"}]\\\"\\\\\"} ,\n{\"b\":[{},[1,\"{\"]]},{} ]\n";
    const FOUND: [&str; 3] = ["{\"a\":\"}]\\\"\\\\\"}", "{\"b\":[{},[1,\"{\"]]}", "{}"];

    #[test]
    fn elements_are_found_whatever_pieces_they_come_in() {
        let bytes = ANSWER.as_bytes();
        for size in 1..=bytes.len() {
            let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
            let (found, whole) = cut(&pieces).expect("well-formed");
            assert_eq!(found, FOUND, "pieces of {size}");
            assert!(whole);
        }
    }

    #[test]
    fn a_cut_array_is_not_whole() {
        let end = ANSWER.rfind(']').expect("an end");
        for length in 0..end {
            let (found, whole) = cut(&[&ANSWER.as_bytes()[..length]]).expect("so far so good");
            assert!(!whole && found.len() <= 3, "cut at {length}");
        }
        assert!(cut(&[b"[]"]).expect("empty").1);
    }

    #[test]
    fn a_bare_object_counts_as_an_element() {
        let (found, whole) = cut(&[b"{\"error\":", b"{}}\n"]).expect("an object");
        assert_eq!((found, whole), (vec!["{\"error\":{}}".to_owned()], true));
    }

    #[test]
    fn anything_else_is_an_error() {
        for bytes in [
            &b"<html>"[..],
            b"[1]",
            b"[] []",
            b"{} {}",
            b"null",
            b"[,]",
            b"[,{}]",
            b"[{},]",
            b"[{},,{}]",
            b"[{}{}]",
            b"[{}\n{}]",
        ] {
            assert!(cut(&[bytes]).is_err());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            drop(cut(&[&bytes]));
            drop(cut(&[b"[", &bytes]));
        }
    }
}
