//! What may be done to a text, by name. Each gives a text, or nothing.

use toml::Spanned;

use super::place::PlanText;
use crate::error::Result;
use crate::reading::{company_of_email, normalise_number};

/// One change of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Transform {
    /// White space at both ends goes.
    Trim,
    /// To lower case.
    Lower,
    /// To upper case.
    Upper,
    /// Runs of white space become one space.
    Collapse,
    /// As customer and case numbers are normalised.
    Number,
    /// The company that an e-mail address names by its domain.
    Company,
    /// The first so many characters.
    First(usize),
    /// A text before it.
    Prefix(String),
    /// A text behind it.
    Suffix(String),
}

const KNOWN: &str =
    "trim, lower, upper, collapse, number, company, first N, prefix TEXT, suffix TEXT";

impl Transform {
    fn read(text: &str) -> Option<Self> {
        let (name, argument) = match text.split_once(' ') {
            Some((name, argument)) => (name, Some(argument)),
            None => (text, None),
        };
        Some(match (name, argument) {
            ("trim", None) => Self::Trim,
            ("lower", None) => Self::Lower,
            ("upper", None) => Self::Upper,
            ("collapse", None) => Self::Collapse,
            ("number", None) => Self::Number,
            ("company", None) => Self::Company,
            ("first", Some(count)) => Self::First(count.parse().ok().filter(|count| *count > 0)?),
            ("prefix", Some(text)) if !text.is_empty() => Self::Prefix(text.to_owned()),
            ("suffix", Some(text)) if !text.is_empty() => Self::Suffix(text.to_owned()),
            _ => return None,
        })
    }

    fn apply(&self, text: String) -> Option<String> {
        match self {
            Self::Trim => Some(text.trim().to_owned()),
            Self::Lower => Some(text.to_lowercase()),
            Self::Upper => Some(text.to_uppercase()),
            Self::Collapse => Some(text.split_whitespace().collect::<Vec<_>>().join(" ")),
            Self::Number => normalise_number(&text),
            Self::Company => company_of_email(&text),
            Self::First(count) => Some(text.chars().take(*count).collect()),
            Self::Prefix(prefix) => Some(format!("{prefix}{text}")),
            Self::Suffix(suffix) => Some(text + suffix),
        }
    }
}

/// The transforms that a rule names.
pub(super) fn read(text: PlanText, names: &[Spanned<String>]) -> Result<Vec<Transform>> {
    names
        .iter()
        .map(|name| {
            Transform::read(name.get_ref()).ok_or_else(|| {
                let what = format!(
                    "there is no transform {:?}; they are: {KNOWN}",
                    name.get_ref()
                );
                text.fault(name.span(), what)
            })
        })
        .collect()
}

/// One after the other, as long as something is left.
pub(super) fn apply(transforms: &[Transform], text: String) -> Option<String> {
    transforms.iter().try_fold(text, |text, transform| {
        transform.apply(text).filter(|text| !text.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(names: &[&str], text: &str) -> Option<String> {
        let transforms: Vec<Transform> = names
            .iter()
            .map(|name| Transform::read(name).expect(name))
            .collect();
        apply(&transforms, text.to_owned())
    }

    #[test]
    fn transforms_follow_one_another() {
        for (names, text, wanted) in [
            (&["trim", "lower"][..], "  ÄB \n", Some("äb")),
            (&["trim"], "   ", None),
            (&["upper"], "straße", Some("STRASSE")),
            (&["collapse"], " a \t b\nc ", Some("a b c")),
            (&["first 2", "prefix X_"], "日本語", Some("X_日本")),
            (&["suffix  (old)"], "a", Some("a (old)")),
            (&["number"], " ２０２５11 – 1 ", Some("202511-1")),
            (&["company"], "a@shop.example", Some("SHOP")),
            (&["company", "lower"], "a@gmail.com", None),
        ] {
            assert_eq!(done(names, text).as_deref(), wanted, "{names:?} {text:?}");
        }
    }

    #[test]
    fn what_is_no_transform_is_none() {
        for text in [
            "", "Trim", "first", "first 0", "first x", "trim 3", "prefix", "prefix ",
        ] {
            assert_eq!(Transform::read(text), None, "{text:?}");
        }
    }
}
