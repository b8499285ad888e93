//! The paths of a collection, in bounded memory.
//!
//! When there are more paths than may be kept, those nearest to the root stay, and among equally
//! deep ones the first in byte order, whatever the order in which they came. The others are
//! counted.

use std::collections::{BTreeMap, BTreeSet};

use super::field::Field;
use super::fingerprint::{Distinct, fingerprint};
use super::kind::{Kind, vector};
use super::names::push_key;
use super::secrets;
use crate::value::{Map, Value};

/// Keys of one map beyond which they are taken for data, when each is rare.
const KEYS: usize = 40;
/// Places with secrets that are told one by one.
const SECRETS: usize = 500;
/// Documents that are named a place.
const NAMED: usize = 3;

/// Where secrets were seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sighting {
    pub values: u64,
    pub documents: BTreeSet<String>,
}

/// One document that is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a> {
    /// Its number, from 1.
    pub serial: u64,
    /// Its id.
    pub id: &'a str,
    /// `projects/P/databases/D/`.
    pub database: &'a str,
    /// Whether the value that is looked at seems to be a secret.
    pub secret: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Paths {
    limit: usize,
    samples: usize,
    fields: BTreeMap<String, (u8, Field)>,
    order: BTreeSet<(u8, String)>,
    /// Values at paths that are not kept.
    pub values_beyond: u64,
    beyond: Distinct,
    /// By path and kind.
    secrets: BTreeMap<(String, &'static str), Sighting>,
    pub secrets_beyond: bool,
}

impl Paths {
    pub fn new(limit: usize, samples: usize) -> Self {
        Self {
            limit,
            samples,
            fields: BTreeMap::new(),
            order: BTreeSet::new(),
            values_beyond: 0,
            beyond: Distinct::default(),
            secrets: BTreeMap::new(),
            secrets_beyond: false,
        }
    }

    /// Walks through the fields of a document.
    pub fn see(&mut self, fields: &Map, look: Look<'_>) {
        self.map(fields, &mut String::new(), 0, look);
    }

    fn map(&mut self, map: &Map, path: &mut String, depth: u8, look: Look<'_>) {
        let before = path.len();
        for (key, value) in map.iter() {
            push_key(path, key);
            self.key_secrets(key, path, look);
            self.value(value, key, path, depth.saturating_add(1), look);
            path.truncate(before);
        }
    }

    fn value(&mut self, value: &Value, name: &str, path: &mut String, depth: u8, look: Look<'_>) {
        let secret = match value {
            Value::Text(text) => self.text_secrets(text, name, path, look),
            Value::Bytes(bytes) => std::str::from_utf8(bytes)
                .is_ok_and(|text| self.text_secrets(text, name, path, look)),
            _ => false,
        };
        self.field(value, name, path, depth, Look { secret, ..look });
        let before = path.len();
        match value {
            Value::Map(map) if vector(map).is_none() => self.map(map, path, depth, look),
            Value::Array(items) => {
                path.push_str("[]");
                for item in items {
                    self.value(item, name, path, depth.saturating_add(1), look);
                }
                path.truncate(before);
            }
            _ => {}
        }
    }

    fn field(&mut self, value: &Value, name: &str, path: &str, depth: u8, look: Look<'_>) {
        if let Some((_, field)) = self.fields.get_mut(path) {
            field.see(value, look, self.samples);
            return;
        }
        let place = (depth, path.to_owned());
        if self.order.len() >= self.limit {
            if self.order.last().is_none_or(|last| place > *last) {
                self.values_beyond += 1;
                self.beyond.see(fingerprint(0, path.as_bytes()));
                return;
            }
            if let Some((_, path)) = self.order.pop_last()
                && let Some((_, field)) = self.fields.remove(&path)
            {
                self.values_beyond += field.values;
                self.beyond.see(fingerprint(0, path.as_bytes()));
            }
        }
        let mut field = Field::new(name);
        field.see(value, look, self.samples);
        self.fields.insert(path.to_owned(), (depth, field));
        self.order.insert(place);
    }

    /// Notes the secrets in a text, and whether there are any.
    fn text_secrets(&mut self, text: &str, name: &str, path: &str, look: Look<'_>) -> bool {
        let found = secrets::in_text(text);
        let named = self
            .fields
            .get(path)
            .map_or_else(|| super::names::role_of(name), |(_, field)| field.role)
            .secret;
        let by_name = named.and_then(|named| secrets::in_field(named, text));
        let found = if found.is_empty() {
            Vec::from_iter(by_name)
        } else {
            found
        };
        for kind in &found {
            self.secret(kind, path, look);
        }
        !found.is_empty()
    }

    fn key_secrets(&mut self, key: &str, path: &str, look: Look<'_>) {
        for kind in secrets::in_text(key) {
            self.secret(kind, path, look);
        }
    }

    pub fn secret(&mut self, kind: &'static str, path: &str, look: Look<'_>) {
        let sighting = self.secrets.entry((path.to_owned(), kind)).or_default();
        sighting.values += 1;
        sighting.documents.insert(look.id.to_owned());
        if sighting.documents.len() > NAMED {
            sighting.documents.pop_last();
        }
        if self.secrets.len() > SECRETS {
            self.secrets.pop_last();
            self.secrets_beyond = true;
        }
    }

    /// How many paths were not kept, and whether that is exact.
    pub fn beyond(&self) -> (u64, bool) {
        self.beyond.count()
    }

    /// What was gathered, with the keys of dictionaries brought together.
    pub fn finish(self) -> Finished {
        let mut fields = self.fields;
        let mut secrets = self.secrets;
        let mut dictionaries = BTreeMap::new();
        // From the root down: what stands below a dictionary's keys comes together first.
        for depth in 1..=u8::MAX {
            let found = dictionaries_at(&fields, depth);
            if found.is_empty() && !fields.values().any(|(at, _)| *at > depth) {
                break;
            }
            for (parent, keys) in found {
                fields = gather(fields, &parent);
                secrets = gather_secrets(secrets, &parent);
                dictionaries.insert(parent, keys);
            }
        }
        Finished {
            fields,
            dictionaries,
            secrets,
        }
    }
}

/// What was gathered of a collection's paths.
#[derive(Debug, Clone)]
pub(super) struct Finished {
    /// By path, with its depth.
    pub fields: BTreeMap<String, (u8, Field)>,
    /// Maps whose keys are data, with the number of their keys.
    pub dictionaries: BTreeMap<String, usize>,
    /// By path and kind.
    pub secrets: BTreeMap<(String, &'static str), Sighting>,
}

/// The path of the map that a path's last key stands in.
pub(super) fn parent_of(path: &str) -> &str {
    if let Some(array) = path.strip_suffix("[]") {
        return array;
    }
    let mut quoted = false;
    let mut escaped = false;
    let mut cut = 0;
    for (index, c) in path.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '`' => quoted = !quoted,
            '.' if !quoted => cut = index,
            _ => {}
        }
    }
    path.get(..cut).unwrap_or_default()
}

