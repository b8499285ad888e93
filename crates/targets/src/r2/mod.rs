//! Cloudflare R2 by its S3 interface.
//!
//! The SDK's defaults do harm here: checksums in trailers (`aws-chunked`) are stored as bytes by
//! some servers and refused by R2 beside a `Content-MD5`, and its retries replay streams. Both are
//! switched off: every body goes out as it is, with its MD5, and the engine repeats.

mod bodies;
mod fault;
mod writer;

use async_trait::async_trait;
use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    StalledStreamProtectionConfig,
};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use sunset_core::config::R2Settings;
use sunset_core::error::{ErrorKind, Result};
use sunset_core::permit::{TargetIdentity, WritePermit};
use sunset_core::ports::objects::{
    ByteStream, ObjectStore, StoredHead, StoredObject, StoredPart, UnfinishedUpload,
};
use tokio_util::io::ReaderStream;

use fault::Asked;

pub use writer::R2Writer;

/// Bytes of an object that are handed on at once.
const CHUNK: usize = 128 << 10;

/// A bucket, for reading.
#[derive(Debug, Clone)]
pub struct R2Bucket {
    client: Client,
    name: String,
    endpoint: String,
}

impl R2Bucket {
    /// Makes the client; nothing is asked yet.
    pub fn new(settings: &R2Settings) -> Self {
        let http = Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let credentials = Credentials::new(
            settings.access_key.expose(),
            settings.secret_key.expose(),
            None,
            None,
            "sunset",
        );
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("auto"))
            .endpoint_url(with_trailing_slash(&settings.endpoint))
            .force_path_style(true)
            .credentials_provider(credentials)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .retry_config(RetryConfig::disabled())
            // Silence is watched by `bodies::watched`: the SDK's time outs count a long upload as
            // silence.
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(std::time::Duration::from_secs(20))
                    .build(),
            )
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(http)
            .build();
        Self {
            client: Client::from_conf(config),
            name: settings.bucket.clone(),
            endpoint: settings.endpoint.clone(),
        }
    }

    /// The bucket's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bucket, for writing.
    ///
    /// # Errors
    /// `Refused` when the permit is for another bucket.
    pub fn writer(&self, permit: &WritePermit) -> Result<R2Writer> {
        permit.check(&self.identity())?;
        Ok(R2Writer::new(self.clone()))
    }

    fn asked<'a>(&'a self, what: &'static str, key: &'a str) -> Asked<'a> {
        Asked {
            what,
            endpoint: &self.endpoint,
            bucket: &self.name,
            key,
        }
    }
}

/// The SDK takes the last segment of a path without a slash behind it for a file, and drops it.
fn with_trailing_slash(endpoint: &str) -> String {
    let host_and_path = endpoint
        .split_once("://")
        .map_or(endpoint, |(_, rest)| rest);
    if host_and_path.contains('/') && !endpoint.ends_with('/') {
        format!("{endpoint}/")
    } else {
        endpoint.to_owned()
    }
}

/// An ETag without its quotes.
fn etag(text: Option<&str>) -> Option<String> {
    let text = text?.trim().trim_start_matches("W/").trim_matches('"');
    (!text.is_empty()).then(|| text.to_owned())
}

fn size(length: Option<i64>) -> u64 {
    length
        .and_then(|length| u64::try_from(length).ok())
        .unwrap_or(0)
}

#[async_trait]
impl ObjectStore for R2Bucket {
    fn identity(&self) -> TargetIdentity {
        TargetIdentity::bucket(&self.endpoint, &self.name)
    }

