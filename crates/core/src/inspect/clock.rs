//! The forms in which points in time are written.

use super::names::Role;
use super::text::Form;
use crate::instant::Instant;
use crate::value::{Map, Value};

/// A form of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeForm {
    /// Firestore's own.
    Timestamp,
    /// RFC 3339 with `Z`.
    Utc,
    /// RFC 3339 with an offset.
    Offset,
    /// RFC 3339 without one.
    Zoneless,
    /// A date.
    Date,
    /// A date of another form, which the reading rules do not take.
    OtherDate,
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Seconds or milliseconds since 1970, as text.
    NumberAsText,
    /// A map of `_seconds` and `_nanoseconds`, or without the lines.
    SecondsMap,
}

impl TimeForm {
    /// Its name in reports.
    pub fn label(self) -> &'static str {
        match self {
            Self::Timestamp => "timestamp",
            Self::Utc => "text, RFC 3339 with Z",
            Self::Offset => "text, RFC 3339 with offset",
            Self::Zoneless => "text, RFC 3339 without zone",
            Self::Date => "text, date only",
            Self::OtherDate => "text, date of another form",
            Self::Seconds => "number, seconds since 1970",
            Self::Milliseconds => "number, milliseconds since 1970",
            Self::NumberAsText => "text, seconds or milliseconds since 1970",
            Self::SecondsMap => "map of seconds and nanoseconds",
        }
    }
}

/// Seconds from 2000 to 2100: what lies outside is hardly meant as a time.
const LIKELY: std::ops::Range<f64> = 946_684_800.0..4_102_444_800.0;

/// The form and the point in time of a value that is one.
pub(super) fn time_of(
    value: &Value,
    role: Role,
    form: Option<Form>,
) -> Option<(TimeForm, Option<Instant>)> {
    match value {
        Value::Timestamp(instant) => Some((TimeForm::Timestamp, Some(*instant))),
        Value::Integer(integer) if role.time => number(*integer as f64),
        Value::Double(double) if role.time => number(*double),
        Value::Map(map) => seconds_map(map).map(|instant| (TimeForm::SecondsMap, instant)),
        Value::Text(text) => {
            let text = text.trim();
            let read = || Instant::parse_rfc3339(text, true).or_else(|| Instant::parse_date(text));
            match form? {
                Form::Utc => Some((TimeForm::Utc, read())),
                Form::Offset => Some((TimeForm::Offset, read())),
                Form::Zoneless => Some((TimeForm::Zoneless, read())),
                Form::Date => Some((TimeForm::Date, read())),
                Form::OtherDate if role.time => Some((TimeForm::OtherDate, None)),
                Form::Number if role.time => {
                    let (_, instant) = number(text.parse().ok()?)?;
                    Some((TimeForm::NumberAsText, instant))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn number(value: f64) -> Option<(TimeForm, Option<Instant>)> {
    let (form, seconds) = if LIKELY.contains(&value) {
        (TimeForm::Seconds, value)
    } else if LIKELY.contains(&(value / 1e3)) {
        (TimeForm::Milliseconds, value / 1e3)
    } else {
        return None;
    };
    // Within the range above, microseconds fit.
    Some((form, Some(Instant::from_micros((seconds * 1e6) as i64))))
}

fn seconds_map(map: &Map) -> Option<Option<Instant>> {
    let (seconds, nanos) = [("_seconds", "_nanoseconds"), ("seconds", "nanoseconds")]
        .into_iter()
        .find_map(|(seconds, nanos)| match map.get(seconds) {
            Some(Value::Integer(integer)) if map.len() <= 2 => Some((*integer, map.get(nanos))),
            _ => None,
        })?;
    let nanos = match nanos {
        Some(Value::Integer(nanos)) => *nanos,
        None if map.len() == 1 => 0,
        _ => return None,
    };
    Some(Instant::from_nanos(
        i128::from(seconds) * 1_000_000_000 + i128::from(nanos),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::names::role_of;
    use crate::inspect::text::form_of;

    fn form(name: &str, value: &Value) -> Option<TimeForm> {
        let role = role_of(name);
        let form = match value {
            Value::Text(text) => Some(form_of(text, role)),
            _ => None,
        };
        time_of(value, role, form).map(|(form, _)| form)
    }

    #[test]
    fn times_are_known_by_their_form_and_numbers_by_their_field() {
        let seconds: Map = [
            ("_seconds".to_owned(), Value::Integer(1)),
            ("_nanoseconds".to_owned(), Value::Integer(0)),
        ]
        .into_iter()
        .collect();
        for (name, value, expected) in [
            (
                "createdAt",
                Value::Integer(1_762_136_100),
                Some(TimeForm::Seconds),
            ),
            (
                "createdAt",
                Value::Double(1_762_136_100_250.0),
                Some(TimeForm::Milliseconds),
            ),
            ("createdAt", Value::Integer(12), None),
            ("score", Value::Integer(1_762_136_100), None),
            (
                "slackThreadTs",
                Value::Text("1287316780.817122".into()),
                Some(TimeForm::NumberAsText),
            ),
            (
                "when",
                Value::Text("2025/11/03".into()),
                Some(TimeForm::OtherDate),
            ),
            ("x", Value::Text("2025-11-03".into()), Some(TimeForm::Date)),
            ("x", Value::Map(seconds), Some(TimeForm::SecondsMap)),
            ("x", Value::Boolean(true), None),
        ] {
            assert_eq!(form(name, &value), expected, "{name} {value:?}");
        }
    }
}
