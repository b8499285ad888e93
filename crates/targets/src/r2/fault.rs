//! What R2's errors mean here, and what to do about them.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use sunset_core::error::{Error, ErrorKind};

/// What was asked, and of which bucket.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// `cannot list the bucket`
    pub what: &'static str,
    /// Without credentials.
    pub endpoint: &'a str,
    /// Its name.
    pub bucket: &'a str,
    /// The object's key, or nothing.
    pub key: &'a str,
}

type Answer = aws_sdk_s3::config::http::HttpResponse;

/// Whether the store does not know this request at all.
pub fn not_implemented<E: ProvideErrorMetadata>(cause: &SdkError<E, Answer>) -> bool {
    let status = cause.raw_response().map(|answer| answer.status().as_u16());
    status == Some(501) || cause.code() == Some("NotImplemented")
}

/// Turns an error of the SDK into the house's.
pub fn error<E>(cause: SdkError<E, Answer>, asked: &Asked<'_>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let item = if asked.key.is_empty() {
        format!("bucket {}", asked.bucket)
    } else {
        format!("{}/{}", asked.bucket, asked.key)
    };
    let Some(answer) = cause.raw_response() else {
        return Error::new(
            ErrorKind::Unreachable,
            format!("{}: R2 does not answer", asked.what),
        )
        .item(format!("{item} at {}", asked.endpoint))
        .cause(cause)
        .remedy(
            "check CLOUDFLARE_R2_ENDPOINT (https://<account id>.r2.cloudflarestorage.com, with \
                 .eu or .fedramp behind the account id for a bucket of that jurisdiction) or \
                 CLOUDFLARE_ACCOUNT_ID, and this machine's network",
        );
    };
    let status = answer.status().as_u16();
    let delay = answer
        .headers()
        .get("retry-after")
        .and_then(|text| text.trim().parse().ok());
    let code = cause.code().unwrap_or_default().to_owned();
    let said = cause.message().unwrap_or_default().to_owned();
    let (kind, remedy) = meaning(&code, status);
    let code = if code.is_empty() {
        status.to_string()
    } else {
        code
    };
    let colon = if said.is_empty() { "" } else { ": " };
    let error = Error::new(
        kind,
        format!("{}: R2 answered {code}{colon}{said}", asked.what),
    )
    .item(item)
    .cause(cause)
    .remedy(remedy);
    match delay {
        Some(seconds) => error.retry_after(std::time::Duration::from_secs(seconds)),
        None => error,
    }
}

