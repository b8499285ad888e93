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

/// Converts `value`, which stands at the dotted `path`. U+0000 is removed from text and keys.
pub(super) fn convert(value: &Value, path: &str, removed: &mut Vec<RemovedNul>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(boolean) => Json::Boolean(*boolean),
        Value::Integer(integer) => Json::integer(*integer),
        Value::Double(double) => Decimal::from_double(*double).map_or(Json::Null, Json::Number),
        Value::Timestamp(instant) => Json::Text(instant.to_string()),
        Value::Text(text) | Value::Reference(text) => Json::Text(clean(text, path, value, removed)),
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
                .map(|item| convert(item, path, removed))
                .collect(),
        ),
        Value::Map(map) => Json::Object(convert_entries(map, path, removed)),
    }
}

/// Converts the entries of a map that stands at `path`.
pub(super) fn convert_entries(
    map: &Map,
    path: &str,
    removed: &mut Vec<RemovedNul>,
) -> Vec<(String, Json)> {
    let mut entries: Vec<(String, Json)> = Vec::with_capacity(map.len());
    for (key, value) in map.iter() {
        let inner = join(path, key);
        let clean_key = clean(key, &inner, &Value::Text(key.to_owned()), removed);
        if clean_key.len() < key.len()
            && (map.contains_key(&clean_key) || entries.iter().any(|(k, _)| *k == clean_key))
        {
            // Without its NUL the key is another one's: the value is kept in the warning.
            removed.push(RemovedNul {
                path: inner,
                raw: value.clone(),
            });
            continue;
        }
        let json = convert(value, &inner, removed);
        entries.push((clean_key, json));
    }
    entries
}

fn clean(text: &str, path: &str, raw: &Value, removed: &mut Vec<RemovedNul>) -> String {
    let clean = without_nul(text);
    if clean.len() < text.len() {
        removed.push(RemovedNul {
            path: path.replace('\0', ""),
            raw: raw.clone(),
        });
    }
    clean
}

/// The dotted path of `key` below `path`.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
