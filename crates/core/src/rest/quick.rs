//! The usual writing of documents, read without a general parser of JSON.
//!
//! What is read here is what [`super::decode`] would read; wherever something is unusual (an
//! escaped surrogate, a value twice, a type that hardly any document has, anything malformed) there
//! is no answer, and the caller asks that, which also says what is wrong. So nothing is accepted or
//! refused because of this module: it only costs less time. The tests hold both against each other.

use std::borrow::Cow;

use super::decode::{Parts, integer};
use crate::instant::Instant;
use crate::json::first_escaped;
use crate::value::{Key, Map, Value};

/// Maps and arrays within one another: more than Firestore allows, and less than what the general
/// parser refuses.
const DEPTH: usize = 40;

/// A document, where it is written as usual.
pub(super) fn document(text: &str) -> Option<Parts> {
    let mut reading = Reading {
        text,
        at: 0,
        entries: Vec::new(),
        items: Vec::new(),
    };
    let parts = reading.document()?;
    reading.white_space();
    (reading.at == text.len()).then_some(parts)
}

struct Reading<'a> {
    text: &'a str,
    at: usize,
    /// Entries of the maps that are under way, those of the innermost last: so each map takes
    /// memory once, and as much as it needs.
    entries: Vec<(Key, Value)>,
    /// The same of arrays.
    items: Vec<Value>,
}

