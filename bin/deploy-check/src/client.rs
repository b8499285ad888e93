//! Asking servers, as a browser or Slack would.

use std::sync::Once;
use std::time::{Duration, Instant};

use futures::StreamExt;
use reqwest::Method;
use sunset_core::check::Finding;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_deployment::answer::Answer;
use sunset_deployment::remedies;

/// Bytes of a body that are read; the rest is of no interest.
const LONGEST: usize = 4 << 20;

/// See the module.
#[derive(Clone)]
pub struct Client {
    plain: reqwest::Client,
    following: reqwest::Client,
    timeout: Duration,
}

/// Why there was no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAnswer {
    /// In words.
    pub why: String,
    /// Whether time ran out.
    pub timed_out: bool,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The method.
    pub method: Method,
    /// The address.
    pub url: &'a str,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Option<String>,
    /// Whether redirects are followed.
    pub follow: bool,
}

impl<'a> Request<'a> {
    /// A GET that follows nothing.
    pub fn get(url: &'a str) -> Self {
        Self {
            method: Method::GET,
            url,
            headers: Vec::new(),
            body: None,
            follow: false,
        }
    }

    /// A POST that follows nothing.
    pub fn post(url: &'a str, content_type: &str, body: String) -> Self {
        Self {
            method: Method::POST,
            headers: vec![("content-type", content_type.to_owned())],
            body: Some(body),
            ..Self::get(url)
        }
    }
}

impl NoAnswer {
    /// The finding that stands for it.
    pub fn finding(&self) -> Finding {
        let remedy = if self.timed_out {
            remedies::SLOW
        } else if self.why.contains("peer certificate") {
            remedies::CERTIFICATE
        } else {
            remedies::CONNECTION_REFUSED
        };
        Finding::failure(self.why.clone(), 1, vec![]).remedy(remedy)
    }
}

/// Lets TLS work with one provider; a second call changes nothing.
pub fn install_provider() {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        drop(rustls::crypto::ring::default_provider().install_default());
    });
}

impl Client {
    /// A client with `timeout` for each answer.
    ///
    /// # Errors
    /// `Internal` when the machine's trust store cannot be read.
    pub fn new(timeout: Duration) -> Result<Self> {
        install_provider();
        let make = |policy| {
            reqwest::Client::builder()
                .user_agent(concat!("deploy-check/", env!("CARGO_PKG_VERSION")))
                .timeout(timeout)
                .connect_timeout(timeout)
                .redirect(policy)
                .build()
                .map_err(|cause| {
                    Error::new(ErrorKind::Internal, "cannot make an HTTP client")
                        .cause(cause)
                        .remedy("check the machine's root certificates (package ca-certificates)")
                })
        };
        Ok(Self {
            plain: make(reqwest::redirect::Policy::none())?,
            following: make(reqwest::redirect::Policy::limited(5))?,
            timeout,
        })
    }

    /// Asks.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn ask(&self, request: Request<'_>) -> Result<Answer, NoAnswer> {
        let client = if request.follow {
            &self.following
        } else {
            &self.plain
        };
        let mut built = client.request(request.method, request.url);
        for (name, value) in request.headers {
            built = built.header(name, value);
        }
        if let Some(body) = request.body {
            built = built.body(body);
        }
        let begin = Instant::now();
        let response = built.send().await.map_err(|cause| self.no_answer(cause))?;
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), value)
            })
            .collect();
        let mut body = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|cause| self.no_answer(cause))?;
            let room = LONGEST.saturating_sub(body.len());
            body.extend_from_slice(chunk.get(..room.min(chunk.len())).unwrap_or_default());
            if room == 0 {
                break;
            }
        }
        Ok(Answer {
            status,
            headers,
            body,
            millis: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }

    fn no_answer(&self, cause: reqwest::Error) -> NoAnswer {
        if cause.is_timeout() {
            return NoAnswer {
                why: format!("no answer within {} ms", self.timeout.as_millis()),
                timed_out: true,
            };
        }
        // A URL may hold a token.
        let cause = cause.without_url();
        let mut innermost: &dyn std::error::Error = &cause;
        while let Some(inner) = innermost.source() {
            innermost = inner;
        }
        NoAnswer {
            why: format!("no answer: {innermost}"),
            timed_out: false,
        }
    }
}
