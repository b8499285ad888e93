//! Errors in words, and as JSON.

use std::io::{self, Write};

use serde_json::{Value, json};
use sunset_core::Error;

use crate::colour::{spelled, visible};
use crate::language::Language;

/// Says on standard error why the program ends.
pub(crate) fn tell(error: &Error, language: Language) {
    for line in failure_text(error).lines() {
        let words = language.words(line);
        // Nobody listens any more: there is nobody to tell.
        drop(writeln!(io::stderr().lock(), "{}", visible(&words)));
    }
}

/// What happened, why, and what to do next, in lines.
pub fn failure_text(error: &Error) -> String {
    let mut text = format!("error: {}", error.what());
    if let Some(item) = error.item_name() {
        text.push_str(&format!(" ({})", spelled(item)));
    }
    for cause in error.causes() {
        text.push_str(&format!("\n  cause: {cause}"));
    }
    if let Some(remedy) = error.remedy_text() {
        text.push_str(&format!("\n  next: {remedy}"));
    }
    text
}

/// The same as a JSON document.
pub fn failure_json(error: &Error) -> Value {
    json!({
        "status": "error",
        "error": {
            "kind": error.kind().name(),
            "what": error.what(),
            "item": error.item_name(),
            "causes": error.causes(),
            "next": error.remedy_text(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunset_core::ErrorKind;

    #[test]
    fn an_error_reads_as_what_why_and_what_next() {
        let error = Error::new(
            ErrorKind::NotFound,
            "the table \"opportunities\" does not exist",
        )
        .item("postgresql://db/v3")
        .cause(std::io::Error::other("42P01"))
        .remedy("run schema-push");
        assert_eq!(
            failure_text(&error),
            "error: the table \"opportunities\" does not exist (postgresql://db/v3)\n  cause: 42P01\n  next: run schema-push"
        );
        assert_eq!(failure_json(&error)["error"]["kind"], "not_found");
        let odd = Error::new(ErrorKind::Malformed, "not readable").item("leads/x\nPASSED");
        assert_eq!(
            failure_text(&odd),
            "error: not readable (leads/x<U+000A>PASSED)"
        );
    }
}