impl<'a> Reading<'a> {
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn white_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.rest().first() {
            self.at += 1;
        }
    }

    /// The next byte behind white space.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        match self.rest().first() {
            Some(b' ' | b'\n' | b'\r' | b'\t') => {
                self.white_space();
                self.rest().first().copied()
            }
            other => other.copied(),
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Whether another element follows, or else the end.
    #[inline]
    fn goes_on(&mut self, end: u8) -> Option<bool> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b',' => Some(true),
            byte if byte == end => Some(false),
            _ => None,
        }
    }

    /// Whether the list that was begun ends at once.
    #[inline]
    fn is_empty(&mut self, end: u8) -> Option<bool> {
        let empty = self.peek()? == end;
        self.at += usize::from(empty);
        Some(empty)
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.peek()?;
        self.rest()
            .starts_with(word.as_bytes())
            .then(|| self.at += word.len())
    }

    /// Text without escapes.
    #[inline]
    fn plain(&mut self) -> Option<&'a str> {
        self.expect(b'"')?;
        let length = first_escaped(self.rest())?;
        let text = self.text.get(self.at..self.at + length)?;
        self.at += length;
        (*self.rest().first()? == b'"').then(|| {
            self.at += 1;
            text
        })
    }

    #[inline]
    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.expect(b'"')?;
        let start = self.at;
        self.at += first_escaped(self.rest())?;
        if *self.rest().first()? == b'"' {
            let text = self.text.get(start..self.at)?;
            self.at += 1;
            return Some(Cow::Borrowed(text));
        }
        self.escaped(start).map(Cow::Owned)
    }

    /// Text with escapes that begins at `start` and has its first one here.
    fn escaped(&mut self, start: usize) -> Option<String> {
        let mut text = String::with_capacity(2 * (self.at - start) + 32);
        text.push_str(self.text.get(start..self.at)?);
        loop {
            match *self.rest().first()? {
                b'"' => {
                    self.at += 1;
                    return Some(text);
                }
                b'\\' => {
                    let escape = *self.rest().get(1)?;
                    self.at += 2;
                    text.push(match escape {
                        b'"' | b'\\' | b'/' => char::from(escape),
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        b'u' => {
                            let digits = self.text.get(self.at..self.at + 4)?;
                            if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                                return None;
                            }
                            self.at += 4;
                            // A surrogate is no character: both halves together are.
                            char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
                        }
                        _ => return None,
                    });
                }
                // A control character, which JSON does not allow there.
                _ => return None,
            }
            let length = first_escaped(self.rest())?;
            text.push_str(self.text.get(self.at..self.at + length)?);
            self.at += length;
        }
    }

    /// A number without an exponent, by JSON's grammar.
    fn double(&mut self) -> Option<f64> {
        self.peek()?;
        let rest = self.rest();
        let digits = |from: usize| {
            let digits = rest.get(from..).unwrap_or_default();
            digits
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count()
        };
        let mut length = usize::from(rest.first() == Some(&b'-'));
        let whole = digits(length);
        if whole == 0 || (whole > 1 && rest.get(length) == Some(&b'0')) {
            return None;
        }
        length += whole;
        if rest.get(length) == Some(&b'.') {
            let fraction = digits(length + 1);
            if fraction == 0 {
                return None;
            }
            length += 1 + fraction;
        }
        let text = self.text.get(self.at..self.at + length)?;
        self.at += length;
        text.parse().ok().filter(|double: &f64| double.is_finite())
    }

    fn time(&mut self) -> Option<Instant> {
        Instant::parse_rfc3339(&self.string()?, false)
    }

    fn document(&mut self) -> Option<Parts> {
        let mut parts = Parts::default();
        let mut fields = None;
        self.expect(b'{')?;
        loop {
            let key = self.plain()?;
            self.expect(b':')?;
            let twice = match key {
                "name" => parts.name.replace(self.string()?.into_owned()).is_some(),
                "fields" => fields.replace(self.fields(DEPTH)?).is_some(),
                "createTime" => parts.create_time.replace(self.time()?).is_some(),
                "updateTime" => parts.update_time.replace(self.time()?).is_some(),
                _ => return None,
            };
            if twice {
                return None;
            }
            if !self.goes_on(b'}')? {
                parts.fields = fields.unwrap_or_default();
                return Some(parts);
            }
        }
    }

    fn fields(&mut self, depth: usize) -> Option<Map> {
        self.expect(b'{')?;
        if self.is_empty(b'}')? {
            return Some(Map::new());
        }
        let first = self.entries.len();
        loop {
            let key = Key::from(self.string()?);
            self.expect(b':')?;
            let value = self.value(depth)?;
            self.entries.push((key, value));
            if !self.goes_on(b'}')? {
                return Map::from_distinct(self.entries.split_off(first)).ok();
            }
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        self.expect(b'{')?;
        let kind = self.plain()?;
        self.expect(b':')?;
        let value = match kind {
            "stringValue" => Value::Text(self.string()?.into_owned()),
            "integerValue" => Value::Integer(integer(self.plain()?)?),
            "doubleValue" => Value::Double(self.double()?),
            "booleanValue" => Value::Boolean(match self.peek()? {
                b't' => self.word("true").map(|()| true)?,
                _ => self.word("false").map(|()| false)?,
            }),
            "timestampValue" => Value::Timestamp(self.time()?),
            "nullValue" => self.word("null").map(|()| Value::Null)?,
            "mapValue" => Value::Map(
                self.within("fields", |it| it.fields(depth))?
                    .unwrap_or_default(),
            ),
            "arrayValue" => Value::Array(
                self.within("values", |it| it.values(depth))?
                    .unwrap_or_default(),
            ),
            "referenceValue" => Value::Reference(self.string()?.into_owned()),
            _ => return None,
        };
        self.expect(b'}')?;
        Some(value)
    }

    /// `{}`, or `{"<name>": …}`.
    fn within<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        self.expect(b'{')?;
        if self.is_empty(b'}')? {
            return Some(None);
        }
        if self.plain()? != name {
            return None;
        }
        self.expect(b':')?;
        let content = read(self)?;
        self.expect(b'}')?;
        Some(Some(content))
    }

    fn values(&mut self, depth: usize) -> Option<Vec<Value>> {
        self.expect(b'[')?;
        if self.is_empty(b']')? {
            return Some(Vec::new());
        }
        let first = self.items.len();
        loop {
            let value = self.value(depth)?;
            self.items.push(value);
            if !self.goes_on(b']')? {
                return Some(self.items.split_off(first));
            }
        }
    }
}

#[cfg(test)]
#[path = "quick_tests.rs"]
mod tests;
