//! Points in time, exact to the nanosecond, and their texts.

use std::fmt;

/// A point in time: seconds since 1970-01-01T00:00:00Z and the nanoseconds behind them.
///
/// Firestore keeps microseconds; a finer value in a file is kept as it stands and cut only when
/// it is stored (see [`Instant::floor_micros`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    seconds: i64,
    nanos: u32,
}

const SECONDS_PER_DAY: i64 = 86_400;
const NANOS_PER_SECOND: i128 = 1_000_000_000;

impl Instant {
    /// 0001-01-01T00:00:00Z, the first that Firestore and the mapping take.
    pub const MIN: Self = Self {
        seconds: -62_135_596_800,
        nanos: 0,
    };
    /// 9999-12-31T23:59:59.999999999Z, the last.
    pub const MAX: Self = Self {
        seconds: 253_402_300_799,
        nanos: 999_999_999,
    };

    /// From nanoseconds since 1970; `None` outside what 64 bits of seconds hold.
    pub fn from_nanos(nanos: i128) -> Option<Self> {
        let seconds = i64::try_from(nanos.div_euclid(NANOS_PER_SECOND)).ok()?;
        let nanos = u32::try_from(nanos.rem_euclid(NANOS_PER_SECOND)).ok()?;
        Some(Self { seconds, nanos })
    }

    /// From microseconds since 1970.
    pub fn from_micros(micros: i64) -> Self {
        let nanos = micros.rem_euclid(1_000_000) * 1_000;
        Self {
            seconds: micros.div_euclid(1_000_000),
            nanos: u32::try_from(nanos).unwrap_or(0),
        }
    }

    /// Whole seconds since 1970, rounded towards −∞.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// The nanoseconds behind [`Instant::seconds`].
    pub fn subsec_nanos(self) -> u32 {
        self.nanos
    }

    /// Microseconds since 1970, cut towards −∞; saturates far outside the years 1–9999.
    pub fn floor_micros(self) -> i64 {
        self.seconds
            .saturating_mul(1_000_000)
            .saturating_add(i64::from(self.nanos / 1_000))
    }

    /// Whether it lies in the years 1–9999 (UTC).
    pub fn in_range(self) -> bool {
        (Self::MIN..=Self::MAX).contains(&self)
    }

    /// Year and month in UTC, `(2025, 11)`.
    pub fn year_month(self) -> (i64, u8) {
        let (year, month, _) = civil_date(self.seconds.div_euclid(SECONDS_PER_DAY));
        (year, month)
    }

    /// Reads RFC 3339: ASCII digits, `T` or a space, seconds 00–59, any number of digits in the
    /// fraction (those behind the ninth are cut), offset `Z` or `±HH:MM` up to 23:59. Without an
    /// offset UTC is meant, when `offset_optional`.
    pub fn parse_rfc3339(text: &str, offset_optional: bool) -> Option<Self> {
        let bytes = text.as_bytes();
        let date = bytes.get(..10)?;
        if !matches!(bytes.get(10), Some(b'T' | b' ')) {
            return None;
        }
        let day = parse_date(date)?;
        let rest = bytes.get(11..)?;
        if rest.get(2) != Some(&b':') || rest.get(5) != Some(&b':') {
            return None;
        }
        let hour = digits(rest.get(0..2)?)?;
        let minute = digits(rest.get(3..5)?)?;
        let second = digits(rest.get(6..8)?)?;
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let mut rest = rest.get(8..)?;
        let mut nanos: u32 = 0;
        if let Some((b'.', fraction)) = rest.split_first() {
            let length = fraction
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if length == 0 {
                return None;
            }
            for place in 0..9 {
                let digit = fraction
                    .get(place)
                    .filter(|_| place < length)
                    .map_or(0, |byte| u32::from(byte - b'0'));
                nanos = nanos * 10 + digit;
            }
            rest = fraction.get(length..)?;
        }
        let offset = match rest {
            b"Z" => 0,
            [] if offset_optional => 0,
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
                let hours = digits(&[*h1, *h2])?;
                let minutes = digits(&[*m1, *m2])?;
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let seconds = hours * 3_600 + minutes * 60;
                if *sign == b'-' { -seconds } else { seconds }
            }
            _ => return None,
        };
        let seconds = day * SECONDS_PER_DAY + hour * 3_600 + minute * 60 + second - offset;
        Some(Self { seconds, nanos })
    }

    /// Reads a date `YYYY-MM-DD` as its midnight in UTC.
    pub fn parse_date(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 {
            return None;
        }
        Some(Self {
            seconds: parse_date(bytes)? * SECONDS_PER_DAY,
            nanos: 0,
        })
    }

    fn write(self, f: &mut fmt::Formatter<'_>, suffix: &str) -> fmt::Result {
        let days = self.seconds.div_euclid(SECONDS_PER_DAY);
        let second = self.seconds.rem_euclid(SECONDS_PER_DAY);
        let (year, month, day) = civil_date(days);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
            second / 3_600,
            second / 60 % 60,
            second % 60
        )?;
        if self.nanos > 0 {
            let fraction = format!("{:09}", self.nanos);
            write!(f, ".{}", fraction.trim_end_matches('0'))?;
        }
        f.write_str(suffix)
    }

    /// The text without zone that PostgreSQL gives a `timestamp` in JSON,
    /// `2025-11-03T02:15:00.25`, cut to microseconds.
    pub fn to_timestamp_text(self) -> String {
        struct Plain(Instant);
        impl fmt::Display for Plain {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f, "")
            }
        }
        Plain(Self {
            seconds: self.seconds,
            nanos: self.nanos / 1_000 * 1_000,
        })
        .to_string()
    }
}

