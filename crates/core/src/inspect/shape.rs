//! What may be shown of a text: its shape, and ids that people have to find.

use super::names::Role;
use super::text::{Form, SHORT, form_of, is_invisible, mentions_email};

/// A text's shape: `A`, `a`, `9` and `字` for letters, digits and ideographs, punctuation as it
/// stands, what cannot be seen by its number.
pub(super) fn shape(text: &str) -> String {
    let mut out = String::new();
    let mut run: Option<(char, usize)> = None;
    let flush = |out: &mut String, run: Option<(char, usize)>| {
        if let Some((c, count)) = run {
            if count > 12 {
                out.push_str(&format!("{c}{{{count}}}"));
            } else {
                out.extend(std::iter::repeat_n(c, count));
            }
        }
    };
    for c in text.chars() {
        if c.is_control() || is_invisible(c) {
            flush(&mut out, run.take());
            out.push_str(&format!("<U+{:04X}>", u32::from(c)));
            continue;
        }
        let class = class(c);
        run = match run {
            Some((same, count)) if same == class => Some((same, count + 1)),
            other => {
                flush(&mut out, other);
                Some((class, 1))
            }
        };
    }
    flush(&mut out, run);
    if out.chars().count() > 2 * SHORT {
        out = out.chars().take(2 * SHORT).chain(['…']).collect();
    }
    out
}

fn class(c: char) -> char {
    match c {
        '0'..='9' => '9',
        'A'..='Z' => 'A',
        'a'..='z' => 'a',
        '\u{ff10}'..='\u{ff19}' => '９',
        '\u{ff21}'..='\u{ff3a}' => 'Ａ',
        '\u{ff41}'..='\u{ff5a}' => 'ａ',
        c if c.is_ascii() => c,
        '\u{2e80}'..='\u{2fdf}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => '字',
        c if c.is_uppercase() => 'A',
        c if c.is_alphabetic() => 'a',
        c if c.is_numeric() => '9',
        '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff0d}'
        | '\u{3000}'..='\u{303f}'
        | '\u{ff00}'..='\u{ff65}' => c,
        c if c.is_whitespace() => ' ',
        _ => '*',
    }
}

/// What may be shown of a text.
pub(super) fn masked(text: &str, form: Form) -> String {
    let length = || text.chars().count();
    match form {
        Form::LongText | Form::Json | Form::Html => {
            format!("{} of {} characters", form.label(), length())
        }
        Form::Token if length() > SHORT => format!("token of {} characters", length()),
        Form::Url | Form::StoragePath => match text.trim().split_once("://") {
            Some((scheme, rest)) if known_scheme(scheme) => format!("{scheme}://{}", shape(rest)),
            _ => shape(text),
        },
        _ if length() > SHORT => format!("text of {} characters", length()),
        _ => shape(text),
    }
}

fn known_scheme(scheme: &str) -> bool {
    matches!(
        scheme,
        "http"
            | "https"
            | "gs"
            | "s3"
            | "ftp"
            | "ws"
            | "wss"
            | "postgres"
            | "postgresql"
            | "mysql"
            | "mongodb"
            | "redis"
    )
}

/// An id for people who have to find the document: as it stands, unless it is personal or secret.
pub(super) fn shown_id(id: &str) -> String {
    let secret = || !super::secrets::in_text(id).is_empty();
    match form_of(id, Role::default()) {
        Form::Email | Form::Phone => shape(id),
        Form::Words | Form::LongText | Form::Url | Form::Json | Form::Html => shape(id),
        _ if secret() || mentions_email(id) => shape(id),
        _ => id
            .chars()
            .map(|c| {
                if c.is_control() || is_invisible(c) {
                    format!("<U+{:04X}>", u32::from(c))
                } else {
                    c.to_string()
                }
            })
            .collect(),
    }
}

/// The value of a field that names something, for people who have to find it: as it stands where
/// it is a code or an id, and by its shape where it could be a word about somebody.
pub(super) fn shown_code(text: &str) -> String {
    match form_of(text, Role::default()) {
        Form::Code | Form::Number | Form::AutoId | Form::UserId | Form::Uuid => shown_id(text),
        _ => shape(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_shows_dashes_and_what_cannot_be_seen() {
        assert_eq!(shape("202511–IC001"), "999999–AA999");
        assert_eq!(shape("\u{feff}２０a\u{0}"), "<U+FEFF>９９a<U+0000>");
        assert_eq!(shape("王小明 Anna-Lee"), "字字字 Aaaa-Aaa");
        assert_eq!(shape("aaaaaaaaaaaaaaaaaa1"), "a{18}9");
        assert_eq!(shape("🙂é"), "*a");
    }

    #[test]
    fn ids_are_shown_unless_they_are_personal() {
        assert_eq!(shown_id("202511–122188"), "202511–122188");
        assert_eq!(shown_id("anna@example.com"), "aaaa@aaaaaaa.aaa");
        assert_eq!(shown_id("0912345678"), "9999999999");
        assert_eq!(shown_id("x\u{200b}"), "x<U+200B>");
    }
}
