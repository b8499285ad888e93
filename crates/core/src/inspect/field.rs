//! What is gathered of one field: of all values that stand at one path.

use std::collections::BTreeMap;

use super::clock::{TimeForm, time_of};
use super::fingerprint::{Distinct, fingerprint};
use super::index::{Codes, is_odd};
use super::kind::{Kind, vector};
use super::names::{Role, role_of};
use super::paths::Look;
use super::shape::masked;
use super::text::{Form, form_of, mentions_email};
use crate::document::ResourceName;
use crate::instant::Instant;
use crate::value::Value;

/// Shapes of text that are counted a field.
const SHAPES: usize = 24;
/// Values that a field may have to be one with a short list.
const CHOICES: usize = 24;
/// Values of an identifying field that are kept.
const CODES: usize = 5_000;
/// Collections that the references of one field are counted for.
const TARGETS: usize = 16;

/// The least and the largest, with how much there is in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    pub count: u64,
    pub total: u64,
    pub least: u64,
    pub most: u64,
}

impl Span {
    pub fn see(&mut self, number: u64) {
        self.merge(Self {
            count: 1,
            total: number,
            least: number,
            most: number,
        });
    }

    pub fn merge(&mut self, other: Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = other;
            return;
        }
        self.count += other.count;
        self.total = self.total.saturating_add(other.total);
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
    }
}

/// How often a value of a short list occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Choice {
    pub values: u64,
    pub documents: u64,
    last: u64,
}

/// The documents that references name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub values: u64,
    pub ids: Codes,
}

/// See the module. Everything here can be merged, and comes out the same in any order.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub role: Role,
    pub values: u64,
    /// Documents that hold a value at this path.
    pub documents: u64,
    last: u64,
    pub kinds: [u64; Kind::COUNT],
    pub truths: u64,
    pub integers: Option<(i64, i64)>,
    pub doubles: Option<(f64, f64)>,
    pub fractions: u64,
    pub not_finite: u64,
    pub beyond_32_bits: u64,
    pub times: Option<(Instant, Instant)>,
    pub time_forms: BTreeMap<TimeForm, u64>,
    pub forms: BTreeMap<Form, u64>,
    /// Characters of text that is not blank.
    pub characters: Span,
    pub with_nul: u64,
    pub odd: u64,
    pub mentions_email: u64,
    /// Elements of arrays, numbers of vectors, bytes, entries of maps.
    pub lengths: Span,
    pub distinct: Distinct,
    /// `None`: more than are counted.
    pub shapes: Option<BTreeMap<String, u64>>,
    pub choices: Option<BTreeMap<String, Choice>>,
    pub samples: BTreeMap<u64, String>,
    pub codes: Option<Codes>,
    pub targets: BTreeMap<String, Target>,
    /// References into other databases.
    pub foreign: u64,
}

impl Field {
    pub fn new(name: &str) -> Self {
        let role = role_of(name);
        Self {
            role,
            values: 0,
            documents: 0,
            last: 0,
            kinds: [0; Kind::COUNT],
            truths: 0,
            integers: None,
            doubles: None,
            fractions: 0,
            not_finite: 0,
            beyond_32_bits: 0,
            times: None,
            time_forms: BTreeMap::new(),
            forms: BTreeMap::new(),
            characters: Span::default(),
            with_nul: 0,
            odd: 0,
            mentions_email: 0,
            lengths: Span::default(),
            distinct: Distinct::default(),
            shapes: Some(BTreeMap::new()),
            choices: role.category.then(BTreeMap::new),
            samples: BTreeMap::new(),
            codes: role.identifier.then(|| Codes::new(CODES)),
            targets: BTreeMap::new(),
            foreign: 0,
        }
    }

    pub fn kind(&self, kind: Kind) -> u64 {
        self.kinds.get(kind as usize).copied().unwrap_or(0)
    }

