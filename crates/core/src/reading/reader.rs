//! One document, as a mapping reads it.

use std::collections::{BTreeMap, HashSet};
use std::ops::RangeInclusive;

use compact_str::CompactString;

use super::left_over;
use super::number::{self, Number};
use super::plain_json::{self, Place, RemovedNul};
use super::{flat_names, normalise_number, text, time};
use crate::document::Document;
use crate::instant::Instant;
use crate::json::Json;
use crate::ports::rows::Warning;
use crate::rest;
use crate::value::{Map, Value};

/// What became of the value at a path that a rule came to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// A rule looked at it: null or blank text there is not left over.
    Read,
    /// It went into a column, or into a warning, with all below it.
    Taken,
}

/// What became of which path.
pub(super) type Marks = BTreeMap<CompactString, Mark>;

/// Bytes that the index of a unique column is sure to hold, and the most that an id of Firestore has.
pub const LONGEST_KEY: usize = 1_500;

/// Of arrays whose elements were taken: what was of no use.
pub(super) type LeftBehind = BTreeMap<CompactString, Vec<Value>>;

/// What a reading counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The value goes into a row made of this document.
    Row,
    /// The value serves a row that is not this document's alone: what is read stays left over.
    Elsewhere,
}

/// Reads a document's fields by dotted paths, records warnings, and knows what is left over.
pub struct Reader {
    fields: Map,
    marks: Marks,
    left_behind: LeftBehind,
    warnings: Vec<Warning>,
    /// What `warn_value` recorded: a value may be read twice.
    warned: HashSet<Warning>,
    scope: Scope,
}

impl Reader {
    /// Folds flat names and begins to read.
    pub fn new(fields: Map) -> Self {
        Self {
            fields: flat_names::fold(fields),
            marks: Marks::new(),
            left_behind: LeftBehind::new(),
            warnings: Vec::new(),
            warned: HashSet::new(),
            scope: Scope::Row,
        }
    }

    /// Reads with `rule` what does not count as taken by this document's rows.
    pub fn elsewhere<T>(&mut self, rule: impl FnOnce(&mut Self) -> T) -> T {
        self.scope = Scope::Elsewhere;
        let result = rule(self);
        self.scope = Scope::Row;
        result
    }

    fn find(&self, path: &str) -> Option<&Value> {
        find(&self.fields, path)
    }

    fn mark(&mut self, path: &str, mark: Mark) {
        if self.scope == Scope::Elsewhere {
            return;
        }
        if let Some(slot) = self.marks.get_mut(path) {
            *slot = (*slot).max(mark);
        } else {
            self.marks.insert(path.into(), mark);
        }
    }

    /// Records a warning about the value at `path`, which then is not left over.
    pub fn warn(&mut self, code: &str, path: &str) {
        let raw = self.find(path).cloned().unwrap_or(Value::Null);
        self.warn_value(code, path, &raw);
        self.force_taken(path);
    }

    /// Records a warning about a value that is not, or not whole, what stands at `path`.
    pub fn warn_value(&mut self, code: &str, path: &str, raw: &Value) {
        let warning = Warning {
            code: code.to_owned(),
            path: path.to_owned(),
            raw: rest::encode_value(raw),
        };
        if self.warned.insert(warning.clone()) {
            self.warnings.push(warning);
        }
    }

    /// Records a warning about an element of the array at `path`: each has its own, also where
    /// several are alike.
    pub fn warn_element(&mut self, code: &str, path: &str, raw: &Value) {
        self.warnings.push(Warning {
            code: code.to_owned(),
            path: path.to_owned(),
            raw: rest::encode_value(raw),
        });
    }

    /// Leaves over `part` of an element of the array at `path`, which is taken otherwise.
    pub fn leave(&mut self, path: &str, part: Value) {
        self.left_behind.entry(path.into()).or_default().push(part);
    }

    /// What a warning holds is not left over, whichever row it was read for.
    fn force_taken(&mut self, path: &str) {
        self.marks.insert(path.into(), Mark::Taken);
    }

