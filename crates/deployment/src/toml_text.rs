//! TOML that people wrote, with errors that quote none of it: a file may hold what is secret.

use serde::de::DeserializeOwned;
use sunset_core::error::{Error, ErrorKind, Result};

/// Reads a document. `remedy` says what to do about one that cannot be read.
///
/// # Errors
/// `Malformed`, with the line.
pub fn read<T: DeserializeOwned>(text: &str, remedy: &str) -> Result<T> {
    toml::from_str(text).map_err(|fault| {
        let message = unquoted(fault.message());
        let place = fault.span().map(|span| line_of(text, span.start));
        let what = match place {
            Some(line) => format!("line {line}: {message}"),
            None => message,
        };
        Error::new(ErrorKind::Malformed, what).remedy(remedy)
    })
}

/// From 1.
fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}

/// Serde quotes the value that it did not want: between quotation marks, or behind a number's kind.
fn unquoted(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    match first.split_once("invalid type: ") {
        Some((_, rest)) => {
            let kind = rest.split([' ', ',']).next().unwrap_or_default();
            let wanted = rest
                .rsplit_once("expected ")
                .map_or("", |(_, wanted)| wanted);
            format!("a {kind} where {wanted} is expected")
        }
        None if first.starts_with("invalid value") => "a value that cannot stand here".into(),
        None => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn an_error_says_where_and_quotes_nothing() {
        let cases = [
            "a = 1\nb = \"hunter2",
            "a = 1\nb = hunter2",
            "a = 1\nb = \"hunter2\"",
        ];
        for text in cases {
            let error = read::<BTreeMap<String, u32>>(text, "write it right").expect_err(text);
            let words = format!("{error} {error:?}");
            assert!(words.contains("line 2"), "{words}");
            assert!(!words.contains("hunter2"), "{words}");
        }
    }
}
