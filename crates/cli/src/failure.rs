//! Errors in words, and as JSON.

use std::error::Error as _;

use serde_json::{Value, json};
use sunset_core::Error;

fn causes(error: &Error) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        // Libraries like to repeat their cause in their own text.
        if texts.last().is_none_or(|last| !last.contains(&text)) {
            texts.push(text);
        }
        source = cause.source();
    }
    texts
}

/// What happened, why, and what to do next, in lines.
pub fn failure_text(error: &Error) -> String {
    let mut text = format!("error: {error}");
    for cause in causes(error) {
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
            "causes": causes(error),
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
    }
}
