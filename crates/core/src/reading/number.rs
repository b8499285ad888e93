//! Numbers as V2 holds them, rounded exactly.

use crate::json::Decimal;
use crate::value::Value;

/// A finite number.
#[derive(Debug, Clone, PartialEq)]
pub enum Number {
    /// An `integerValue`, or the digits of one.
    Integer(i64),
    /// An integer given as text, too long for 64 bits.
    Long(Decimal),
    /// A `doubleValue`, never NaN or infinite.
    Double(f64),
}

/// What reading a value as a number gave.
pub(super) enum Reading {
    Number(Number),
    Coerced(Number),
    Bad,
}

impl Number {
    pub(super) fn read(value: &Value) -> Reading {
        match value {
            Value::Integer(integer) => Reading::Number(Self::Integer(*integer)),
            Value::Double(double) if double.is_finite() => Reading::Number(Self::Double(*double)),
            Value::Text(text) => Self::parse(text.trim()).map_or(Reading::Bad, Reading::Coerced),
            _ => Reading::Bad,
        }
    }

    /// `[+-]?[0-9]+(\.[0-9]+)?`
    fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let all_digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        match unsigned.split_once('.') {
            None if all_digits(unsigned) => Some(match text.parse() {
                Ok(integer) => Self::Integer(integer),
                Err(_) => Self::Long(Decimal::from_integer_digits(text).filter(is_storable)?),
            }),
            Some((whole, fraction)) if all_digits(whole) && all_digits(fraction) => text
                .parse::<f64>()
                .ok()
                .filter(|double| double.is_finite())
                .map(Self::Double),
            _ => None,
        }
    }

    /// floor(x + 0.5), exact; numbers beyond 128 bits stop at its ends.
    pub fn round(&self) -> i128 {
        match self {
            Self::Integer(integer) => i128::from(*integer),
            Self::Long(digits) => digits.as_str().parse().unwrap_or_else(|_| {
                if digits.as_str().starts_with('-') {
                    i128::MIN
                } else {
                    i128::MAX
                }
            }),
            Self::Double(double) => round_double(*double),
        }
    }

    /// The rounded mean of two numbers: floor((a + b) / 2 + 0.5), exact also where the sum of two
    /// doubles is not.
    pub fn round_mean(a: &Self, b: &Self) -> i128 {
        match (a, b) {
            (Self::Double(_), _) | (_, Self::Double(_)) => {
                let (a, b) = (a.as_double(), b.as_double());
                let sum = a + b;
                if !sum.is_finite() {
                    return if sum > 0.0 { i128::MAX } else { i128::MIN };
                }
                let rounded = round_double(sum / 2.0);
                // The sum may have been rounded up to a tie that the true sum does not reach
                // (Knuth's TwoSum gives what was lost).
                let virtual_b = sum - a;
                let lost = (a - (sum - virtual_b)) + (b - virtual_b);
                let half = sum / 2.0;
                let tie = half - half.floor() == 0.5;
                if tie && lost < 0.0 {
                    rounded - 1
                } else {
                    rounded
                }
            }
            (a, b) => {
                let (a, b) = (a.round(), b.round());
                a.saturating_add(b).saturating_add(1).div_euclid(2)
            }
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a mean with a double is a double's mean"
    )]
    fn as_double(&self) -> f64 {
        match self {
            Self::Double(double) => *double,
            other => other.round() as f64,
        }
    }

    /// As a JSON number.
    pub fn to_decimal(&self) -> Decimal {
        match self {
            Self::Integer(integer) => Decimal::from(*integer),
            Self::Long(digits) => digits.clone(),
            Self::Double(double) => {
                Decimal::from_double(*double).unwrap_or_else(|| Decimal::from(0))
            }
        }
    }
}

/// Digits that PostgreSQL's `numeric`, and so a number in `jsonb`, may have before the point.
const MOST_DIGITS: usize = 131_072;

fn is_storable(integer: &Decimal) -> bool {
    integer.as_str().trim_start_matches('-').len() <= MOST_DIGITS
}

/// floor(x + 0.5) without adding first: 0.49999999999999994 + 0.5 is 1 in doubles.
#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, which is what is wanted"
)]
fn round_double(value: f64) -> i128 {
    let floor = value.floor();
    let up = value - floor >= 0.5;
    (floor as i128).saturating_add(i128::from(up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_floor_of_x_plus_a_half_and_exact() {
        for (value, rounded) in [
            (0.5, 1),
            (-0.5, 0),
            (-1.5, -1),
            (2.5, 3),
            (0.499_999_999_999_999_94, 0),
            (4_503_599_627_370_497.5, 4_503_599_627_370_498),
            (-0.4, 0),
        ] {
            assert_eq!(Number::Double(value).round(), rounded, "{value}");
        }
        assert_eq!(Number::Double(1e300).round(), i128::MAX);
    }

    #[test]
    fn text_is_a_number_only_in_plain_decimal_form() {
        assert_eq!(Number::parse("+7"), Some(Number::Integer(7)));
        assert_eq!(Number::parse("-007"), Some(Number::Integer(-7)));
        assert_eq!(Number::parse("2.50"), Some(Number::Double(2.5)));
        assert!(matches!(
            Number::parse("99999999999999999999"),
            Some(Number::Long(_))
        ));
        let digits = |count: usize| Number::parse(&format!("-00{}", "7".repeat(count)));
        assert!(matches!(digits(MOST_DIGITS), Some(Number::Long(_))));
        assert_eq!(
            digits(MOST_DIGITS + 1),
            None,
            "PostgreSQL cannot store that"
        );
        for text in [
            "", "+", "1e3", "1.", ".5", "1,5", "0x10", "１", "1 2", "--1", "NaN", "inf",
        ] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_mean_is_exact() {
        let int = Number::Integer;
        assert_eq!(Number::round_mean(&int(80), &int(81)), 81);
        assert_eq!(Number::round_mean(&int(-80), &int(-81)), -80);
        assert_eq!(
            Number::round_mean(&int(i64::MAX), &int(i64::MAX)),
            i128::from(i64::MAX)
        );
        // 59 + (2 - 2^-52) is a little below 61; as doubles the sum is 61.
        let below = Number::Double(2.0 - f64::EPSILON);
        assert_eq!(Number::round_mean(&int(59), &below), 30);
        assert_eq!(Number::round_mean(&int(59), &Number::Double(2.0)), 31);
    }
}
