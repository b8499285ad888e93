//! Firestore values, as every source delivers them.

use compact_str::CompactString;

use crate::instant::Instant;

/// The name of an entry of a map: up to 24 bytes, which nearly all are, take no memory of their own.
pub type Key = CompactString;

/// One Firestore value. A vector is the map `{"__type__": "__vector__", "value": [doubles]}`, as in the REST API.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `nullValue`.
    Null,
    /// `booleanValue`.
    Boolean(bool),
    /// `integerValue`.
    Integer(i64),
    /// `doubleValue`, NaN and infinities included.
    Double(f64),
    /// `timestampValue`.
    Timestamp(Instant),
    /// `stringValue`.
    Text(String),
    /// `bytesValue`.
    Bytes(Vec<u8>),
    /// `referenceValue`: a full resource name.
    Reference(String),
    /// `geoPointValue`, in degrees.
    GeoPoint {
        /// −90 to 90.
        latitude: f64,
        /// −180 to 180.
        longitude: f64,
    },
    /// `arrayValue`.
    Array(Vec<Value>),
    /// `mapValue`.
    Map(Map),
}

impl Value {
    /// The map inside, where this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The elements, where this is an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// Absent in the sense of the mapping: null, or text that is empty or only white space.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.chars().all(char::is_whitespace),
            _ => false,
        }
    }
}

/// A map whose keys are in byte order and occur once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map {
    entries: Vec<(Key, Value)>,
}

impl Map {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sorts the entries; of several with one key the last counts, as in JSON parsers.
    pub fn from_entries(entries: Vec<(String, Value)>) -> Self {
        Self::from_keyed(
            entries
                .into_iter()
                .map(|(key, value)| (Key::from(key), value))
                .collect(),
        )
    }

    /// As [`Map::from_entries`].
    pub fn from_keyed(mut entries: Vec<(Key, Value)>) -> Self {
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.reverse();
            entries.dedup_by(|a, b| a.0 == b.0);
            entries.reverse();
        }
        Self { entries }
    }

    /// Sorts the entries; gives back a key that occurs twice.
    pub fn from_distinct(mut entries: Vec<(Key, Value)>) -> Result<Self, Key> {
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            if let Some(pair) = entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                return Err(pair[0].0.clone());
            }
        }
        Ok(Self { entries })
    }

    fn position(&self, key: &str) -> Result<usize, usize> {
        self.entries
            .binary_search_by(|entry| entry.0.as_str().cmp(key))
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let index = self.position(key).ok()?;
        Some(&self.entries.get(index)?.1)
    }

    /// The value under `key`, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let index = self.position(key).ok()?;
        Some(&mut self.entries.get_mut(index)?.1)
    }

    /// Whether `key` is there, whatever its value.
    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_ok()
    }

    /// Puts `value` under `key`, and gives back what stood there.
    pub fn insert(&mut self, key: String, value: Value) -> Option<Value> {
        match self.position(&key) {
            Ok(index) => Some(std::mem::replace(&mut self.entries[index].1, value)),
            Err(index) => {
                self.entries.insert(index, (Key::from(key), value));
                None
            }
        }
    }

    /// Takes out what stands under `key`.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let index = self.position(key).ok()?;
        Some(self.entries.remove(index).1)
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in byte order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.entries
            .iter()
            .map(|(key, value)| (key.as_str(), value))
    }

    /// The entries, to be changed in place.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&str, &mut Value)> {
        self.entries
            .iter_mut()
            .map(|(key, value)| (key.as_str(), value))
    }

    /// Keeps the entries for which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        self.entries.retain_mut(|(key, value)| keep(key, value));
    }
}

impl IntoIterator for Map {
    type Item = (String, Value);
    type IntoIter =
        std::iter::Map<std::vec::IntoIter<(Key, Value)>, fn((Key, Value)) -> (String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries
            .into_iter()
            .map(|(key, value)| (key.into_string(), value))
    }
}

impl FromIterator<(String, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(entries: I) -> Self {
        Self::from_entries(entries.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_entries_with_one_key_the_last_counts() {
        let map = Map::from_entries(vec![
            ("b".into(), Value::Integer(1)),
            ("a".into(), Value::Integer(2)),
            ("b".into(), Value::Integer(3)),
        ]);
        assert_eq!(map.len(), 2);
        assert_eq!(map.get("b"), Some(&Value::Integer(3)));
        assert_eq!(map.get("a"), Some(&Value::Integer(2)));
    }

    #[test]
    fn white_space_of_any_script_is_blank() {
        assert!(Value::Text("\u{3000} \u{2003}\n".into()).is_blank());
        assert!(!Value::Text("\u{200b}".into()).is_blank());
        assert!(!Value::Boolean(false).is_blank());
    }
}
