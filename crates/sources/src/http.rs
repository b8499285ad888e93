//! The one HTTP client of the sources.

use std::sync::Once;
use std::time::Duration;

use reqwest::StatusCode;
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
        408 | 500 | 502 | 504 => ErrorKind::Unreachable,
        409 | 412 => ErrorKind::Conflict,
        429 | 503 => ErrorKind::Throttled,
        _ => ErrorKind::Internal,
    }
}

/// The delay that a service asks for, in seconds.
pub fn retry_after(headers: &reqwest::header::HeaderMap) -> Option<Duration> {
    let text = headers.get(reqwest::header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// A request that got no answer, or an answer that broke off.
pub fn broken(cause: reqwest::Error, what: &str) -> Error {
    // The URL of a request may hold a token.
    let cause = cause.without_url();
    Error::new(ErrorKind::Unreachable, what.to_owned())
        .cause(cause)
        .remedy("check this machine's network and proxy; the same command goes on where it stopped")
}
