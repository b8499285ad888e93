//! Public URLs, fetched without credentials.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_RANGE, RANGE};
use sunset_core::error::{Error, Result};
use sunset_core::ports::objects::PublicReader;

use crate::http;

/// Fetches as a browser does.
#[derive(Debug, Clone)]
pub struct PublicUrls {
    client: reqwest::Client,
}

impl PublicUrls {
    /// Makes the client.
    ///
    /// # Errors
    /// `Internal` when the machine's trust store cannot be read.
    pub fn new() -> Result<Self> {
        Ok(Self {
            client: http::client()?,
        })
    }
}

#[async_trait]
impl PublicReader for PublicUrls {
    async fn beginning(&self, url: &str, length: u64) -> Result<(Bytes, Option<u64>)> {
        let what = "the public address does not answer";
        let range = format!("bytes=0-{}", length.saturating_sub(1));
        let request = self.client.get(url).header(RANGE, range);
        let answer = request
            .send()
            .await
            .map_err(|cause| http::broken(cause, what))?;
        let status = answer.status();
        if !status.is_success() {
            return Err(Error::new(
                http::kind_of_status(status),
                format!("the public address answered {}", status.as_u16()),
            )
            .item(url.to_owned())
            .remedy(
                "check CLOUDFLARE_R2_PUBLIC_URL, and that the bucket is public: in the Cloudflare \
                 dashboard under R2 → bucket → Settings → Public access",
            ));
        }
        let size = if status == StatusCode::PARTIAL_CONTENT {
            let range = answer.headers().get(CONTENT_RANGE);
            range.and_then(|range| range.to_str().ok()?.rsplit('/').next()?.parse().ok())
        } else {
            answer.content_length()
        };
        let wanted = usize::try_from(length).unwrap_or(usize::MAX);
        let mut bytes = BytesMut::new();
        let mut stream = answer.bytes_stream();
        while bytes.len() < wanted
            && let Some(chunk) = stream.next().await
        {
            bytes.extend_from_slice(&chunk.map_err(|cause| http::broken(cause, what))?);
        }
        bytes.truncate(wanted);
        Ok((bytes.freeze(), size))
    }
}
