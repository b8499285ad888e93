//! A Cloud Storage bucket by the JSON API.

mod answer;

use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_RANGE, RANGE};
use reqwest::{RequestBuilder, Response, StatusCode};
use sunset_core::config::ServiceAccount;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::ports::objects::{ByteStream, ObjectSource, SourceObject};

use crate::http;
use crate::service_account::{STORAGE_READ_ONLY, TOKEN_URL, TokenSource};

/// The service itself.
const SERVICE: &str = "https://storage.googleapis.com";

/// Everything but what a path segment may hold as it stands; `/` within a name is `%2F`.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// What is asked of an object.
const FIELDS: &str = "name,size,md5Hash,crc32c,generation,contentType,contentEncoding";

/// Which bucket, and who reads it.
#[derive(Debug, Clone)]
pub struct BucketSettings {
    /// Its name.
    pub bucket: String,
    /// `host:port` or URL of an emulator.
    pub emulator: Option<String>,
    /// Who reads; without one nothing is sent to say so (emulators, public buckets).
    pub account: Option<ServiceAccount>,
    /// The project that pays for reading a bucket whose owner does not.
    pub user_project: Option<String>,
    /// Google's token service, but in tests.
    pub token_url: String,
}

impl Default for BucketSettings {
    fn default() -> Self {
        Self {
            bucket: String::new(),
            emulator: None,
            account: None,
            user_project: None,
            token_url: TOKEN_URL.to_owned(),
        }
    }
}

/// See the module. Objects are read as they are stored: what is compressed stays so.
#[derive(Debug, Clone)]
pub struct Bucket {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    base: String,
    user_project: Option<String>,
    client: reqwest::Client,
    tokens: Option<TokenSource>,
}

impl Bucket {
    /// Makes the client; nothing is asked yet.
    ///
    /// # Errors
    /// `Configuration` when the key cannot be read.
    pub fn new(settings: BucketSettings) -> Result<Self> {
        let client = http::client()?;
        let tokens = match &settings.account {
            Some(account) => Some(TokenSource::new(
                account,
                STORAGE_READ_ONLY,
                &settings.token_url,
                client.clone(),
            )?),
            None => None,
        };
        let base = match settings.emulator {
            None => SERVICE.to_owned(),
            Some(host) if host.contains("://") => host.trim_end_matches('/').to_owned(),
            Some(host) => format!("http://{}", host.trim_end_matches('/')),
        };
        Ok(Self {
            inner: Arc::new(Inner {
                name: settings.bucket,
                base,
                user_project: settings.user_project,
                client,
                tokens,
            }),
        })
    }
}

/// An object, and when it was made.
#[derive(Debug, Clone)]
pub(crate) struct Described {
    pub object: SourceObject,
    pub created: Option<Instant>,
}

impl Bucket {
    /// One page of what lies right below a folder.
    pub(crate) async fn below(&self, folder: &str, token: Option<&str>) -> Result<answer::Page> {
        self.inner.page(Some(folder), token).await
    }

    /// What Cloud Storage says of an object; `None` where there is none.
    pub(crate) async fn describe(&self, name: &str) -> Result<Option<Described>> {
        let inner = &self.inner;
        let fields = format!("{FIELDS},timeCreated");
        let response = inner
            .send(|| {
                let url = inner.object_url(name);
                inner.client.get(url).query(&[("fields", &fields)])
            })
            .await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !response.status().is_success() {
            return Err(answer::refusal(response, &inner.name, Some(name)).await);
        }
        let what = "an object's description broke off";
        let body = response
            .bytes()
            .await
            .map_err(|cause| http::broken(cause, what))?;
        answer::object(&body, &inner.name).map(Some)
    }
}

impl Inner {
    fn objects_url(&self) -> String {
        let bucket = utf8_percent_encode(&self.name, SEGMENT);
        format!("{}/storage/v1/b/{bucket}/o", self.base)
    }

    fn object_url(&self, name: &str) -> String {
        format!(
            "{}/{}",
            self.objects_url(),
            utf8_percent_encode(name, SEGMENT)
        )
    }

