//! What a text looks like, told without its contents.

use super::names::{Personal, Role};
use crate::instant::Instant;

/// The form of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Empty, or only white space.
    Blank,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// RFC 3339 with `Z`.
    Utc,
    /// RFC 3339 with an offset.
    Offset,
    /// RFC 3339 without one.
    Zoneless,
    /// `2025-11-03`.
    Date,
    /// A date of another kind: `2025/11/03 10:15`.
    OtherDate,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A URL.
    Url,
    /// `gs://bucket/object`.
    StoragePath,
    /// A UUID.
    Uuid,
    /// An id as Firestore makes them: 20 letters and digits.
    AutoId,
    /// An id as Firebase gives users: 28 letters and digits.
    UserId,
    /// JSON.
    Json,
    /// HTML.
    Html,
    /// One long word of letters and digits.
    Token,
    /// One word with digits.
    Code,
    /// One word.
    Word,
    /// Some words.
    Words,
    /// Longer text.
    LongText,
}

impl Form {
    /// As people say.
    pub fn label(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Boolean => "true/false as text",
            Self::Number => "number as text",
            Self::Utc => "time with Z",
            Self::Offset => "time with offset",
            Self::Zoneless => "time without zone",
            Self::Date => "date",
            Self::OtherDate => "date of another form",
            Self::Email => "e-mail",
            Self::Phone => "phone number",
            Self::Url => "URL",
            Self::StoragePath => "gs:// path",
            Self::Uuid => "UUID",
            Self::AutoId => "Firestore id",
            Self::UserId => "Firebase user id",
            Self::Json => "JSON as text",
            Self::Html => "HTML",
            Self::Token => "token",
            Self::Code => "code",
            Self::Word => "word",
            Self::Words => "words",
            Self::LongText => "long text",
        }
    }
}

/// Longer text is not shown by its shape.
pub(super) const SHORT: usize = 48;

pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

pub(super) fn form_of(text: &str, role: Role) -> Form {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Form::Blank;
    }
    let bytes = trimmed.as_bytes();
    let long = trimmed.len() > 4 * SHORT || trimmed.chars().count() > SHORT;
    if matches!(bytes, [b'{', .., b'}'] | [b'[', .., b']'])
        && serde_json::from_str::<serde::de::IgnoredAny>(trimmed).is_ok()
    {
        return Form::Json;
    }
    if let Some((scheme, rest)) = trimmed.split_once("://")
        && !rest.is_empty()
        && (1..=12).contains(&scheme.len())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-'))
        && !trimmed.contains(char::is_whitespace)
    {
        return if scheme == "gs" {
            Form::StoragePath
        } else {
            Form::Url
        };
    }
    if bytes.first() == Some(&b'<') && bytes.last() == Some(&b'>') && trimmed.contains("</") {
        return Form::Html;
    }
    let one_word = !trimmed.contains(char::is_whitespace);
    if one_word && is_email(trimmed) {
        return Form::Email;
    }
    if !long && let Some(form) = short_form(trimmed, role) {
        return form;
    }
    if one_word && trimmed.is_ascii() {
        let plain = bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"+/=_-.:~".contains(b));
        let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
        if plain
            && trimmed.len() >= 24
            && digits > 0
            && bytes.iter().any(u8::is_ascii_alphabetic)
            && looks_random(bytes)
        {
            return Form::Token;
        }
        if !long && digits > 0 {
            return Form::Code;
        }
    }
    match (one_word, long) {
        (_, true) => Form::LongText,
        (true, false) if trimmed.chars().any(char::is_numeric) => Form::Code,
        (true, false) => Form::Word,
        (false, false) => Form::Words,
    }
}

