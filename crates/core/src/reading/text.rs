//! Text, and numbers written as JavaScript writes them.

use crate::json::Json;
use crate::value::Value;

/// What reading a value as text gave.
pub(super) enum Reading {
    Text(String),
    Coerced(String),
    Bad,
}

pub(super) fn read(value: &Value) -> Reading {
    match value {
        Value::Text(text) => Reading::Text(text.clone()),
        Value::Integer(integer) => Reading::Coerced(integer.to_string()),
        Value::Boolean(boolean) => Reading::Coerced(Json::Boolean(*boolean).to_string()),
        Value::Timestamp(instant) => Reading::Coerced(instant.to_string()),
        Value::Double(double) if double.is_finite() => Reading::Coerced(javascript_number(*double)),
        _ => Reading::Bad,
    }
}

/// PostgreSQL stores every character but U+0000.
pub(super) fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

/// A finite double as JavaScript's `Number.prototype.toString` prints it (ECMA-262, Number::toString).
pub fn javascript_number(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    // `{:e}` gives the shortest digits that read back, as ECMA-262 asks: d.ddde±x.
    let scientific = format!("{:e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    // In ECMA-262's words: k digits, and the value is 0.digits × 10^n.
    let n = exponent + 1;
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let split = |at: i32| digits.split_at(usize::try_from(at).unwrap_or(0));
    let text = if count <= n && n <= 21 {
        format!("{digits}{}", zeros(n - count))
    } else if 0 < n && n <= 21 {
        let (whole, fraction) = split(n);
        format!("{whole}.{fraction}")
    } else if -6 < n && n <= 0 {
        format!("0.{}{digits}", zeros(-n))
    } else {
        let (first, rest) = split(1);
        let point = if rest.is_empty() { "" } else { "." };
        let sign = if n > 0 { '+' } else { '-' };
        format!("{first}{point}{rest}e{sign}{}", (n - 1).abs())
    };
    if value < 0.0 {
        format!("-{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::javascript_number as js;

    #[test]
    fn doubles_are_written_as_javascript_writes_them() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (123_456.789, "123456.789"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e300, "1.5e+300"),
            (0.000_001, "0.000001"),
            (1e-7, "1e-7"),
            (1.25e-7, "1.25e-7"),
            (5e-324, "5e-324"),
            (0.1 + 0.2, "0.30000000000000004"),
        ] {
            assert_eq!(js(value), text);
        }
    }
}