/// Maps with many keys at `depth` of which each is rare.
fn dictionaries_at(fields: &BTreeMap<String, (u8, Field)>, depth: u8) -> BTreeMap<String, usize> {
    let mut keys: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for (path, (at, field)) in fields {
        if *at == depth && !path.ends_with("[]") {
            let (count, values) = keys.entry(parent_of(path)).or_default();
            *count += 1;
            *values += field.values;
        }
    }
    keys.into_iter()
        .filter(|(parent, (count, values))| {
            let maps = fields
                .get(*parent)
                .map_or(0, |(_, field)| field.kind(Kind::Map));
            // On the average a key stands in fewer than a quarter of the maps.
            *count > KEYS && !parent.is_empty() && values * 4 < maps.max(1) * (*count as u64)
        })
        .map(|(parent, (count, _))| (parent.to_owned(), count))
        .collect()
}

/// Brings together what stands below the keys of the map at `parent`, as `parent.{key}`.
fn gather(fields: BTreeMap<String, (u8, Field)>, parent: &str) -> BTreeMap<String, (u8, Field)> {
    let mut gathered: BTreeMap<String, (u8, Field)> = BTreeMap::new();
    for (path, (depth, field)) in fields {
        let path = gathered_path(path, parent);
        match gathered.get_mut(&path) {
            Some((_, kept)) => kept.merge(field),
            None => drop(gathered.insert(path, (depth, field))),
        }
    }
    gathered
}