    /// Adds one value of a document.
    pub fn see(&mut self, value: &Value, look: Look<'_>, samples: usize) {
        self.values += 1;
        if self.last != look.serial {
            self.last = look.serial;
            self.documents += 1;
        }
        let kind = Kind::of(value);
        if let Some(count) = self.kinds.get_mut(kind as usize) {
            *count += 1;
        }
        let mut form = None;
        match value {
            Value::Null => {}
            Value::Boolean(truth) => self.truths += u64::from(*truth),
            Value::Integer(integer) => self.integer(*integer),
            Value::Double(double) => self.double(*double),
            Value::Timestamp(instant) => self.tell(kind, &instant.floor_micros().to_le_bytes()),
            Value::Text(text) => form = Some(self.text(text, look, samples)),
            Value::Bytes(bytes) => {
                self.lengths.see(bytes.len() as u64);
                self.tell(kind, bytes);
            }
            Value::Reference(name) => self.reference(name, look.database),
            Value::GeoPoint {
                latitude,
                longitude,
            } => {
                let mut bytes = latitude.to_le_bytes().to_vec();
                bytes.extend(longitude.to_le_bytes());
                self.tell(kind, &bytes);
            }
            Value::Array(items) => self.lengths.see(items.len() as u64),
            Value::Map(map) => self
                .lengths
                .see(vector(map).map_or(map.len(), <[Value]>::len) as u64),
        }
        if let Some((form, instant)) = time_of(value, self.role, form) {
            *self.time_forms.entry(form).or_default() += 1;
            if let Some(instant) = instant {
                let (first, last) = self.times.unwrap_or((instant, instant));
                self.times = Some((first.min(instant), last.max(instant)));
            }
        }
    }

    fn tell(&mut self, kind: Kind, bytes: &[u8]) {
        self.distinct.see(fingerprint(1 + kind as u8, bytes));
    }

    fn integer(&mut self, integer: i64) {
        let (least, most) = self.integers.unwrap_or((integer, integer));
        self.integers = Some((least.min(integer), most.max(integer)));
        self.beyond_32_bits += u64::from(i32::try_from(integer).is_err());
        self.tell(Kind::Integer, &integer.to_le_bytes());
    }

    fn double(&mut self, double: f64) {
        // −0 is 0.
        let double = double + 0.0;
        if !double.is_finite() {
            self.not_finite += 1;
            return;
        }
        let (least, most) = self.doubles.unwrap_or((double, double));
        self.doubles = Some((least.min(double), most.max(double)));
        self.fractions += u64::from(double.fract() != 0.0);
        self.tell(Kind::Double, &double.to_bits().to_le_bytes());
    }

    fn text(&mut self, text: &str, look: Look<'_>, samples: usize) -> Form {
        let form = form_of(text, self.role);
        *self.forms.entry(form).or_default() += 1;
        self.with_nul += u64::from(text.contains('\0'));
        if form == Form::Blank {
            return form;
        }
        let length = text.chars().count();
        self.characters.see(length as u64);
        self.mentions_email += u64::from(form != Form::Email && mentions_email(text));
        let mark = fingerprint(1 + Kind::Text as u8, text.as_bytes());
        self.distinct.see(mark);
        let shown = || {
            if look.secret {
                "likely secret".to_owned()
            } else {
                masked(text, form)
            }
        };
        self.shape(shown, form, length, mark, samples);
        if let Some(codes) = &mut self.codes
            && !look.secret
            && text.len() <= 128
        {
            codes.see(text);
            self.odd += u64::from(is_odd(text));
        }
        if let Some(choices) = &mut self.choices {
            if length > 40 || (choices.len() >= CHOICES && !choices.contains_key(text)) {
                self.choices = None;
            } else {
                let choice = choices.entry(text.to_owned()).or_default();
                choice.values += 1;
                choice.documents += u64::from(choice.last != look.serial);
                choice.last = look.serial;
            }
        }
        form
    }

