//! A share of 0–100 %, exact.

use std::cmp::Ordering;
use std::fmt;

use sunset_core::{Error, ErrorKind, Result};

/// A percentage from 0 to 100 with any number of decimals, as PostgreSQL's `numeric` holds it.
///
/// Buckets are compared with it exactly, so that SQL, this crate and every other language agree
/// on a tenant that lies on the border.
#[derive(Debug, Clone)]
pub struct Percentage {
    /// Without leading and trailing zeros: `0`, `12.5`, `100`.
    text: String,
    /// The first 64-bit bucket that is not below the percentage; 2^64 at 100 %.
    threshold: u128,
}

impl Percentage {
    /// Nobody.
    pub fn zero() -> Self {
        Self::whole(0)
    }

    /// A whole number of percent; more than 100 counts as 100.
    pub fn whole(percent: u8) -> Self {
        Self::read(&percent.min(100).to_string())
    }

    /// Reads what a person wrote: `25`, `12.5`, `25%`.
    ///
    /// # Errors
    /// `Configuration` for what is no number from 0 to 100.
    pub fn parse(text: &str) -> Result<Self> {
        let number = text.trim().trim_end_matches('%').trim_end();
        let refused = || {
            Error::new(
                ErrorKind::Configuration,
                format!("{text:?} is no percentage"),
            )
            .remedy("write a number from 0 to 100, for example 25 or 12.5")
        };
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 1_000 {
            return Err(refused());
        }
        let value = whole.trim_start_matches('0');
        let within = value.len() <= 2 || value == "100" && decimals.bytes().all(|b| b == b'0');
        if within {
            Ok(Self::read(number))
        } else {
            Err(refused())
        }
    }

    /// Reads what a column holds, whatever it is: what is no number counts as 0, and what lies
    /// outside of 0–100 as the nearer end. The SQL function does the same.
    pub fn of_column(text: &str) -> Self {
        match text.trim() {
            "Infinity" => Self::whole(100),
            text if text.starts_with('-') => Self::zero(),
            text => Self::parse(text).unwrap_or_else(|_| {
                let number = text.bytes().next().is_some_and(|b| b.is_ascii_digit());
                Self::whole(if number { 100 } else { 0 })
            }),
        }
    }

    /// Reads digits with or without a point, at most 100.
    fn read(number: &str) -> Self {
        let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
        let whole = whole.trim_start_matches('0');
        let decimals = decimals.trim_end_matches('0');
        let text = match (whole, decimals) {
            ("", "") => "0".to_owned(),
            (whole, "") => whole.to_owned(),
            ("", decimals) => format!("0.{decimals}"),
            (whole, decimals) => format!("{whole}.{decimals}"),
        };
        let threshold = if whole.len() > 2 {
            1 << 64
        } else {
            // Divided by 100 the digits are those behind the point.
            threshold(format!("{whole:0>2}{decimals}").into_bytes())
        };
        Self { text, threshold }
    }

    /// Whether a bucket lies below.
    pub fn takes(&self, bucket: u64) -> bool {
        u128::from(bucket) < self.threshold
    }

    /// 0 %.
    pub fn is_zero(&self) -> bool {
        self.threshold == 0
    }

    /// 100 %.
    pub fn is_all(&self) -> bool {
        self.threshold == 1 << 64
    }

    /// As it is written to the database and shown: `12.5`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The nearest floating-point number, for reckoning.
    pub fn value(&self) -> f64 {
        self.text.parse().unwrap_or(0.0)
    }
}

/// The smallest number of 2^-64 units that is not below the fraction `0.DIGITS`.
fn threshold(mut digits: Vec<u8>) -> u128 {
    for digit in &mut digits {
        *digit -= b'0';
    }
    let mut bits: u128 = 0;
    for _ in 0..64 {
        let mut carry = 0;
        for digit in digits.iter_mut().rev() {
            let doubled = *digit * 2 + carry;
            *digit = doubled % 10;
            carry = doubled / 10;
        }
        bits = bits << 1 | u128::from(carry);
    }
    let rest = digits.iter().any(|digit| *digit != 0);
    bits + u128::from(rest)
}

