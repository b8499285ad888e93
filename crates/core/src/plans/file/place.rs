//! Where in a plan file something stands that is not right.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::error::{Error, ErrorKind, Result};

/// What to do about every fault of a plan file.
const REMEDY: &str = "put the file right; docs/plan-files.md says what may stand in it";

/// The text of a plan file, for errors that name a line and a column.
#[derive(Clone, Copy)]
pub(super) struct PlanText<'a> {
    /// As the operator named it.
    pub file: &'a str,
    /// All of it.
    pub text: &'a str,
}

impl PlanText<'_> {
    /// The file's TOML in the shape that a plan has.
    pub fn parse<T: DeserializeOwned>(self) -> Result<T> {
        toml::from_str(self.text).map_err(|fault| {
            let message = fault.message().lines().next().unwrap_or_default();
            match fault.span() {
                Some(span) => self.fault(span, message),
                None => Error::new(ErrorKind::Configuration, message)
                    .item(self.file)
                    .remedy(REMEDY),
            }
        })
    }

    /// `plan.toml:12:7: there is no column "x" in the table notes`
    pub fn fault(self, span: Range<usize>, what: impl std::fmt::Display) -> Error {
        let (line, column) = self.place(span.start);
        let message = format!("{}:{line}:{column}: {what}", self.file);
        Error::new(ErrorKind::Configuration, message).remedy(REMEDY)
    }

    /// The byte at which what is in a string begins, and whether it stands there as it is: without
    /// escapes, so that the bytes of one are those of the other.
    pub fn inside(self, written: &Spanned<String>) -> (usize, bool) {
        let span = written.span();
        let raw = self.text.get(span.clone()).unwrap_or_default();
        match raw.find(written.get_ref().as_str()) {
            Some(at) if !written.get_ref().is_empty() => (span.start + at, true),
            _ => (span.start, false),
        }
    }

    /// Line and column of a byte, both from 1; columns count characters.
    pub fn place(self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let begin = before.rfind('\n').map_or(0, |at| at + 1);
        (line, before[begin..].chars().count() + 1)
    }
}