    /// Sends a request, with a token, and with a fresh one when that was refused.
    async fn send(&self, request: impl Fn() -> RequestBuilder) -> Result<Response> {
        let mut fresh = false;
        loop {
            let mut request = request();
            if let Some(project) = &self.user_project {
                request = request.query(&[("userProject", project)]);
            }
            let mut sent = None;
            if let Some(tokens) = &self.tokens {
                let token = tokens.token().await?;
                request = request.bearer_auth(token.expose());
                sent = Some((tokens, token));
            }
            let what = "Cloud Storage does not answer";
            let response = request
                .send()
                .await
                .map_err(|cause| http::broken(cause, what))?;
            match &sent {
                Some((tokens, token))
                    if response.status() == StatusCode::UNAUTHORIZED && !fresh =>
                {
                    tokens.forget(token).await;
                    fresh = true;
                }
                _ => return Ok(response),
            }
        }
    }

    /// A page of all objects, or of what lies right below a folder (which ends with a slash, or is
    /// empty).
    async fn page(&self, folder: Option<&str>, token: Option<&str>) -> Result<answer::Page> {
        let fields = format!("nextPageToken,prefixes,items({FIELDS})");
        let response = self
            .send(|| {
                let query = [("maxResults", "1000"), ("fields", &fields)];
                let mut request = self.client.get(self.objects_url()).query(&query);
                if let Some(folder) = folder {
                    request = request.query(&[("prefix", folder), ("delimiter", "/")]);
                }
                match token {
                    Some(token) => request.query(&[("pageToken", token)]),
                    None => request,
                }
            })
            .await?;
        if !response.status().is_success() {
            return Err(answer::refusal(response, &self.name, None).await);
        }
        let what = "the listing of the bucket broke off";
        let body = response
            .bytes()
            .await
            .map_err(|cause| http::broken(cause, what))?;
        answer::page(&body, &self.name)
    }
}

#[async_trait]
impl ObjectSource for Bucket {
    fn identity(&self) -> String {
        format!("gs://{}", self.inner.name)
    }

    fn bucket(&self) -> Option<&str> {
        Some(&self.inner.name)
    }

    fn list(&self) -> BoxStream<'static, Result<Vec<SourceObject>>> {
        enum Next {
            First,
            Page(String),
            Nothing,
        }
        let inner = Arc::clone(&self.inner);
        futures::stream::try_unfold((inner, Next::First), |(inner, next)| async move {
            let token = match &next {
                Next::Nothing => return Ok(None),
                Next::First => None,
                Next::Page(token) => Some(token.as_str()),
            };
            let page = inner.page(None, token).await?;
            let next = match page.next {
                Some(token) if !token.is_empty() => Next::Page(token),
                _ => Next::Nothing,
            };
            Ok(Some((page.objects, (inner, next))))
        })
        .boxed()
    }

    async fn stat(&self, name: &str) -> Result<Option<SourceObject>> {
        Ok(self.describe(name).await?.map(|described| described.object))
    }

    async fn read(&self, object: &SourceObject, from: u64, to: u64) -> Result<ByteStream> {
        let inner = &self.inner;
        let part = from > 0 || to < object.size;
        let response = inner
            .send(|| {
                let request = inner
                    .client
                    .get(inner.object_url(&object.name))
                    .query(&[("alt", "media")])
                    // Without this the service would decompress what is stored compressed.
                    .header(ACCEPT_ENCODING, "gzip");
                let request = match object.generation {
                    Some(generation) => request.query(&[("generation", generation)]),
                    None => request,
                };
                if part {
                    request.header(RANGE, format!("bytes={from}-{}", to.saturating_sub(1)))
                } else {
                    request
                }
            })
            .await?;
        let status = response.status();
        if status == StatusCode::RANGE_NOT_SATISFIABLE {
            return Err(Error::new(
                ErrorKind::Conflict,
                "the object is shorter than it was listed",
            )
            .item(object.uri.clone()));
        }
        if !status.is_success() {
            return Err(answer::refusal(response, &inner.name, Some(&object.name)).await);
        }
        let range = response
            .headers()
            .get(CONTENT_RANGE)
            .and_then(|range| range.to_str().ok());
        let begins = format!("bytes {from}-");
        if part && !range.is_some_and(|range| range.starts_with(&begins)) {
            return Err(Error::new(
                ErrorKind::Mismatch,
                "Cloud Storage answered another range than it was asked for",
            )
            .item(object.uri.clone()));
        }
        let broken = |cause| http::broken(cause, "reading an object broke off");
        Ok(response.bytes_stream().map_err(broken).boxed())
    }
}

#[cfg(test)]
pub(super) fn is_page(bytes: &[u8]) -> bool {
    answer::page(bytes, "b").is_ok()
}

#[cfg(test)]
pub(super) fn is_object(bytes: &[u8]) -> bool {
    answer::object(bytes, "b").is_ok()
}

#[cfg(test)]
mod tests;
