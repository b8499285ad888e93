//! The one HTTP client of the sources.

use std::sync::Once;
use std::time::{Duration, UNIX_EPOCH};

use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use sunset_core::error::{Error, ErrorKind, Result};

/// A client that follows no redirects and gives up on a silent connection after a minute.
///
/// # Errors
/// `Internal` when the machine's trust store cannot be read.
pub fn client() -> Result<reqwest::Client> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An earlier one, if the program chose another, serves as well.
        drop(rustls::crypto::ring::default_provider().install_default());
    });
    reqwest::Client::builder()
        .user_agent(concat!("sunset/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(20))
        .read_timeout(Duration::from_secs(60))
        .tcp_nodelay(true)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|cause| Error::new(ErrorKind::Internal, "cannot make an HTTP client").cause(cause))
}

/// The kind that a status stands for where the service says nothing more exact.
pub fn kind_of_status(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        401 | 403 => ErrorKind::Denied,
        404 | 410 => ErrorKind::NotFound,
        408 | 425 | 500 | 502 | 504 => ErrorKind::Unreachable,
        409 | 412 => ErrorKind::Conflict,
        429 | 503 => ErrorKind::Throttled,
        _ => ErrorKind::Internal,
    }
}

/// The delay that a service asks for: in seconds, or until a time of its own clock.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than a number holds is longer than anybody waits.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = seconds(text)?;
    Some(Duration::from_secs(until.saturating_sub(date(headers)?)))
}

/// When the service answered by its own clock, in seconds since 1970.
pub fn date(headers: &HeaderMap) -> Option<u64> {
    seconds(headers.get(DATE)?.to_str().ok()?)
}

fn seconds(text: &str) -> Option<u64> {
    let time = httpdate::parse_http_date(text).ok()?;
    Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// A request that got no answer, or an answer that broke off.
pub fn broken(cause: reqwest::Error, what: &str) -> Error {
    // The URL of a request may hold a token.
    let cause = cause.without_url();
    Error::new(ErrorKind::Unreachable, what.to_owned())
        .cause(cause)
        .remedy("check this machine's network and proxy; the same command goes on where it stopped")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_in_seconds_or_until_a_time() {
        let delay = |after: &str, date: &str| {
            let pairs = [(RETRY_AFTER, after), (DATE, date)];
            let headers = pairs
                .into_iter()
                .filter_map(|(name, text)| Some((name, text.parse().ok()?)));
            retry_after(&headers.collect()).map(|delay| delay.as_secs())
        };
        let now = "Mon, 03 Nov 2025 02:15:00 GMT";
        assert_eq!(delay("7", now), Some(7));
        assert_eq!(delay("99999999999999999999", now), Some(u64::MAX));
        assert_eq!(delay("Mon, 03 Nov 2025 02:16:30 GMT", now), Some(90));
        assert_eq!(delay("Mon, 03 Nov 2025 02:14:00 GMT", now), Some(0));
        assert_eq!(delay("Mon, 03 Nov 2025 02:16:30 GMT", "?"), None);
        assert_eq!(delay("soon", now), None);
        assert_eq!(delay("-1", now), None);
    }
}
