//! What of a document went into no column and no warning.

use std::ops::Bound;

use super::plain_json::{Place, RemovedNul, clean_key, convert, join};
use super::reader::{LeftBehind, Mark, Marks};
use crate::json::Json;
use crate::value::{Map, Value};

/// What is left of a value.
enum Left<'a> {
    Whole(&'a Value),
    /// Of an array, parts of some elements.
    Parts(&'a [Value]),
    /// Of a map, some entries.
    Part(Vec<(&'a str, Left<'a>)>),
}

/// The entries that are left of a document, as JSON; `None` when there are none.
pub(super) fn entries(
    fields: &Map,
    marks: &Marks,
    behind: &LeftBehind,
    removed: &mut Vec<RemovedNul>,
) -> Option<Vec<(String, Json)>> {
    let left = of_map(fields, marks, behind, "")?;
    Some(converted(&left, &Place::at(""), removed))
}

fn of_map<'a>(
    map: &'a Map,
    marks: &Marks,
    behind: &'a LeftBehind,
    path: &str,
) -> Option<Vec<(&'a str, Left<'a>)>> {
    let mut left = Vec::new();
    for (key, value) in map.iter() {
        // A key with a dot is matched by no rule's path.
        if key.contains('.') {
            left.push((key, Left::Whole(value)));
            continue;
        }
        let inner = join(path, key);
        let gone = match marks.get(inner.as_str()) {
            Some(Mark::Taken) => true,
            Some(Mark::Read) => value.is_blank(),
            None => false,
        };
        if gone {
            if let Some(parts) = behind.get(inner.as_str()) {
                left.push((key, Left::Parts(parts)));
            }
            continue;
        }
        match value {
            Value::Map(below) if !below.is_empty() && has_marks_below(marks, &inner) => {
                if let Some(below) = of_map(below, marks, behind, &inner) {
                    left.push((key, Left::Part(below)));
                }
            }
            other => left.push((key, Left::Whole(other))),
        }
    }
    (!left.is_empty()).then_some(left)
}

fn has_marks_below(marks: &Marks, path: &str) -> bool {
    let prefix = format!("{path}.");
    marks
        .range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded))
        .next()
        .is_some_and(|(marked, _)| marked.starts_with(&prefix))
}

fn converted(
    left: &[(&str, Left<'_>)],
    place: &Place<'_>,
    removed: &mut Vec<RemovedNul>,
) -> Vec<(String, Json)> {
    let mut entries: Vec<(String, Json)> = Vec::with_capacity(left.len());
    for (key, value) in left {
        let inner = place.below(key);
        let taken = |clean: &str| left.iter().any(|(key, _)| *key == clean);
        if let Some(key) = clean_key(key, &inner, &entries, taken, removed, || value.raw()) {
            let json = match value {
                Left::Whole(value) => convert(value, &inner, removed),
                Left::Parts(parts) => Json::Array(
                    parts
                        .iter()
                        .map(|part| convert(part, &inner, removed))
                        .collect(),
                ),
                Left::Part(below) => Json::Object(converted(below, &inner, removed)),
            };
            entries.push((key, json));
        }
    }
    entries
}

impl Left<'_> {
    fn raw(&self) -> Value {
        match self {
            Self::Whole(value) => (*value).clone(),
            Self::Parts(parts) => Value::Array(parts.to_vec()),
            Self::Part(below) => Value::Map(
                below
                    .iter()
                    .map(|(key, value)| ((*key).to_owned(), value.raw()))
                    .collect(),
            ),
        }
    }
}
