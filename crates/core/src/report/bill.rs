//! What reading costs, where the source's owner is billed for it.

use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

use crate::config::{Faults, Variables};
use crate::env_vars as env;

/// The documents that a price is stated for.
const LOT: u128 = 100_000;
/// A dollar.
const MICROS: u128 = 1_000_000;

/// The price of reading 100,000 documents, to a millionth of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadPrice {
    micros: u64,
}

impl Default for ReadPrice {
    /// 0.06: what Google's price list has said for multi-region locations for years. Most single
    /// regions cost less.
    fn default() -> Self {
        Self { micros: 60_000 }
    }
}

impl ReadPrice {
    /// Reads `V2_READ_PRICE`.
    pub fn read(variables: &Variables<'_>, faults: &mut Faults) -> Self {
        match variables.get(env::V2_READ_PRICE).map(|text| text.parse()) {
            None => Self::default(),
            Some(Ok(price)) => price,
            Some(Err(_)) => {
                faults.add(
                    env::V2_READ_PRICE,
                    "is no price",
                    "write US dollars for 100,000 document reads, for example 0.06",
                );
                Self::default()
            }
        }
    }

    /// What so many reads cost. What is free of charge each day is not taken off.
    pub fn cost(self, reads: u64) -> Cost {
        Cost {
            micros: u128::from(reads) * u128::from(self.micros) / LOT,
        }
    }
}

impl FromStr for ReadPrice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no price: write dollars for 100,000 reads, as 0.06");
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole)
            || !digits(fraction)
            || fraction.len() > 6
            || text.len() < 1 + usize::from(text.contains('.'))
        {
            return Err(wrong());
        }
        let micros = format!("{whole}{fraction:0<6}").parse();
        micros.map(|micros| Self { micros }).map_err(|_| wrong())
    }
}

impl fmt::Display for ReadPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = u128::from(self.micros);
        let fraction = format!("{:06}", micros % MICROS);
        let fraction = fraction.trim_end_matches('0');
        write!(f, "${}.{fraction:0<2}", micros / MICROS)
    }
}

/// What was read, and at what price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bill {
    /// Documents read, as the service counts them: what a query names without fields counts as
    /// well, and a query that finds nothing counts as one.
    pub reads: u64,
    /// For 100,000 of them.
    pub price: ReadPrice,
}

impl Bill {
    /// What it comes to.
    pub fn cost(self) -> Cost {
        self.price.cost(self.reads)
    }

    /// `{"reads": N, "usd_per_100000_reads": 0.06, "usd": 1.48}`
    pub fn to_json(self) -> Value {
        json!({
            "reads": self.reads,
            "usd_per_100000_reads": dollars(u128::from(self.price.micros)),
            "usd": dollars(self.cost().micros),
        })
    }
}

/// Exact for every amount that anybody is billed.
#[allow(clippy::cast_precision_loss, reason = "amounts stay far below 2^53")]
fn dollars(micros: u128) -> f64 {
    micros as f64 / MICROS as f64
}

/// An amount of money, shown in dollars and cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost {
    micros: u128,
}

impl Cost {
    /// Millionths of a US dollar.
    pub fn micros(self) -> u128 {
        self.micros
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = (self.micros + MICROS / 200) / (MICROS / 100);
        match (self.micros, cents) {
            (0, _) => f.write_str("$0.00"),
            (_, 0) => f.write_str("less than $0.01"),
            _ => write!(f, "${}.{:02}", cents / 100, cents % 100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Result<String, String> {
        text.parse::<ReadPrice>().map(|price| price.to_string())
    }

    #[test]
    fn prices_are_read_and_shown() {
        for (text, shown) in [
            ("0.06", "$0.06"),
            ("0.036", "$0.036"),
            (".03", "$0.03"),
            ("1", "$1.00"),
            ("1.", "$1.00"),
            ("0", "$0.00"),
            ("12.5", "$12.50"),
        ] {
            assert_eq!(price(text).as_deref(), Ok(shown), "{text}");
        }
        for text in [
            "",
            ".",
            "-1",
            "+1",
            "$0.06",
            "0,06",
            "1e3",
            "0.0000001",
            "99999999999999999999",
            "\u{663}",
        ] {
            assert!(price(text).is_err(), "{text}");
        }
    }

    #[test]
    fn costs_are_exact_and_never_shown_as_nothing() {
        let price = ReadPrice::default();
        assert_eq!(price.cost(0).to_string(), "$0.00");
        assert_eq!(price.cost(188).to_string(), "less than $0.01");
        assert_eq!(price.cost(100_000).to_string(), "$0.06");
        assert_eq!(price.cost(2_469_134).to_string(), "$1.48");
        assert_eq!(price.cost(1_000_000_000).to_string(), "$600.00");
        let dear: ReadPrice = "18446744073709".parse().expect("a price");
        assert!(dear.cost(u64::MAX).micros() > 0);
    }
}
