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
    /// `host:port` of an emulator.
    pub emulator: Option<String>,
}

impl Subject {
    /// The project and the database.
    pub fn database_name(&self) -> String {
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
        let is_stated = !stated.status.is_empty() || !stated.message.is_empty();
        let (kind, remedy) = self
            .foreign(code, is_stated)
            .unwrap_or_else(|| self.meaning(status, code, &stated.message));
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
            patience: matches!(status, "INTERNAL" | "").then_some(2),
        }
    }

    /// What to look at where something else than Firestore seems to answer.
    pub fn who_answers(&self) -> String {
        match &self.emulator {
            Some(host) => format!(
                "FIRESTORE_EMULATOR_HOST is {host}: check that a Firestore emulator answers there, \
                 or leave it out to read Firestore itself"
            ),
            None => "something else answers in Firestore's place: check this machine's proxy \
                     (HTTPS_PROXY, a page to log in at)"
                .into(),
        }
    }

    /// An answer that is well-formed, and of no query.
    pub fn says_no_time(&self) -> Error {
        Error::new(
            ErrorKind::Malformed,
            "Firestore does not say as of when it answers",
        )
        .item(self.database_name())
        .remedy(self.who_answers())
    }

    /// What an answer means that Firestore would not give, or not in these words.
    fn foreign(&self, code: u16, is_stated: bool) -> Option<(ErrorKind, String)> {
        let kind = match code {
            300..=399 => ErrorKind::Configuration,
            // An emulator lets everybody read.
            401 | 403 if self.emulator.is_some() => ErrorKind::Denied,
            404 | 405 | 410 if !is_stated => ErrorKind::NotFound,
            400 | 402 | 406 | 407 | 411..=424 | 426..=499
                if !is_stated && status_of(code).is_empty() =>
            {
                ErrorKind::Malformed
            }
            _ => return None,
        };
        Some((kind, self.who_answers()))
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
            "INVALID_ARGUMENT"
                if ["timestamp", "read time", "read_time", "readtime"]
                    .iter()
                    .any(|word| says(word)) =>
            {
                (
                    ErrorKind::Configuration,
                    "give --read-time a time of the last hour (with point-in-time recovery a \
                     whole minute of the last seven days), not in the future, with at most six \
                     digits of a second; or leave it out"
                        .into(),
                )
            }
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
            // An error that states nothing, in an answer that is one otherwise.
            "" if code < 300 => (
                ErrorKind::Unreachable,
                format!(
                    "run the same command again; if it stays so: {}",
                    self.who_answers()
                ),
            ),
            "" => {
                let kind = reqwest::StatusCode::from_u16(code)
                    .map_or(ErrorKind::Internal, http::kind_of_status);
                (kind, self.who_answers())
            }
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
            emulator: None,
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
    fn who_answers_in_firestores_place_is_looked_for() {
        let subject = |emulator: Option<&str>| Subject {
            project: "p".into(),
            database: "(default)".into(),
            account: None,
            emulator: emulator.map(str::to_owned),
        };
        let stated = |status: &str, message: &str| ServiceError {
            code: 0,
            status: status.into(),
            message: message.into(),
        };
        let none = stated("", "");
        for (http, stated, kind) in [
            (
                Some(401),
                &stated("UNAUTHENTICATED", "no"),
                ErrorKind::Denied,
            ),
            (
                Some(403),
                &stated("PERMISSION_DENIED", "no"),
                ErrorKind::Denied,
            ),
            (Some(403), &none, ErrorKind::Denied),
            (Some(404), &none, ErrorKind::NotFound),
            (Some(302), &none, ErrorKind::Configuration),
            (Some(405), &none, ErrorKind::NotFound),
            (Some(418), &none, ErrorKind::Malformed),
            (Some(408), &none, ErrorKind::Unreachable),
            (Some(425), &none, ErrorKind::Unreachable),
            (None, &stated("", "odd"), ErrorKind::Unreachable),
            (None, &none, ErrorKind::Unreachable),
            (Some(507), &none, ErrorKind::Internal),
        ] {
            let emulated = subject(Some("h:1")).refusal(stated, http, None).error;
            assert_eq!(emulated.kind(), kind, "{http:?} {emulated}");
            let remedy = emulated.remedy_text().expect("a remedy");
            assert!(
                remedy.contains("FIRESTORE_EMULATOR_HOST is h:1"),
                "{remedy}"
            );
            assert!(!remedy.contains("report"), "{remedy}");
            let real = subject(None).refusal(stated, http, None).error;
            let remedy = real.remedy_text().expect("a remedy");
            assert!(
                !remedy.contains("report") && !remedy.contains("EMULATOR"),
                "{remedy}"
            );
        }
        // What an emulator does say of a name is about the name.
        let named = stated("NOT_FOUND", "no database");
        let error = subject(Some("h:1")).refusal(&named, Some(404), None).error;
        assert!(
            error
                .remedy_text()
                .is_some_and(|text| text.contains("FIREBASE_PROJECT_ID"))
        );
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
                "INVALID_ARGUMENT",
                "timestamp cannot have more than microseconds precision",
                "--read-time",
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