    /// Marks the value at `path` as gone into a column, with all below it.
    pub fn take(&mut self, path: &str) {
        self.mark(path, Mark::Taken);
    }

    /// The value at `path`, unless it is absent. It counts as looked at, not as taken.
    pub fn look(&mut self, path: &str) -> Option<&Value> {
        self.mark(path, Mark::Read);
        self.find(path).filter(|value| !value.is_blank())
    }

    /// The map at `path`, looked at.
    pub fn map(&mut self, path: &str) -> Option<&Map> {
        self.look(path)?.as_map()
    }

    /// The array at `path`, looked at.
    pub fn array(&mut self, path: &str) -> Option<&[Value]> {
        self.look(path)?.as_array()
    }

    /// Text, without U+0000.
    pub fn text(&mut self, path: &str) -> Option<String> {
        let reading = text::read(self.look(path)?);
        let text = match reading {
            text::Reading::Text(text) => {
                self.take(path);
                text
            }
            text::Reading::Coerced(text) => {
                self.warn("coerced_text", path);
                text
            }
            text::Reading::Bad => {
                self.warn("bad_text", path);
                return None;
            }
        };
        let clean = text::without_nul(&text);
        if clean.len() < text.len() {
            self.warn("nul_removed", path);
            if clean.chars().all(char::is_whitespace) {
                return None;
            }
        }
        Some(clean)
    }

    /// The first of several paths that holds text.
    pub fn first_text(&mut self, paths: &[&str]) -> Option<String> {
        paths.iter().find_map(|path| self.text(path))
    }

    /// A customer id or a case number, normalised. What is nothing once it is normalised is of no
    /// use, and left over; what no unique column can hold counts as no text.
    pub fn key(&mut self, path: &str) -> Option<String> {
        if let Value::Text(text) = self.look(path)? {
            normalise_number(text)?;
        }
        let key = normalise_number(&self.text(path)?)?;
        if key.len() > LONGEST_KEY {
            self.warn("bad_text", path);
            return None;
        }
        Some(key)
    }

    /// Text as closed lists compare it: trimmed and in lower case.
    pub fn keyword(&mut self, path: &str) -> Option<String> {
        self.text(path).map(|text| text.trim().to_lowercase())
    }

    /// A truth value, or the text `true` or `false`, trimmed, in any case.
    pub fn boolean(&mut self, path: &str) -> Option<bool> {
        let (value, code) = match self.look(path)? {
            Value::Boolean(value) => (Some(*value), None),
            Value::Text(text) => match text.trim().to_lowercase().as_str() {
                "true" => (Some(true), Some("coerced_boolean")),
                "false" => (Some(false), Some("coerced_boolean")),
                _ => (None, Some("bad_boolean")),
            },
            _ => (None, Some("bad_boolean")),
        };
        match code {
            None => self.take(path),
            Some(code) => self.warn(code, path),
        }
        value
    }

    /// A finite number.
    pub fn number(&mut self, path: &str) -> Option<Number> {
        match Number::read(self.look(path)?) {
            number::Reading::Number(number) => {
                self.take(path);
                Some(number)
            }
            number::Reading::Coerced(number) => {
                self.warn("coerced_number", path);
                Some(number)
            }
            number::Reading::Bad => {
                self.warn("bad_number", path);
                None
            }
        }
    }

    /// The first number among `paths`, rounded; NULL with a warning when it lies outside
    /// `limits`, whatever the other paths hold.
    pub fn integer(&mut self, paths: &[&str], limits: RangeInclusive<i32>) -> Option<i32> {
        let (path, number) = paths
            .iter()
            .find_map(|path| Some((*path, self.number(path)?)))?;
        self.within(&[path], number.round(), limits)
    }

    /// `rounded`, made of the values at `paths`, when it lies in `limits`.
    pub fn within(
        &mut self,
        paths: &[&str],
        rounded: i128,
        limits: RangeInclusive<i32>,
    ) -> Option<i32> {
        let integer = i32::try_from(rounded)
            .ok()
            .filter(|integer| limits.contains(integer));
        if integer.is_none() {
            for path in paths {
                if self.find(path).is_some_and(|value| !value.is_blank()) {
                    self.warn("out_of_range", path);
                }
            }
        }
        integer
    }