    fn list(&self, prefix: &str) -> BoxStream<'static, Result<Vec<StoredObject>>> {
        struct State {
            bucket: R2Bucket,
            prefix: String,
            token: Option<String>,
            done: bool,
        }
        let state = State {
            bucket: self.clone(),
            prefix: prefix.to_owned(),
            token: None,
            done: false,
        };
        futures::stream::try_unfold(state, |mut state| async move {
            if state.done {
                return Ok(None);
            }
            let bucket = &state.bucket;
            let request = bucket
                .client
                .list_objects_v2()
                .bucket(&bucket.name)
                .prefix(&state.prefix)
                .set_continuation_token(state.token.take());
            let asked = bucket.asked("cannot list the bucket", "");
            let page = bodies::watched(request.send(), None).await;
            let page =
                page.and_then(|answer| answer.map_err(|cause| fault::error(cause, &asked)))?;
            state.token = page.next_continuation_token;
            state.done = page.is_truncated != Some(true) || state.token.is_none();
            let objects =
                page.contents
                    .unwrap_or_default()
                    .into_iter()
                    .map(|object| StoredObject {
                        size: size(object.size),
                        etag: etag(object.e_tag.as_deref()),
                        key: object.key.unwrap_or_default(),
                    });
            let objects: Vec<_> = objects.collect();
            Ok(Some((objects, state)))
        })
        .boxed()
    }

    async fn head(&self, key: &str) -> Result<Option<StoredHead>> {
        let request = self.client.head_object().bucket(&self.name).key(key);
        let asked = self.asked("cannot ask for an object", key);
        let answer = bodies::watched(request.send(), None).await?;
        let head = match answer.map_err(|cause| fault::error(cause, &asked)) {
            Ok(head) => head,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let metadata = head.metadata.unwrap_or_default();
        Ok(Some(StoredHead {
            size: size(head.content_length),
            etag: etag(head.e_tag.as_deref()),
            content_type: head.content_type,
            sha256: metadata.get("sha256").cloned(),
            source_uri: metadata.get("source-uri").cloned(),
        }))
    }

    async fn get(&self, key: &str) -> Result<ByteStream> {
        let request = self.client.get_object().bucket(&self.name).key(key);
        let asked = self.asked("cannot read an object", key);
        let answer = bodies::watched(request.send(), None).await?;
        let body = answer.map_err(|cause| fault::error(cause, &asked))?.body;
        let key = key.to_owned();
        let broken = move |cause: std::io::Error| {
            sunset_core::Error::new(
                ErrorKind::Unreachable,
                "reading an object from R2 broke off",
            )
            .item(key.clone())
            .cause(cause)
        };
        let bytes = ReaderStream::with_capacity(body.into_async_read(), CHUNK).map_err(broken);
        Ok(bytes.boxed())
    }

    async fn unfinished(&self, prefix: &str) -> Result<Vec<UnfinishedUpload>> {
        let mut uploads = Vec::new();
        let (mut key_marker, mut id_marker) = (None, None);
        loop {
            let request = self
                .client
                .list_multipart_uploads()
                .bucket(&self.name)
                .prefix(prefix)
                .set_key_marker(key_marker.take())
                .set_upload_id_marker(id_marker.take());
            let asked = self.asked("cannot list unfinished uploads", "");
            let page = match bodies::watched(request.send(), None).await? {
                Ok(page) => page,
                Err(cause) if fault::not_implemented(&cause) => return Ok(uploads),
                Err(cause) => return Err(fault::error(cause, &asked)),
            };
            uploads.extend(
                page.uploads
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|upload| {
                        Some(UnfinishedUpload {
                            key: upload.key?,
                            id: upload.upload_id?,
                        })
                    }),
            );
            if page.is_truncated != Some(true) || page.next_key_marker.is_none() {
                return Ok(uploads);
            }
            key_marker = page.next_key_marker;
            id_marker = page.next_upload_id_marker;
        }
    }

    async fn parts(&self, upload: &UnfinishedUpload) -> Result<Option<Vec<StoredPart>>> {
        let mut parts = Vec::new();
        let mut marker = None;
        loop {
            let request = self
                .client
                .list_parts()
                .bucket(&self.name)
                .key(&upload.key)
                .upload_id(&upload.id)
                .set_part_number_marker(marker.take());
            let asked = self.asked("cannot list the parts of an upload", &upload.key);
            let page = match bodies::watched(request.send(), None).await? {
                Ok(page) => page,
                // Who cannot tell knows of none: the upload is begun anew.
                Err(cause) if fault::not_implemented(&cause) => return Ok(None),
                Err(cause) => match fault::error(cause, &asked) {
                    error if error.kind() == ErrorKind::NotFound => return Ok(None),
                    error => return Err(error),
                },
            };
            parts.extend(
                page.parts
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|part| {
                        Some(StoredPart {
                            number: u32::try_from(part.part_number?).ok()?,
                            size: size(part.size),
                            etag: etag(part.e_tag.as_deref()).unwrap_or_default(),
                        })
                    }),
            );
            if page.is_truncated != Some(true) || page.next_part_number_marker.is_none() {
                parts.sort_by_key(|part| part.number);
                return Ok(Some(parts));
            }
            marker = page.next_part_number_marker;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_with_a_path_keeps_it() {
        for (endpoint, expected) in [
            (
                "https://x.r2.cloudflarestorage.com",
                "https://x.r2.cloudflarestorage.com",
            ),
            ("http://127.0.0.1:9000/s3", "http://127.0.0.1:9000/s3/"),
            ("http://127.0.0.1:9000/s3/", "http://127.0.0.1:9000/s3/"),
        ] {
            assert_eq!(with_trailing_slash(endpoint), expected);
        }
    }

    #[tokio::test]
    async fn buckets_of_a_jurisdiction_are_asked_for_at_their_own_host() {
        use aws_sdk_s3::presigning::PresigningConfig;
        use sunset_core::secret::Secret;
        for host in [
            "0123abc.r2.cloudflarestorage.com",
            "0123abc.eu.r2.cloudflarestorage.com",
            "0123abc.fedramp.r2.cloudflarestorage.com",
        ] {
            let bucket = R2Bucket::new(&R2Settings {
                endpoint: format!("https://{host}"),
                access_key: Secret::new("key".to_owned()),
                secret_key: Secret::new("secret".to_owned()),
                bucket: "recordings".to_owned(),
                public_url: String::new(),
            });
            let times = PresigningConfig::expires_in(std::time::Duration::from_secs(60));
            let request = bucket
                .client
                .get_object()
                .bucket(bucket.name())
                .key("audio/a b.mp3");
            let signed = request
                .presigned(times.expect("times"))
                .await
                .expect("signed");
            let url = signed.uri();
            let begin = format!("https://{host}/recordings/audio/a%20b.mp3?");
            assert!(url.starts_with(&begin), "{url}");
            assert!(url.contains("%2Fauto%2Fs3%2Faws4_request"), "{url}");
            assert!(url.contains("X-Amz-SignedHeaders=host"), "{url}");
            assert_eq!(
                bucket.identity(),
                TargetIdentity::bucket(&format!("https://{host}"), "recordings")
            );
        }
    }

    #[test]
    fn etags_lose_their_quotes() {
        assert_eq!(etag(Some("\"abc-2\"")).as_deref(), Some("abc-2"));
        assert_eq!(etag(Some("W/\"abc\"")).as_deref(), Some("abc"));
        assert_eq!(etag(Some("\"\"")), None);
        assert_eq!(etag(None), None);
    }
}
