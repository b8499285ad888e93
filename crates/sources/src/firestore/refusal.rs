//! What Firestore's errors mean, and what to do about them.

use std::time::Duration;

use sunset_core::error::{Error, ErrorKind};
use sunset_core::rest::ServiceError;

use crate::http;

/// An error, and how often the request may be repeated at the most.
#[derive(Debug)]
pub(super) struct Refusal {
    pub error: Error,
    /// Fewer attempts than for other errors.
    pub patience: Option<u32>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self {
            error,
            patience: None,
        }
    }
}

/// Whom the error concerns.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub project: String,
    pub database: String,
    /// The service account's address.
    pub account: Option<String>,
}

impl Subject {
    fn database_name(&self) -> String {
        format!("{}/{}", self.project, self.database)
    }

    /// What a service's error means. `http_status` counts where the error states no status.
    pub fn refusal(
        &self,
        stated: &ServiceError,
        http_status: Option<u16>,
        delay: Option<Duration>,
    ) -> Refusal {
        let code = http_status.unwrap_or(stated.code);
        let status = if stated.status.is_empty() {
            status_of(code)
        } else {
            &stated.status
        };
        let (kind, remedy) = self.meaning(status, code, &stated.message);
        let said = match (stated.message.trim(), status) {
            ("", "") => format!("Firestore answered with HTTP status {code}"),
            ("", status) => format!("Firestore answered {status}"),
            (message, "") => format!("Firestore: {message}"),
            (message, status) => format!("Firestore: {message} [{status}]"),
        };
        let mut error = Error::new(kind, said)
            .item(self.database_name())
            .remedy(remedy);
        if let Some(delay) = delay {
            error = error.retry_after(delay);
        }
        Refusal {
            error,
            // Repeating what the server itself fails at helps once or twice, or never.
            patience: (status == "INTERNAL").then_some(2),
        }
    }

    fn meaning(&self, status: &str, code: u16, message: &str) -> (ErrorKind, String) {
        let says = |text: &str| message.to_ascii_lowercase().contains(text);
        let project = &self.project;
        match status {
            "UNAUTHENTICATED" => (
                ErrorKind::Denied,
                "check FIREBASE_CLIENT_EMAIL and FIREBASE_PRIVATE_KEY, that the key was not \
                 deleted, and that this machine's clock is right"
                    .into(),
            ),
            "PERMISSION_DENIED" if says("has not been used") || says("is disabled") => (
                ErrorKind::Denied,
                format!("enable the Cloud Firestore API (firestore.googleapis.com) in {project}"),
            ),
            "PERMISSION_DENIED" => (
                ErrorKind::Denied,
                format!(
                    "give {} the role Cloud Datastore Viewer (roles/datastore.viewer) in the \
                     project {project}, and check FIREBASE_PROJECT_ID",
                    self.account.as_deref().unwrap_or("the account")
                ),
            ),
            "NOT_FOUND" => (
                ErrorKind::NotFound,
                format!(
                    "check the project ({project}, FIREBASE_PROJECT_ID) and the database ({}, \
                     V2_FIRESTORE=firestore://PROJECT/DATABASE)",
                    self.database
                ),
            ),
            "FAILED_PRECONDITION" if says("too old") => (
                ErrorKind::Conflict,
                "the snapshot is older than Firestore keeps (an hour, without point-in-time \
                 recovery): run again, what is migrated is passed over; if one run takes longer, \
                 enable point-in-time recovery and give a whole minute (--read-time \
                 2025-11-03T02:15:00Z), or migrate from a managed export"
                    .into(),
            ),
            "FAILED_PRECONDITION" if says("datastore mode") => (
                ErrorKind::Refused,
                "this API does not read Firestore in Datastore mode: export it and migrate from \
                 export://DIR"
                    .into(),
            ),
            "ABORTED" => (ErrorKind::Contended, "run the same command again".into()),
            "UNAVAILABLE" | "DEADLINE_EXCEEDED" | "INTERNAL" | "CANCELLED" | "UNKNOWN" => (
                ErrorKind::Unreachable,
                "run the same command again later; status.cloud.google.com shows known trouble"
                    .into(),
            ),
            "RESOURCE_EXHAUSTED" => (
                ErrorKind::Throttled,
                "a quota is used up: wait (free quotas are renewed at midnight, Pacific time), \
                 enable billing, or read more slowly"
                    .into(),
            ),
            _ => {
                let kind = reqwest::StatusCode::from_u16(code)
                    .map_or(ErrorKind::Internal, http::kind_of_status);
                (
                    kind,
                    "this may be a fault of sunset: please report it".into(),
                )
            }
        }
    }
}

/// The status that an HTTP status stands for where the answer states none.
fn status_of(code: u16) -> &'static str {
    match code {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        500 => "INTERNAL",
        502 | 503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunset_core::error::RetryPolicy;

    fn refusal(code: u16, status: &str, message: &str) -> Refusal {
        let subject = Subject {
            project: "p".into(),
            database: "(default)".into(),
            account: Some("reader@p.example".into()),
        };
        let stated = ServiceError {
            code,
            status: status.into(),
            message: message.into(),
        };
        subject.refusal(&stated, Some(code), None)
    }

    #[test]
    fn the_status_decides_and_not_the_http_status() {
        for (code, status, policy) in [
            (409, "ABORTED", RetryPolicy::Backoff),
            (409, "ALREADY_EXISTS", RetryPolicy::Never),
            (400, "FAILED_PRECONDITION", RetryPolicy::Never),
            (400, "INVALID_ARGUMENT", RetryPolicy::Never),
            (503, "UNAVAILABLE", RetryPolicy::Backoff),
            (504, "DEADLINE_EXCEEDED", RetryPolicy::Backoff),
            (429, "RESOURCE_EXHAUSTED", RetryPolicy::LongBackoff),
            (500, "INTERNAL", RetryPolicy::Backoff),
            (401, "UNAUTHENTICATED", RetryPolicy::Never),
            (403, "PERMISSION_DENIED", RetryPolicy::Never),
            (404, "NOT_FOUND", RetryPolicy::Never),
            (429, "", RetryPolicy::LongBackoff),
            (503, "", RetryPolicy::Backoff),
            (502, "", RetryPolicy::Backoff),
        ] {
            let refusal = refusal(code, status, "");
            assert_eq!(refusal.error.kind().policy(), policy, "{code} {status}");
        }
        assert_eq!(refusal(500, "INTERNAL", "").patience, Some(2));
        assert_eq!(refusal(503, "UNAVAILABLE", "").patience, None);
    }

    #[test]
    fn remedies_name_what_is_to_be_done() {
        for (code, status, message, remedy) in [
            (
                403,
                "PERMISSION_DENIED",
                "Missing or insufficient permissions.",
                "roles/datastore.viewer",
            ),
            (
                403,
                "PERMISSION_DENIED",
                "Cloud Firestore API has not been used in project p",
                "enable",
            ),
            (
                404,
                "NOT_FOUND",
                "The database (default) does not exist",
                "FIREBASE_PROJECT_ID",
            ),
            (401, "UNAUTHENTICATED", "", "FIREBASE_PRIVATE_KEY"),
            (
                400,
                "FAILED_PRECONDITION",
                "The requested snapshot version is too old.",
                "run again",
            ),
            (
                400,
                "FAILED_PRECONDITION",
                "not available for Firestore in Datastore Mode",
                "export://",
            ),
        ] {
            let error = refusal(code, status, message).error;
            let text = error.remedy_text().expect("a remedy");
            assert!(text.contains(remedy), "{text}");
            assert!(error.to_string().contains(message), "{error}");
        }
    }
}