    /// A time in the years 1–9999.
    pub fn time(&mut self, path: &str) -> Option<Instant> {
        match time::read(self.look(path)?) {
            time::Reading::Time(instant) => {
                self.take(path);
                Some(instant)
            }
            time::Reading::Coerced(instant) => {
                self.warn("coerced_time", path);
                Some(instant)
            }
            time::Reading::Bad => {
                self.warn("bad_time", path);
                None
            }
        }
    }

    /// The created time: the field, else the document's own.
    pub fn created(&mut self, path: &str, document: &Metadata) -> Instant {
        self.time(path).unwrap_or_else(|| {
            let own = document.create_time.unwrap_or(Instant::MIN);
            self.warn_value("created_from_metadata", path, &Value::Timestamp(own));
            own
        })
    }

    /// `value`, which stands at or below `path`, as JSON.
    pub fn json_of(&mut self, value: &Value, path: &str) -> Json {
        let mut removed = Vec::new();
        let json = plain_json::convert(value, &Place::at(path), &mut removed);
        self.report_nul(removed);
        json
    }

    /// Lets `rule` look at the value at `path` while it records warnings about it. It counts as
    /// looked at; meanwhile nothing else of the document can be read.
    fn with<T>(&mut self, path: &str, rule: impl FnOnce(&mut Self, &Value) -> T) -> Option<T> {
        self.look(path)?;
        let fields = std::mem::take(&mut self.fields);
        let result = find(&fields, path).map(|value| rule(self, value));
        self.fields = fields;
        result
    }

    /// Makes something of every element of the array at `path`, which is taken whole; `None`
    /// where there is no array. Meanwhile nothing else of the document can be read.
    pub fn each<T>(
        &mut self,
        path: &str,
        mut rule: impl FnMut(&mut Self, &Value) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.array(path)?;
        self.take(path);
        self.with(path, |reader, value| {
            let items = value.as_array().unwrap_or_default();
            items.iter().filter_map(|item| rule(reader, item)).collect()
        })
    }

    /// The value at `path` as JSON, taken; `None` when it is absent.
    pub fn copy(&mut self, path: &str) -> Option<Json> {
        let json = self.with(path, |reader, value| reader.json_of(value, path))?;
        self.take(path);
        Some(json)
    }

    /// As [`Reader::copy`], only of a map.
    pub fn copy_map(&mut self, path: &str) -> Option<Json> {
        self.map(path)?;
        self.copy(path)
    }

    /// As [`Reader::copy`], only of an array.
    pub fn copy_array(&mut self, path: &str) -> Option<Json> {
        self.array(path)?;
        self.copy(path)
    }

    fn report_nul(&mut self, removed: Vec<RemovedNul>) {
        for RemovedNul { path, raw } in removed {
            self.warn_value("nul_removed", &path, &raw);
        }
    }

    /// `{"v2": …}` with everything that went into no column and no warning, or `None`.
    pub fn left_over(&mut self) -> Option<Json> {
        let mut removed = Vec::new();
        let entries =
            left_over::entries(&self.fields, &self.marks, &self.left_behind, &mut removed);
        self.report_nul(removed);
        Some(Json::object([("v2", Json::Object(entries?))]))
    }

    /// The warnings, in the order in which rules came to them.
    pub fn into_warnings(self) -> Vec<Warning> {
        self.warnings
    }
}

/// The value at a dotted path.
fn find<'f>(fields: &'f Map, path: &str) -> Option<&'f Value> {
    let mut parts = path.split('.');
    let mut value = fields.get(parts.next()?)?;
    for part in parts {
        value = value.as_map()?.get(part)?;
    }
    Some(value)
}

/// What a document says of itself beside its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    /// See [`Document::create_time`].
    pub create_time: Option<Instant>,
}

impl From<&Document> for Metadata {
    fn from(document: &Document) -> Self {
        Self {
            create_time: document.create_time,
        }
    }
}
