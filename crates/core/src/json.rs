//! JSON as PostgreSQL's `jsonb` holds and prints it, so that a digest taken here equals one taken there.
//!
//! `jsonb` orders the keys of an object by length, then by bytes, keeps one value a key, and
//! prints numbers without an exponent. [`Json`]'s `Display` prints exactly that.

use std::fmt::{self, Write};

/// A JSON value; [`fmt::Display`] prints it as `jsonb` does.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A number, by its plain decimal text.
    Number(Decimal),
    /// Text; it must not hold U+0000, which `jsonb` refuses.
    Text(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, in any order.
    Object(Vec<(String, Json)>),
}

/// A finite number as decimal text without exponent, leading `+` or needless zeros.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decimal(String);

impl Decimal {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// From a double, by the shortest digits that read back as it; `None` for NaN and infinities.
    pub fn from_double(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        if value == 0.0 {
            return Some(Self("0".into()));
        }
        // Rust prints the shortest digits that round-trip, and never an exponent with `{}`.
        Some(Self(format!("{value}")))
    }

    /// From the digits of an integer, `[+-]?[0-9]+`, of any length.
    pub fn from_integer_digits(text: &str) -> Option<Self> {
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = digits.trim_start_matches('0');
        Some(Self(match (digits, negative) {
            ("", _) => "0".into(),
            (digits, true) => format!("-{digits}"),
            (digits, false) => digits.into(),
        }))
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self(value.to_string())
    }
}

impl Json {
    /// An object from its entries.
    pub fn object<K: Into<String>>(entries: impl IntoIterator<Item = (K, Json)>) -> Self {
        Self::Object(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        )
    }

    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An integer.
    pub fn integer(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl Json {
    /// The text that `jsonb` prints.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(128);
        let written = self.write(&mut text);
        debug_assert!(written.is_ok(), "writing to a String does not fail");
        text
    }

    fn write(&self, out: &mut impl Write) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Boolean(true) => out.write_str("true"),
            Self::Boolean(false) => out.write_str("false"),
            Self::Number(number) => out.write_str(number.as_str()),
            Self::Text(text) => write_text(out, text),
            Self::Array(items) => {
                out.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.write_str(", ")?;
                    }
                    item.write(out)?;
                }
                out.write_char(']')
            }
            Self::Object(entries) => {
                let mut order: Vec<&(String, Json)> = entries.iter().collect();
                order.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
                out.write_char('{')?;
                for (index, (key, value)) in order.into_iter().enumerate() {
                    if index > 0 {
                        out.write_str(", ")?;
                    }
                    write_text(out, key)?;
                    out.write_str(": ")?;
                    value.write(out)?;
                }
                out.write_char('}')
            }
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

/// Writes a JSON string with the escapes that PostgreSQL's `escape_json` uses.
pub fn write_text(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    let mut rest = text;
    while let Some(index) = first_escaped(rest.as_bytes()) {
        // What is escaped is ASCII, so the text can be cut on both sides of it.
        let (plain, behind) = rest.split_at(index);
        out.write_str(plain)?;
        let (escaped, behind) = behind.split_at(1);
        rest = behind;
        match escaped.as_bytes().first().copied().unwrap_or_default() {
            b'"' => out.write_str("\\\""),
            b'\\' => out.write_str("\\\\"),
            0x08 => out.write_str("\\b"),
            0x0c => out.write_str("\\f"),
            b'\n' => out.write_str("\\n"),
            b'\r' => out.write_str("\\r"),
            b'\t' => out.write_str("\\t"),
            other => write!(out, "\\u{other:04x}"),
        }?;
    }
    out.write_str(rest)?;
    out.write_char('"')
}

/// Where the first byte stands that has an escape, or ends the text.
pub(crate) fn first_escaped(bytes: &[u8]) -> Option<usize> {
    let is_escaped = |byte: u8| (byte < 0x20) | (byte == b'"') | (byte == b'\\');
    // Whole blocks without a branch within them are what compilers make wide instructions of.
    let plain = bytes
        .chunks_exact(32)
        .take_while(|block| {
            !block
                .iter()
                .fold(false, |any, byte| any | is_escaped(*byte))
        })
        .count();
    let mut start = plain * 32;
    let mut rest = bytes.get(start..)?;
    while let Some((word, behind)) = rest.split_first_chunk() {
        let found = escaped_of(u64::from_le_bytes(*word));
        if found != 0 {
            return Some(start + found.trailing_zeros() as usize / 8);
        }
        start += size_of::<u64>();
        rest = behind;
    }
    let found = rest.iter().position(|byte| is_escaped(*byte))?;
    Some(start + found)
}

/// The highest bit of the first of eight bytes that has an escape is set, and none below it; those
/// above it mean nothing.
fn escaped_of(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHEST: u64 = ONES << 7;
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & HIGHEST;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    below(word, 0x20) | equal(b'"') | equal(b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_with_an_escape_is_found_wherever_it_stands() {
        for filling in [b'a', b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xff] {
            for length in 0..80 {
                assert_eq!(first_escaped(&vec![filling; length]), None, "{length}");
                for at in 0..length {
                    for escaped in [0, 0x1f, b'"', b'\\'] {
                        let mut bytes = vec![filling; length];
                        bytes[at] = escaped;
                        bytes[length - 1] = escaped;
                        assert_eq!(first_escaped(&bytes), Some(at), "{bytes:x?}");
                    }
                }
            }
        }
    }

    #[test]
    fn objects_are_ordered_as_jsonb_orders_them() {
        let json = Json::object([
            ("bb", Json::integer(1)),
            ("a", Json::Null),
            (
                "ab",
                Json::Array(vec![Json::Boolean(true), Json::text("x\n\u{1}\"")]),
            ),
        ]);
        assert_eq!(
            json.to_string(),
            r#"{"a": null, "ab": [true, "x\n\u0001\""], "bb": 1}"#
        );
    }

    #[test]
    fn numbers_have_no_exponent_and_no_negative_zero() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (1e21, "1000000000000000000000"),
            (1.5e-7, "0.00000015"),
            (35.489999999999995, "35.489999999999995"),
        ] {
            assert_eq!(Decimal::from_double(value).expect("finite").as_str(), text);
        }
        assert_eq!(Decimal::from_double(f64::NAN), None);
        assert_eq!(
            Decimal::from_integer_digits("-00012")
                .expect("digits")
                .as_str(),
            "-12"
        );
    }
}