impl PartialEq for Percentage {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Percentage {}

impl PartialOrd for Percentage {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Percentage {
    fn cmp(&self, other: &Self) -> Ordering {
        let parts = |text: &str| -> (u8, String) {
            let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
            (whole.parse().unwrap_or(0), decimals.to_owned())
        };
        parts(&self.text).cmp(&parts(&other.text))
    }
}

impl fmt::Display for Percentage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.text)
    }
}

impl serde::Serialize for Percentage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Ok(whole) = self.text.parse::<u8>() {
            return serializer.serialize_u8(whole);
        }
        // Readers of JSON take a number for a double: what is not the same there is text.
        let value = self.value();
        if value.to_string() == self.text {
            serializer.serialize_f64(value)
        } else {
            serializer.serialize_str(&self.text)
        }
    }
}

impl<'de> serde::Deserialize<'de> for Percentage {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Written {
            Whole(i64),
            Decimal(f64),
            Text(String),
        }
        let text = match Written::deserialize(deserializer)? {
            Written::Whole(number) => number.to_string(),
            Written::Decimal(number) => number.to_string(),
            Written::Text(text) => text,
        };
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_exact() {
        assert_eq!(Percentage::zero().threshold, 0);
        assert_eq!(Percentage::whole(50).threshold, 1 << 63);
        assert_eq!(Percentage::whole(100).threshold, 1 << 64);
        // 25 % of 2^64 exactly, and one hair more.
        let quarter = Percentage::parse("25").unwrap();
        assert_eq!(quarter.threshold, 1 << 62);
        let hair = Percentage::parse("25.0000000000000000000000000001").unwrap();
        assert_eq!(hair.threshold, (1 << 62) + 1);
        // ceil(2^64 / 100)
        assert_eq!(Percentage::whole(1).threshold, 184_467_440_737_095_517);
    }

    #[test]
    fn only_percentages_are_read() {
        for (text, shown) in [
            ("25", "25"),
            ("25%", "25"),
            (" 012.50 ", "12.5"),
            ("0.10", "0.1"),
            ("100.00", "100"),
            ("0", "0"),
        ] {
            assert_eq!(Percentage::parse(text).unwrap().as_str(), shown, "{text}");
        }
        for text in ["", "-1", "101", "100.01", "1e2", "NaN", "5,5", "1.2.3", "."] {
            assert!(Percentage::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn columns_hold_anything() {
        for (text, shown) in [
            ("NaN", "0"),
            ("-3", "0"),
            ("250", "100"),
            ("Infinity", "100"),
            ("33.3300", "33.33"),
        ] {
            assert_eq!(Percentage::of_column(text).as_str(), shown, "{text}");
        }
    }

    #[test]
    fn json_is_exact() {
        let long = format!("33.{}", "3".repeat(30));
        for (text, json) in [
            ("0", "0".to_owned()),
            ("100", "100".to_owned()),
            ("12.5", "12.5".to_owned()),
            ("33.333333", "33.333333".to_owned()),
            (long.as_str(), format!("{long:?}")),
        ] {
            let percentage = Percentage::parse(text).unwrap();
            let written = serde_json::to_string(&percentage).unwrap();
            assert_eq!(written, json);
            let read: Percentage = serde_json::from_str(&written).unwrap();
            assert_eq!(read, percentage);
        }
    }

    #[test]
    fn they_are_ordered_as_numbers() {
        let p = |text: &str| Percentage::parse(text).unwrap();
        assert!(p("9") < p("10"));
        assert!(p("10.05") < p("10.5"));
        assert!(p("10.5") < p("10.51"));
        assert_eq!(p("10.50"), p("10.5"));
    }
}
