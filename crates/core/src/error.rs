//! The one error type of the house.
//!
//! An error has a [`ErrorKind`], says what happened, to which item, why, and what to do next.
//! [`ErrorKind::policy`] is the single place that decides what is retried.

use std::error::Error as StdError;
use std::fmt;

/// What sort of thing went wrong. Every adapter maps its own errors to one of these at its edge.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A variable or an option is missing or unreadable.
    Configuration,
    /// A service does not answer, broke off, or is starting.
    Unreachable,
    /// A service asked for patience (429, `RESOURCE_EXHAUSTED`, too many connections).
    Throttled,
    /// Credentials are wrong, expired, or lack a permission.
    Denied,
    /// A database, table, bucket, object, folder or file is not there.
    NotFound,
    /// What was read does not have the form it must have.
    Malformed,
    /// Bytes or rows are not what they were proven or stated to be.
    Mismatch,
    /// Somebody else holds the lock, or changed what was to be changed.
    Conflict,
    /// The command would destroy something, or lacks a confirmation it needs.
    Refused,
    /// The transaction lost a race (serialization failure, deadlock) and may be repeated as a whole.
    Contended,
    /// The operator or the system stopped the program.
    Interrupted,
    /// A fault of sunset itself, or one that no other kind describes.
    Internal,
}

/// What the engine does about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryPolicy {
    /// The same call will give the same answer.
    Never,
    /// Wait with full jitter, then repeat.
    Backoff,
    /// As [`RetryPolicy::Backoff`], from a longer first delay.
    LongBackoff,
}

impl ErrorKind {
    /// Decides what is retried. There is no other place.
    pub fn policy(self) -> RetryPolicy {
        match self {
            Self::Unreachable | Self::Contended => RetryPolicy::Backoff,
            Self::Throttled => RetryPolicy::LongBackoff,
            Self::Mismatch
            | Self::Configuration
            | Self::Denied
            | Self::NotFound
            | Self::Malformed
            | Self::Conflict
            | Self::Refused
            | Self::Interrupted
            | Self::Internal => RetryPolicy::Never,
        }
    }

    /// The stable name used in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Unreachable => "unreachable",
            Self::Throttled => "throttled",
            Self::Denied => "denied",
            Self::NotFound => "not_found",
            Self::Malformed => "malformed",
            Self::Mismatch => "mismatch",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Contended => "contended",
            Self::Interrupted => "interrupted",
            Self::Internal => "internal",
        }
    }
}

/// Result with the house's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What happened, to which item, why, and what to do next.
#[derive(Debug)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    what: String,
    item: Option<String>,
    remedy: Option<String>,
    retry_after: Option<std::time::Duration>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// A new error; `what` is a sentence without a final full stop.
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                what: what.into(),
                item: None,
                remedy: None,
                retry_after: None,
                source: None,
            }),
        }
    }

    /// Names the document, row, object, file or variable concerned.
    #[must_use]
    pub fn item(mut self, item: impl Into<String>) -> Self {
        self.inner.item = Some(item.into());
        self
    }

    /// Says what the reader can do next.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.inner.remedy = Some(remedy.into());
        self
    }

    /// Keeps the cause.
    #[must_use]
    pub fn cause(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    /// The delay the service itself asked for (`Retry-After`).
    #[must_use]
    pub fn retry_after(mut self, delay: std::time::Duration) -> Self {
        self.inner.retry_after = Some(delay);
        self
    }

    /// See [`ErrorKind`].
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The sentence that says what happened.
    pub fn what(&self) -> &str {
        &self.inner.what
    }

    /// The item concerned, where there is one.
    pub fn item_name(&self) -> Option<&str> {
        self.inner.item.as_deref()
    }

    /// What to do next, where it is known.
    pub fn remedy_text(&self) -> Option<&str> {
        self.inner.remedy.as_deref()
    }

    /// The delay the service asked for.
    pub fn requested_delay(&self) -> Option<std::time::Duration> {
        self.inner.retry_after
    }

    /// What caused it, the nearest first, each in its own words.
    pub fn causes(&self) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        let mut source = StdError::source(self);
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
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.what)?;
        if let Some(item) = &self.inner.item {
            write!(f, " ({item})")?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_and_which_and_keeps_its_cause() {
        let cause = std::io::Error::other("socket closed");
        let error = Error::new(ErrorKind::Unreachable, "the database does not answer")
            .item("db.example.com:5432")
            .cause(cause)
            .remedy("check DATABASE_URL");
        assert_eq!(
            error.to_string(),
            "the database does not answer (db.example.com:5432)"
        );
        assert_eq!(
            error.source().map(ToString::to_string).as_deref(),
            Some("socket closed")
        );
        assert_eq!(error.remedy_text(), Some("check DATABASE_URL"));
    }

    #[test]
    fn only_passing_faults_are_retried() {
        assert_eq!(ErrorKind::Unreachable.policy(), RetryPolicy::Backoff);
        assert_eq!(ErrorKind::Throttled.policy(), RetryPolicy::LongBackoff);
        assert_eq!(ErrorKind::Denied.policy(), RetryPolicy::Never);
    }
}