    /// Counts the text's shape, and keeps it as a sample when chance, which is its fingerprint,
    /// chooses it.
    fn shape(
        &mut self,
        shown: impl Fn() -> String,
        form: Form,
        length: usize,
        mark: u64,
        samples: usize,
    ) {
        let chosen = self.samples.len() < samples
            || self
                .samples
                .last_key_value()
                .is_some_and(|(last, _)| mark < *last);
        if samples > 0 && chosen && !self.samples.contains_key(&mark) {
            self.samples.insert(mark, shown());
            while self.samples.len() > samples {
                self.samples.pop_last();
            }
        }
        let Some(shapes) = &mut self.shapes else {
            return;
        };
        if length > 48 || matches!(form, Form::Url | Form::StoragePath | Form::Token) {
            // Every one differs, and none tells much.
            self.shapes = None;
            return;
        }
        *shapes.entry(shown()).or_default() += 1;
        if shapes.len() > SHAPES {
            self.shapes = None;
        }
    }

    fn reference(&mut self, name: &str, database: &str) {
        self.tell(Kind::Reference, name.as_bytes());
        let Ok(parsed) = ResourceName::parse(name) else {
            self.foreign += 1;
            return;
        };
        if !name.starts_with(database) {
            self.foreign += 1;
            return;
        }
        let pattern = parsed
            .path
            .split('/')
            .step_by(2)
            .collect::<Vec<_>>()
            .join("/*/");
        let root = parsed.root_document().map(|(_, id)| id);
        let target = self.targets.entry(pattern).or_insert_with(|| Target {
            values: 0,
            ids: Codes::new(CODES),
        });
        target.values += 1;
        if let Some(id) = root {
            target.ids.see(id);
        }
        while self.targets.len() > TARGETS {
            self.targets.pop_last();
        }
    }

    /// Adds what was gathered at another path; the number of documents is at least `documents`
    /// then, since the two may stand in the same ones.
    pub fn merge(&mut self, other: Self) {
        self.values += other.values;
        self.documents = self.documents.max(other.documents);
        for (mine, theirs) in self.kinds.iter_mut().zip(other.kinds) {
            *mine += theirs;
        }
        self.truths += other.truths;
        self.integers = wider(self.integers, other.integers);
        self.doubles = match (self.doubles, other.doubles) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (mine, theirs) => mine.or(theirs),
        };
        self.fractions += other.fractions;
        self.not_finite += other.not_finite;
        self.beyond_32_bits += other.beyond_32_bits;
        self.times = wider(self.times, other.times);
        add(&mut self.time_forms, other.time_forms);
        add(&mut self.forms, other.forms);
        self.characters.merge(other.characters);
        self.with_nul += other.with_nul;
        self.odd += other.odd;
        self.mentions_email += other.mentions_email;
        self.lengths.merge(other.lengths);
        self.distinct.merge(&other.distinct);
        self.shapes = match (self.shapes.take(), other.shapes) {
            (Some(mut mine), Some(theirs)) => {
                add(&mut mine, theirs);
                (mine.len() <= SHAPES).then_some(mine)
            }
            _ => None,
        };
        self.choices = None;
        let kept = self.samples.len().max(other.samples.len());
        self.samples.extend(other.samples);
        while self.samples.len() > kept {
            self.samples.pop_last();
        }
        match (&mut self.codes, other.codes) {
            (Some(mine), Some(theirs)) => mine.merge(&theirs),
            (mine, _) => *mine = None,
        }
        for (name, target) in other.targets {
            let mine = self.targets.entry(name).or_insert_with(|| Target {
                values: 0,
                ids: Codes::new(CODES),
            });
            mine.values += target.values;
            mine.ids.merge(&target.ids);
        }
        self.foreign += other.foreign;
    }
}

fn wider<T: Ord + Copy>(mine: Option<(T, T)>, theirs: Option<(T, T)>) -> Option<(T, T)> {
    match (mine, theirs) {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        (mine, theirs) => mine.or(theirs),
    }
}

fn add<K: Ord>(mine: &mut BTreeMap<K, u64>, theirs: BTreeMap<K, u64>) {
    for (key, count) in theirs {
        *mine.entry(key).or_default() += count;
    }
}
