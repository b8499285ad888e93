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

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Number(number) => f.write_str(number.as_str()),
            Self::Text(text) => write_text(f, text),
            Self::Array(items) => {
                f.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    item.fmt(f)?;
                }
                f.write_char(']')
            }
            Self::Object(entries) => {
                let mut order: Vec<&(String, Json)> = entries.iter().collect();
                order.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
                f.write_char('{')?;
                for (index, (key, value)) in order.into_iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write_text(f, key)?;
                    f.write_str(": ")?;
                    value.fmt(f)?;
                }
                f.write_char('}')
            }
        }
    }
}

/// Writes a JSON string with the escapes that PostgreSQL's `escape_json` uses.
pub fn write_text(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    let mut plain = 0;
    for (index, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            0x0c => "\\f",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x00..0x20 => "",
            _ => continue,
        };
        out.write_str(&text[plain..index])?;
        if escape.is_empty() {
            write!(out, "\\u{byte:04x}")?;
        } else {
            out.write_str(escape)?;
        }
        plain = index + 1;
    }
    out.write_str(&text[plain..])?;
    out.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

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