/// The kind and the remedy of a code; of a status where there is no code (answers to HEAD).
fn meaning(code: &str, status: u16) -> (ErrorKind, &'static str) {
    use ErrorKind::{
        Conflict, Denied, Internal, Malformed, NotFound, Refused, Throttled, Unreachable,
    };
    match (code, status) {
        ("NoSuchBucket", _) => (
            NotFound,
            "create the bucket in the Cloudflare dashboard under R2, or correct \
             CLOUDFLARE_R2_BUCKET; a bucket of a jurisdiction (EU, FedRAMP) is only found at its \
             own endpoint, https://<account id>.eu.r2.cloudflarestorage.com",
        ),
        ("NoSuchUpload", _) => (
            NotFound,
            "the upload is gone: R2 drops unfinished ones after seven days; run the same command \
             again, it sends the object anew",
        ),
        ("NoSuchKey" | "NotFound", _) => (
            NotFound,
            "run audio-migrate again: it copies what is not there",
        ),
        // local-s3 says NotSignedUp.
        ("InvalidAccessKeyId" | "Unauthorized" | "NotSignedUp", _) | ("", 401) => (
            Denied,
            "R2 does not know this access key: CLOUDFLARE_R2_ACCESS_KEY is mistyped, its token has \
             expired or was deleted, or belongs to another account; make a token with the \
             permission Object Read & Write for this bucket in the Cloudflare dashboard under \
             R2 → Manage API tokens, and set both of its keys",
        ),
        ("SignatureDoesNotMatch", _) => (
            Denied,
            "CLOUDFLARE_R2_SECRET_KEY is not the secret of CLOUDFLARE_R2_ACCESS_KEY: copy both from \
             the same token, without quotes or blanks",
        ),
        ("ExpiredToken" | "TokenRefreshRequired" | "ExpiredRequest", _) => (
            Denied,
            "the token has expired: make a new one in the Cloudflare dashboard under R2 → Manage \
             API tokens, with Object Read & Write, and set both of its keys",
        ),
        ("RequestTimeTooSkewed", _) => (
            Denied,
            "this machine's clock is more than 15 minutes wrong: set it (timedatectl set-ntp true)",
        ),
        ("AccessDenied", _) | ("", 403) => (
            Denied,
            "the token may not do this: it needs the permission Object Read & Write for this very \
             bucket, and must not have expired; check CLOUDFLARE_R2_BUCKET as well, since R2 \
             answers the same for a bucket that the token does not cover",
        ),
        ("SlowDown" | "TooManyRequests" | "ServiceUnavailable", _) | (_, 429 | 503) => (
            Throttled,
            "R2 asks for patience: lower --concurrency, or run the same command again later",
        ),
        ("EntityTooSmall" | "InvalidPart" | "InvalidPartOrder", _) => (
            Conflict,
            "the parts that R2 holds are not those that were sent; run the same command again, it \
             sends the object anew",
        ),
        ("EntityTooLarge", _) | (_, 413) => {
            (Refused, "R2 holds objects of up to 5 TiB, sent in parts")
        }
        ("BadDigest" | "IncompleteBody" | "XAmzContentSHA256Mismatch" | "RequestTimeout", _) => (
            Unreachable,
            "bytes were lost or changed on the way to R2; run the same command again",
        ),
        ("KeyTooLongError", _) => (
            Refused,
            "R2's keys have at most 1,024 bytes; rename the object",
        ),
        ("PreconditionFailed", _) => (Conflict, "somebody else wrote the object; run again"),
        ("InvalidRequest" | "InvalidArgument" | "NotImplemented", _) | (_, 400 | 501) => (
            Malformed,
            "the store does not take this request; check that CLOUDFLARE_R2_ENDPOINT is an S3 \
             endpoint, and report it with the output of --verbose",
        ),
        (_, 404) => (
            NotFound,
            "check CLOUDFLARE_R2_ENDPOINT and CLOUDFLARE_R2_BUCKET",
        ),
        (_, 408 | 500 | 502 | 504 | 520..=530) => {
            (Unreachable, "R2 failed; run the same command again later")
        }
        // An error in the body of an answer with status 200, as CompleteMultipartUpload gives it.
        ("InternalError", _) => (Unreachable, "R2 failed; run the same command again later"),
        (_, 200..=299) => (
            Unreachable,
            "R2's answer broke off; run the same command again",
        ),
        _ => (Internal, "report it with the output of --verbose"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_that_users_meet_say_what_to_do() {
        for (code, status, kind, words) in [
            (
                "NoSuchBucket",
                404,
                ErrorKind::NotFound,
                "CLOUDFLARE_R2_BUCKET",
            ),
            (
                "AccessDenied",
                403,
                ErrorKind::Denied,
                "Object Read & Write",
            ),
            ("", 403, ErrorKind::Denied, "Object Read & Write"),
            ("InvalidAccessKeyId", 403, ErrorKind::Denied, "expired"),
            (
                "Unauthorized",
                401,
                ErrorKind::Denied,
                "CLOUDFLARE_R2_ACCESS_KEY",
            ),
            (
                "SignatureDoesNotMatch",
                403,
                ErrorKind::Denied,
                "CLOUDFLARE_R2_SECRET_KEY",
            ),
            ("ExpiredToken", 400, ErrorKind::Denied, "new one"),
            ("RequestTimeTooSkewed", 403, ErrorKind::Denied, "clock"),
            ("SlowDown", 503, ErrorKind::Throttled, "--concurrency"),
            ("EntityTooSmall", 400, ErrorKind::Conflict, "anew"),
            ("NoSuchUpload", 404, ErrorKind::NotFound, "seven days"),
            ("BadDigest", 400, ErrorKind::Unreachable, "again"),
            ("InternalError", 200, ErrorKind::Unreachable, "again"),
        ] {
            let (found, remedy) = meaning(code, status);
            assert_eq!(found, kind, "{code}");
            assert!(remedy.contains(words), "{code}: {remedy}");
        }
    }
}
