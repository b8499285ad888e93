//! Firestore values as plain JSON, for `jsonb` columns.

use base64::Engine as _;

use super::text::without_nul;
use crate::json::{Decimal, Json};
use crate::value::{Map, Value};

/// A NUL that had to be removed: where, and the value or key as it stood.
pub(super) struct RemovedNul {
    pub path: String,
    pub raw: Value,
}

/// Where a value stands. Its text is made only where it is needed: nearly never.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    above: Option<&'a Place<'a>>,
    /// A key, or a whole dotted path; empty for the document itself.
    name: &'a str,
}

impl<'a> Place<'a> {
    /// What stands at a dotted path; empty for the document itself.
    pub fn at(path: &'a str) -> Self {
        Self {
            above: None,
            name: path,
        }
    }

    /// What stands under a key.
    pub fn below(&'a self, key: &'a str) -> Self {
        Self {
            above: Some(self),
            name: key,
        }
    }

    fn path(&self) -> String {
        match self.above {
            Some(above) => join(&above.path(), self.name),
            None => self.name.to_owned(),
        }
    }
}

/// Converts `value`. U+0000 is removed from text and keys.
pub(super) fn convert(value: &Value, place: &Place<'_>, removed: &mut Vec<RemovedNul>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(boolean) => Json::Boolean(*boolean),
        Value::Integer(integer) => Json::integer(*integer),
        Value::Double(double) => Decimal::from_double(*double).map_or(Json::Null, Json::Number),
        Value::Timestamp(instant) => Json::Text(instant.to_string()),
        Value::Text(text) | Value::Reference(text) => {
            Json::Text(clean(text, place, removed, || value.clone()))
        }
        Value::Bytes(bytes) => Json::Text(base64::engine::general_purpose::STANDARD.encode(bytes)),
        Value::GeoPoint {
            latitude,
            longitude,
        } => Json::object([("latitude", *latitude), ("longitude", *longitude)].map(
            |(name, degrees)| {
                (
                    name,
                    Decimal::from_double(degrees).map_or(Json::Null, Json::Number),
                )
            },
        )),
        Value::Array(items) => Json::Array(
            items
                .iter()
                .map(|item| convert(item, place, removed))
                .collect(),
        ),
        Value::Map(map) => Json::Object(convert_entries(map, place, removed)),
    }
}

/// Converts the entries of a map that stands at `place`.
fn convert_entries(
    map: &Map,
    place: &Place<'_>,
    removed: &mut Vec<RemovedNul>,
) -> Vec<(String, Json)> {
    let mut entries: Vec<(String, Json)> = Vec::with_capacity(map.len());
    for (key, value) in map.iter() {
        let inner = place.below(key);
        let taken = |clean: &str| map.contains_key(clean);
        if let Some(key) = clean_key(key, &inner, &entries, taken, removed, || value.clone()) {
            let json = convert(value, &inner, removed);
            entries.push((key, json));
        }
    }
    entries
}

/// A key without U+0000. Where that is another entry's key, there is none: the value, which
/// `raw` gives, is kept in the warning.
pub(super) fn clean_key(
    key: &str,
    place: &Place<'_>,
    entries: &[(String, Json)],
    taken: impl FnOnce(&str) -> bool,
    removed: &mut Vec<RemovedNul>,
    raw: impl FnOnce() -> Value,
) -> Option<String> {
    let clean = clean(key, place, removed, || Value::Text(key.to_owned()));
    if clean.len() < key.len() && (taken(&clean) || entries.iter().any(|(k, _)| *k == clean)) {
        removed.push(RemovedNul {
            path: place.path(),
            raw: raw(),
        });
        return None;
    }
    Some(clean)
}

fn clean(
    text: &str,
    place: &Place<'_>,
    removed: &mut Vec<RemovedNul>,
    raw: impl FnOnce() -> Value,
) -> String {
    if memchr::memchr(0, text.as_bytes()).is_none() {
        return text.to_owned();
    }
    removed.push(RemovedNul {
        path: place.path().replace('\0', ""),
        raw: raw(),
    });
    without_nul(text)
}

/// The dotted path of `key` below `path`.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
