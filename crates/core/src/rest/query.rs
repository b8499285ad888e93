//! What `runQuery` answers: an array whose elements hold a document, a time, or an error.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::decode::{Parts, Text, Time, decode};
use crate::error::Result;
use crate::instant::Instant;

/// One element of the array. All of its parts may be absent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QueryElement {
    /// A document of the result.
    pub document: Option<Parts>,
    /// As of when.
    pub read_time: Option<Instant>,
    /// Whether the server says that the result is complete.
    pub done: bool,
    /// What went wrong, also behind documents.
    pub error: Option<ServiceError>,
}

/// An error as Google's services state it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct ServiceError {
    /// The HTTP status that belongs to it.
    #[serde(default)]
    pub code: u16,
    /// `UNAVAILABLE`, …
    #[serde(default)]
    pub status: String,
    /// For a person.
    #[serde(default)]
    pub message: String,
}

/// Decodes one element, or a bare error object.
///
/// # Errors
/// `Malformed`, as for a document.
pub fn decode_query_element(bytes: &[u8]) -> Result<QueryElement> {
    decode(bytes, ElementSeed)
}

struct ElementSeed;

impl<'de> DeserializeSeed<'de> for ElementSeed {
    type Value = QueryElement;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ElementSeed {
    type Value = QueryElement;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an element of a query's answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<QueryElement, A::Error> {
        let mut element = QueryElement::default();
        while let Some(key) = access.next_key_seed(Text)? {
            match key.as_ref() {
                "document" => element.document = Some(access.next_value_seed(Parts::SEED)?),
                "readTime" => element.read_time = Some(access.next_value_seed(Time)?),
                "done" => element.done = access.next_value()?,
                "error" => element.error = access.next_value()?,
                _ => {
                    access.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(element)
    }
}
