//! Times in the four forms that V2 holds them.

use crate::instant::Instant;
use crate::value::{Map, Value};

/// What reading a value as a time gave.
pub(super) enum Reading {
    Time(Instant),
    Coerced(Instant),
    Bad,
}

/// Numbers of a smaller absolute value are seconds, others milliseconds.
const MILLISECONDS_FROM: f64 = 1e11;

pub(super) fn read(value: &Value) -> Reading {
    let coerced = match value {
        Value::Timestamp(instant) if instant.in_range() => return Reading::Time(*instant),
        Value::Text(text) => {
            let text = text.trim();
            Instant::parse_rfc3339(text, true).or_else(|| Instant::parse_date(text))
        }
        Value::Integer(integer) => from_integer(*integer),
        Value::Double(double) => from_double(*double),
        Value::Map(map) => from_map(map),
        _ => None,
    };
    coerced
        .filter(|instant| instant.in_range())
        .map_or(Reading::Bad, Reading::Coerced)
}

fn from_integer(integer: i64) -> Option<Instant> {
    let scale = if integer.unsigned_abs() < 100_000_000_000 {
        1_000_000_000
    } else {
        1_000_000
    };
    Instant::from_nanos(i128::from(integer) * scale)
}

fn from_double(double: f64) -> Option<Instant> {
    if !double.is_finite() {
        return None;
    }
    let nanos_per_unit: i128 = if double.abs() < MILLISECONDS_FROM {
        1_000_000_000
    } else {
        1_000_000
    };
    // A double is mantissa × 2^exponent; the product with 10^9 is exact in 128 bits for every
    // value that can lie in the years 1–9999.
    let bits = double.to_bits();
    let biased = i32::try_from(bits >> 52 & 0x7ff).ok()?;
    let fraction = i128::from(bits & ((1 << 52) - 1));
    let (mantissa, exponent) = if biased == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, biased - 1075)
    };
    let mantissa = if double < 0.0 { -mantissa } else { mantissa };
    let product = mantissa * nanos_per_unit;
    let nanos = if exponent < 0 {
        // An arithmetic shift rounds towards −∞, as the storing does.
        product >> exponent.unsigned_abs().min(127)
    } else {
        product.checked_mul(1_i128.checked_shl(exponent.unsigned_abs())?)?
    };
    Instant::from_nanos(nanos)
}

/// `{_seconds, _nanoseconds}` or `{seconds, nanoseconds}`, integers; the nanoseconds may be absent.
fn from_map(map: &Map) -> Option<Instant> {
    let (seconds, nanos) = match map.get("_seconds") {
        Some(Value::Integer(seconds)) => (*seconds, map.get("_nanoseconds")),
        _ => match map.get("seconds") {
            Some(Value::Integer(seconds)) => (*seconds, map.get("nanoseconds")),
            _ => return None,
        },
    };
    let nanos = match nanos {
        Some(Value::Integer(nanos)) => *nanos,
        None => 0,
        Some(other) if other.is_blank() => 0,
        Some(_) => return None,
    };
    Instant::from_nanos(i128::from(seconds) * 1_000_000_000 + i128::from(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(value: &Value) -> Option<String> {
        match read(value) {
            Reading::Time(instant) | Reading::Coerced(instant) => Some(instant.to_string()),
            Reading::Bad => None,
        }
    }

    #[test]
    fn numbers_are_seconds_or_milliseconds_exactly() {
        for (value, expected) in [
            (Value::Integer(1_762_136_100), "2025-11-03T02:15:00Z"),
            (Value::Integer(1_762_136_100_250), "2025-11-03T02:15:00.25Z"),
            (Value::Integer(99_999_999_999), "5138-11-16T09:46:39Z"),
            (Value::Integer(100_000_000_000), "1973-03-03T09:46:40Z"),
            (Value::Integer(-1), "1969-12-31T23:59:59Z"),
            (Value::Double(1_762_136_100.25), "2025-11-03T02:15:00.25Z"),
            (
                Value::Double(1_762_136_100_250.5),
                "2025-11-03T02:15:00.2505Z",
            ),
            (Value::Double(-0.25), "1969-12-31T23:59:59.75Z"),
            (Value::Double(5e-324), "1970-01-01T00:00:00Z"),
            (Value::Double(-5e-324), "1969-12-31T23:59:59.999999999Z"),
        ] {
            assert_eq!(text_of(&value).as_deref(), Some(expected), "{value:?}");
        }
    }

    #[test]
    fn maps_of_seconds_and_nanoseconds_are_times() {
        let map = |entries: &[(&str, Value)]| {
            Value::Map(
                entries
                    .iter()
                    .map(|(key, value)| ((*key).to_owned(), value.clone()))
                    .collect(),
            )
        };
        let seconds = Value::Integer(1_762_136_100);
        assert_eq!(
            text_of(&map(&[
                ("_seconds", seconds.clone()),
                ("_nanoseconds", Value::Integer(250_000_000))
            ]))
            .as_deref(),
            Some("2025-11-03T02:15:00.25Z")
        );
        assert_eq!(
            text_of(&map(&[("seconds", seconds.clone())])).as_deref(),
            Some("2025-11-03T02:15:00Z")
        );
        assert_eq!(text_of(&map(&[("seconds", Value::Double(1.0))])), None);
        assert_eq!(
            text_of(&map(&[
                ("_seconds", seconds),
                ("_nanoseconds", Value::Text("x".into()))
            ])),
            None
        );
    }

    #[test]
    fn what_is_no_time_or_outside_the_years_1_to_9999_is_bad() {
        for value in [
            Value::Text("yesterday".into()),
            Value::Text("0000-12-31".into()),
            Value::Text("0001-01-01T00:00:00+01:00".into()),
            Value::Text("9999-12-31T23:59:59-00:01".into()),
            Value::Double(f64::NAN),
            Value::Double(f64::INFINITY),
            Value::Double(1e300),
            Value::Integer(i64::MAX),
            Value::Boolean(true),
            Value::Array(vec![]),
            Value::Map(Map::new()),
            Value::Timestamp(Instant::from_micros(i64::MAX)),
        ] {
            assert_eq!(text_of(&value), None, "{value:?}");
        }
    }

    #[test]
    fn a_date_is_its_midnight_and_text_may_have_space_around_it() {
        assert_eq!(
            text_of(&Value::Text(" 2025-11-03\n".into())).as_deref(),
            Some("2025-11-03T00:00:00Z")
        );
        assert_eq!(
            text_of(&Value::Text("2025-11-03 10:15:00+08:00".into())).as_deref(),
            Some("2025-11-03T02:15:00Z")
        );
    }
}