fn short_form(text: &str, role: Role) -> Option<Form> {
    let bytes = text.as_bytes();
    if matches!(text, "true" | "false" | "TRUE" | "FALSE" | "True" | "False") {
        return Some(Form::Boolean);
    }
    if let Some(form) = time_form(text) {
        return Some(form);
    }
    if is_uuid(bytes) {
        return Some(Form::Uuid);
    }
    if bytes.iter().all(u8::is_ascii_alphanumeric) && mixed(bytes) {
        match bytes.len() {
            20 => return Some(Form::AutoId),
            28 if looks_random(bytes) => return Some(Form::UserId),
            _ => {}
        }
    }
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    let dialled = bytes
        .iter()
        .all(|b| b.is_ascii_digit() || b" -.()+/#".contains(b));
    let phone_role = role.personal == Some(Personal::Phone);
    let leads = matches!(bytes.first(), Some(b'+' | b'0' | b'('));
    if dialled
        && (if phone_role { 5..=15 } else { 8..=15 }).contains(&digits)
        && (phone_role || (leads && !text.contains('.') && !role.identifier))
    {
        return Some(Form::Phone);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (all_digits(whole) && all_digits(fraction)).then_some(Form::Number)
}

fn time_form(text: &str) -> Option<Form> {
    if Instant::parse_rfc3339(text, true).is_some() {
        let tail = text.get(19..).unwrap_or_default();
        return Some(if text.ends_with('Z') {
            Form::Utc
        } else if tail.contains(['+', '-']) {
            Form::Offset
        } else {
            Form::Zoneless
        });
    }
    if Instant::parse_date(text).is_some() {
        return Some(Form::Date);
    }
    // 2025/11/03, 3.11.2025, 2025年11月3日, each with or without a time behind it.
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = day
        .split(['/', '.', '-', '年', '月', '日'])
        .filter(|part| !part.is_empty())
        .collect();
    let [first, second, third] = parts.as_slice() else {
        return None;
    };
    let number = |part: &str| {
        part.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| part.parse::<u32>().ok())
            .flatten()
    };
    let (first, second, third) = (number(first)?, number(second)?, number(third)?);
    let year = |number: u32| (1900..2200).contains(&number);
    let small = |number: u32| (1..=31).contains(&number);
    ((year(first) && small(second) && small(third))
        || (small(first) && small(second) && year(third)))
    .then_some(Form::OtherDate)
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

pub(super) fn is_email(word: &str) -> bool {
    let Some((local, domain)) = word.split_once('@') else {
        return false;
    };
    !local.is_empty()
        && !domain.contains('@')
        && domain.split('.').count() >= 2
        && domain.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
}

/// Whether an e-mail address stands somewhere within it.
pub(super) fn mentions_email(text: &str) -> bool {
    text.contains('@')
        && text
            .split(|c: char| c.is_whitespace() || "<>()[]{},;:\"'，。；：（）「」".contains(c))
            .any(|word| is_email(word.trim_matches('.')))
}

fn mixed(bytes: &[u8]) -> bool {
    let kinds = [
        u8::is_ascii_digit,
        u8::is_ascii_uppercase,
        u8::is_ascii_lowercase,
    ];
    kinds.iter().filter(|is| bytes.iter().any(is)).count() >= 2
}

/// Whether letters and digits change places often enough to be no name of anything.
fn looks_random(bytes: &[u8]) -> bool {
    let class = |byte: &u8| match byte {
        b'0'..=b'9' => 1,
        b'A'..=b'Z' => 2,
        b'a'..=b'z' => 3,
        _ => 0,
    };
    let changes = bytes
        .windows(2)
        .filter(|pair| class(&pair[0]) != class(&pair[1]))
        .count();
    changes * 3 >= bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::names::role_of;

    #[test]
    fn forms_are_told_apart() {
        let plain = Role::default();
        for (text, form) in [
            (" ", Form::Blank),
            ("true", Form::Boolean),
            ("-12.50", Form::Number),
            ("2025-11-03T02:15:00.25Z", Form::Utc),
            ("2025-11-03 10:15:00+08:00", Form::Offset),
            ("2025-11-03T10:15:00", Form::Zoneless),
            ("2025-11-03", Form::Date),
            ("2025/11/3 10:15", Form::OtherDate),
            ("3.11.2025", Form::OtherDate),
            ("2025年11月3日", Form::OtherDate),
            ("INFO@Cafe-7.TW", Form::Email),
            ("+886 912-345-678", Form::Phone),
            ("0912345678", Form::Phone),
            ("202511-122188", Form::Code),
            ("https://example.com/x?y=1", Form::Url),
            ("gs://bucket/a b", Form::Words),
            ("gs://bucket/a.mp3", Form::StoragePath),
            ("3F2504E0-4F89-11D3-9A0C-0305E82C3301", Form::Uuid),
            ("30wAUNve3xcG2uhsNn3B", Form::AutoId),
            ("4V0e27zS0dQ6AoFNtIapohrChOzv", Form::UserId),
            ("{\"a\":1}", Form::Json),
            ("<p>x</p>", Form::Html),
            ("analyzed", Form::Word),
            ("At Risk", Form::Words),
            ("王小明", Form::Word),
            ("a9B8c7D6e5F4g3H2i1J0k9L8", Form::Token),
            ("transcription-2-segments-of-text", Form::Code),
        ] {
            assert_eq!(form_of(text, plain), form, "{text}");
        }
        assert_eq!(form_of("2345678", role_of("phone")), Form::Phone);
        assert_eq!(form_of("00123456", role_of("caseNumber")), Form::Number);
        assert_eq!(form_of(&"老闆今天不在。".repeat(9), plain), Form::LongText);
    }

    #[test]
    fn addresses_within_text_are_seen() {
        assert!(mentions_email("請寄到 boss@bistro4.com.tw，謝謝"));
        assert!(!mentions_email("meet @ noon or at a@b"));
    }
}