/// RFC 3339 with `Z` and without trailing zeros in the fraction.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, "Z")
    }
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + i64::from(byte - b'0'))
    })
}

/// `YYYY-MM-DD` as days since 1970; only days that the calendar has.
fn parse_date(bytes: &[u8]) -> Option<i64> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = bytes else {
        return None;
    };
    let year = i16::try_from(digits(&[y1, y2, y3, y4])?).ok()?;
    let month = i8::try_from(digits(&[m1, m2])?).ok()?;
    let day = i8::try_from(digits(&[d1, d2])?).ok()?;
    let date = jiff::civil::Date::new(year, month, day).ok()?;
    let epoch = jiff::civil::Date::constant(1970, 1, 1);
    let span = date.since((jiff::Unit::Day, epoch)).ok()?;
    Some(i64::from(span.get_days()))
}

/// The proleptic Gregorian date of a day counted from 1970, for any day. jiff ends at the years
/// ±9999, and an export may hold any 64-bit number of microseconds.
fn civil_date(days: i64) -> (i64, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (
        year,
        u8::try_from(month).unwrap_or(0),
        u8::try_from(day).unwrap_or(0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Instant::parse_rfc3339(text, true).map(|instant| instant.to_string())
    }

    #[test]
    fn rfc_3339_is_read_and_written() {
        for (text, expected) in [
            ("2025-11-03T02:15:00Z", "2025-11-03T02:15:00Z"),
            ("2025-11-03T02:15:00.250Z", "2025-11-03T02:15:00.25Z"),
            ("2025-11-03 10:15:00+08:00", "2025-11-03T02:15:00Z"),
            ("2025-11-03T02:15:00", "2025-11-03T02:15:00Z"),
            (
                "2024-02-29T23:59:59.123456789Z",
                "2024-02-29T23:59:59.123456789Z",
            ),
            (
                "2024-02-29T23:59:59.1234567899Z",
                "2024-02-29T23:59:59.123456789Z",
            ),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("1969-12-31T23:59:59.5-23:59", "1970-01-01T23:58:59.5Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_rfc_3339_is_not_guessed() {
        for text in [
            "2025-11-03T02:15Z",
            "2025-11-03T02:15:60Z",
            "2025-11-03T24:00:00Z",
            "2025-02-29T00:00:00Z",
            "2025-11-03T02:15:00.Z",
            "2025-11-03T02:15:00+24:00",
            "2025-11-03T02:15:00+0800",
            "２０２５-11-03T02:15:00Z",
            "2025-11-03T02:15:00Zjunk",
            "2025-13-01T00:00:00Z",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn storing_cuts_towards_the_past() {
        let instant = Instant::from_nanos(-1).expect("in range");
        assert_eq!(instant.floor_micros(), -1);
        assert_eq!(instant.to_string(), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(instant.to_timestamp_text(), "1969-12-31T23:59:59.999999");
    }

    #[test]
    fn the_bounds_are_the_years_1_and_9999() {
        assert_eq!(Instant::MIN.to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(Instant::MAX.to_string(), "9999-12-31T23:59:59.999999999Z");
        let before = Instant::from_nanos(-62_135_596_800_000_000_001).expect("in range");
        assert!(!before.in_range());
        assert_eq!(before.year_month(), (0, 12));
    }
}
