//! The HTTP client of probes and of the webhook.

use std::sync::Once;
use std::time::Duration;

use sunset_core::{Error, ErrorKind, Result};

/// As much of an answer is read.
const LARGEST: usize = 16 * 1024 * 1024;

/// A client that follows no redirects.
pub fn client(timeout: Duration) -> Result<reqwest::Client> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        drop(rustls::crypto::ring::default_provider().install_default());
    });
    reqwest::Client::builder()
        .user_agent(concat!("sunset/", env!("CARGO_PKG_VERSION")))
        .timeout(timeout)
        // A connection kept open would ask the old workers of a proxy that was told to reload.
        .pool_max_idle_per_host(0)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|cause| Error::new(ErrorKind::Internal, "cannot make an HTTP client").cause(cause))
}

/// What went wrong, without the URL, which may hold a token.
pub fn reason(cause: reqwest::Error) -> String {
    if cause.is_timeout() {
        return "no answer in time".to_owned();
    }
    let cause = cause.without_url();
    let mut words = cause.to_string();
    let mut source = std::error::Error::source(&cause);
    while let Some(inner) = source {
        words = inner.to_string();
        source = inner.source();
    }
    words
}

/// The text behind a URL that answers 200; otherwise why not.
pub async fn text(client: &reqwest::Client, url: &str) -> std::result::Result<String, String> {
    let mut answer = client.get(url).send().await.map_err(reason)?;
    let status = answer.status();
    if status.as_u16() != 200 {
        return Err(format!("answers {}", status.as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(reason)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST {
            return Err("answers more than 16 MB".to_owned());
        }
    }
    String::from_utf8(bytes).map_err(|_| "answers what is no UTF-8".to_owned())
}

/// A URL as it is shown: without user, password, query and fragment.
pub fn shown(url: &str) -> String {
    let Ok(mut parsed) = reqwest::Url::parse(url) else {
        return "an unreadable URL".to_owned();
    };
    // A URL without a host has neither.
    let _ = parsed.set_username("");
    let _ = parsed.set_password(None);
    parsed.set_query(None);
    parsed.set_fragment(None);
    parsed.to_string()
}