fn gather_secrets(
    secrets: BTreeMap<(String, &'static str), Sighting>,
    parent: &str,
) -> BTreeMap<(String, &'static str), Sighting> {
    let mut gathered: BTreeMap<(String, &'static str), Sighting> = BTreeMap::new();
    for ((path, kind), sighting) in secrets {
        let kept = gathered
            .entry((gathered_path(path, parent), kind))
            .or_default();
        kept.values += sighting.values;
        kept.documents.extend(sighting.documents);
        while kept.documents.len() > NAMED {
            kept.documents.pop_last();
        }
    }
    gathered
}

/// The path with `{key}` in place of the key below `parent`, where it stands below.
fn gathered_path(path: String, parent: &str) -> String {
    match path
        .strip_prefix(parent)
        .and_then(|rest| rest.strip_prefix('.'))
    {
        Some(rest) => format!(
            "{parent}.{{key}}{}",
            rest.get(first_key(rest)..).unwrap_or_default()
        ),
        None => path,
    }
}

/// Where the first key of a path ends.
fn first_key(path: &str) -> usize {
    let mut quoted = false;
    let mut escaped = false;
    for (index, c) in path.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '`' => quoted = !quoted,
            '.' | '[' if !quoted => return index,
            _ => {}
        }
    }
    path.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(serial: u64) -> Look<'static> {
        Look {
            serial,
            id: "x",
            database: "projects/p/databases/d/",
            secret: false,
        }
    }

    fn map(entries: &[(&str, Value)]) -> Map {
        entries
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect()
    }

    #[test]
    fn paths_go_through_maps_and_arrays() {
        let mut paths = Paths::new(100, 3);
        let inner = Value::Map(map(&[("b.c", Value::Integer(1))]));
        paths.see(
            &map(&[("a", Value::Array(vec![inner.clone(), inner]))]),
            look(1),
        );
        let fields = paths.finish().fields;
        let found: Vec<(&str, u64, u64)> = fields
            .iter()
            .map(|(path, (_, field))| (path.as_str(), field.values, field.documents))
            .collect();
        assert_eq!(found, [("a", 1, 1), ("a[]", 2, 1), ("a[].`b.c`", 2, 1)]);
        assert_eq!(parent_of("a[].`b.c`"), "a[]");
        assert_eq!(parent_of("a[]"), "a");
        assert_eq!(parent_of("a"), "");
    }

    #[test]
    fn what_is_not_kept_is_counted() {
        let mut paths = Paths::new(3, 3);
        paths.see(
            &map(&[
                ("d", Value::Map(map(&[("x", Value::Null)]))),
                ("e", Value::Null),
            ]),
            look(1),
        );
        paths.see(
            &map(&[("a", Value::Null), ("b", Value::Null), ("e", Value::Null)]),
            look(2),
        );
        assert_eq!(paths.beyond(), (2, true));
        // d.x once and e twice.
        assert_eq!(paths.values_beyond, 3);
        let fields = paths.finish().fields;
        assert_eq!(fields.into_keys().collect::<Vec<_>>(), ["a", "b", "d"]);
    }

    #[test]
    fn keys_that_are_data_come_together() {
        let mut paths = Paths::new(1_000, 3);
        for serial in 1..=60_u32 {
            let letters = char::from_u32(0x61 + serial / 10)
                .into_iter()
                .chain(char::from_u32(0x61 + serial % 10));
            let name = format!("person {}", letters.collect::<String>());
            let key = Value::Text(format!("AKIA{}", "Q".repeat(16)));
            let vote = map(&[("n", Value::Integer(serial.into())), ("k", key)]);
            let votes = Value::Map(map(&[(&name, Value::Map(vote))]));
            paths.see(&map(&[("votes", votes)]), look(serial.into()));
        }
        let Finished {
            fields,
            dictionaries,
            secrets,
        } = paths.finish();
        let keys: Vec<&str> = fields.keys().map(String::as_str).collect();
        assert_eq!(dictionaries.get("votes").copied(), Some(60));
        let places: Vec<(&str, u64)> = secrets
            .iter()
            .map(|((path, _), seen)| (path.as_str(), seen.values))
            .collect();
        assert_eq!(places, [("votes.{key}.k", 60)]);
        assert!(keys.contains(&"votes.{key}.n"), "{keys:?}");
        assert!(keys.iter().all(|key| !key.contains("person")), "{keys:?}");
    }
}
