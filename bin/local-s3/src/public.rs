//! Objects without a key, as a public bucket gives them: GET and HEAD, whole or by range.

use std::io::SeekFrom;
use std::path::PathBuf;

use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use s3s::Body;
use s3s::dto::StreamingBlob;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use crate::attributes::{self, Attributes};

const PREFIX: &str = "/public/";

/// The objects below a folder of buckets.
pub struct PublicFiles {
    root: PathBuf,
}

/// An object that a request names.
struct Named {
    bucket: String,
    key: String,
    path: PathBuf,
}

impl PublicFiles {
    /// The files below `root`, an absolute path without symbolic links.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Whether a request is one of these. A signed one is for a bucket of the name "public".
    pub fn is_for<B>(request: &Request<B>) -> bool {
        request.uri().path().starts_with(PREFIX)
            && matches!(*request.method(), Method::GET | Method::HEAD)
            && !request.headers().contains_key(header::AUTHORIZATION)
            && !request
                .uri()
                .query()
                .is_some_and(|query| query.contains("X-Amz-Signature="))
    }

    /// The answer to a request. The object is read as fast as the client takes it.
    pub async fn answer<B>(&self, request: &Request<B>) -> Response<Body> {
        let Some(named) = self.find(request.uri().path()) else {
            return bare(StatusCode::NOT_FOUND);
        };
        let range = request
            .headers()
            .get(header::RANGE)
            .and_then(|range| range.to_str().ok());
        let head = request.method() == Method::HEAD;
        match self.read(&named, range, head).await {
            Ok(response) => response,
            Err(error) => {
                tracing::warn!("{}: {error}", named.path.display());
                bare(StatusCode::NOT_FOUND)
            }
        }
    }

    /// The file of a request's path, which lies in a bucket whatever the path says.
    fn find(&self, path: &str) -> Option<Named> {
        let name = percent_decode_str(path.strip_prefix(PREFIX)?)
            .decode_utf8()
            .ok()?;
        let (bucket, key) = name.split_once('/')?;
        // What begins with a dot in the root is the storage's own.
        if bucket.starts_with('.') || name.contains('\0') {
            return None;
        }
        if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return None;
        }
        let folder = self.root.join(bucket);
        let path = folder.join(key).canonicalize().ok()?;
        (path.starts_with(&folder) && path.is_file()).then(|| Named {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            path,
        })
    }

    async fn read(
        &self,
        named: &Named,
        range: Option<&str>,
        head: bool,
    ) -> std::io::Result<Response<Body>> {
        let mut file = tokio::fs::File::open(&named.path).await?;
        let size = file.metadata().await?.len();
        let part = match range.map_or(Part::Whole, |range| Part::of(range, size)) {
            Part::Whole => None,
            Part::Bytes { first, length } => Some((first, length)),
            Part::Outside => {
                let mut response = bare(StatusCode::RANGE_NOT_SATISFIABLE);
                set(
                    &mut response,
                    header::CONTENT_RANGE,
                    &format!("bytes */{size}"),
                );
                return Ok(response);
            }
        };
        let (first, length) = part.unwrap_or((0, size));
        let body = if head {
            Body::empty()
        } else {
            file.seek(SeekFrom::Start(first)).await?;
            Body::from(StreamingBlob::wrap(ReaderStream::with_capacity(
                file.take(length),
                64 * 1024,
            )))
        };
        let mut response = Response::new(body);
        set(&mut response, header::ACCEPT_RANGES, "bytes");
        set(&mut response, header::CONTENT_LENGTH, &length.to_string());
        if part.is_some() {
            let last = first + length - 1;
            let text = format!("bytes {first}-{last}/{size}");
            set(&mut response, header::CONTENT_RANGE, &text);
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        }
        self.describe(named, &mut response).await;
        Ok(response)
    }

    async fn describe(&self, named: &Named, response: &mut Response<Body>) {
        let stored = Attributes::of(&self.root, &named.bucket, &named.key).await;
        let tag = attributes::e_tag(&self.root, &named.bucket, &named.key).await;
        let headers = [
            (header::ETAG, tag.map(|tag| format!("\"{tag}\""))),
            (header::CONTENT_TYPE, stored.content_type),
            (header::CONTENT_ENCODING, stored.content_encoding),
            (header::CONTENT_DISPOSITION, stored.content_disposition),
            (header::CONTENT_LANGUAGE, stored.content_language),
            (header::CACHE_CONTROL, stored.cache_control),
        ];
        for (name, text) in headers {
            if let Some(text) = text {
                set(response, name, &text);
            }
        }
    }
}

/// What a Range header asks of an object.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// All of it: also where the header is not understood, or names several ranges.
    Whole,
    Bytes {
        first: u64,
        length: u64,
    },
    /// Nothing of it is in the range.
    Outside,
}

impl Part {
    /// Reads `bytes=a-b`, `bytes=a-` or `bytes=-n`.
    fn of(range: &str, size: u64) -> Self {
        let number = |text: &str| match text.trim() {
            "" => Some(None),
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(Some(digits.parse().unwrap_or(u64::MAX)))
            }
            _ => None,
        };
        let Some((first, last)) = range
            .strip_prefix("bytes=")
            .and_then(|range| range.split_once('-'))
            .and_then(|(first, last)| Some((number(first)?, number(last)?)))
        else {
            return Self::Whole;
        };
        let (first, last) = match (first, last) {
            (Some(first), Some(last)) if first > last => return Self::Whole,
            (Some(first), last) => (first, last.unwrap_or(u64::MAX)),
            (None, Some(count)) => (
                size.saturating_sub(count),
                if count == 0 { 0 } else { size },
            ),
            (None, None) => return Self::Whole,
        };
        let end = last.saturating_add(1).min(size);
        if first >= end {
            return Self::Outside;
        }
        Self::Bytes {
            first,
            length: end - first,
        }
    }
}

fn set(response: &mut Response<Body>, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().insert(name, value);
    }
}

fn bare(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        let bytes = |first, length| Part::Bytes { first, length };
        for (range, size, expected) in [
            ("bytes=0-3", 10, bytes(0, 4)),
            ("bytes=4-", 10, bytes(4, 6)),
            ("bytes=-3", 10, bytes(7, 3)),
            ("bytes=-30", 10, bytes(0, 10)),
            ("bytes=2-99", 10, bytes(2, 8)),
            ("bytes=9-99999999999999999999999", 10, bytes(9, 1)),
            ("bytes=10-", 10, Part::Outside),
            ("bytes=99999999999999999999999-", 10, Part::Outside),
            ("bytes=-0", 10, Part::Outside),
            ("bytes=0-", 0, Part::Outside),
            ("bytes=-1", 0, Part::Outside),
            ("bytes=3-2", 10, Part::Whole),
            ("bytes=0-1,4-5", 10, Part::Whole),
            ("bytes=x-5", 10, Part::Whole),
            ("bytes=-", 10, Part::Whole),
            ("lines=1-2", 10, Part::Whole),
        ] {
            assert_eq!(Part::of(range, size), expected, "{range} of {size}");
        }
    }

    #[test]
    fn no_path_leads_out_of_a_bucket() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("its path");
        for bucket in ["bucket", "other"] {
            std::fs::create_dir_all(root.join(bucket).join("deep")).expect("a bucket");
            std::fs::write(root.join(bucket).join("deep/a b"), "x").expect("an object");
        }
        std::fs::write(root.join(".secret"), "x").expect("a file");
        std::os::unix::fs::symlink("/etc", root.join("bucket/link")).expect("a link");
        let files = PublicFiles::new(root);
        assert!(files.find("/public/bucket/deep/a%20b").is_some());
        for path in [
            "/public/bucket/../other/deep/a%20b",
            "/public/bucket/%2e%2e/other/deep/a%20b",
            "/public/bucket/..%2fother/deep/a%20b",
            "/public/bucket/link/passwd",
            "/public/.secret",
            "/public/./bucket/deep/a%20b",
            "/public//etc/passwd",
            "/public/%2Fetc/passwd",
            "/public/bucket//etc/passwd",
            "/public/bucket/deep/a%20b%00",
            "/public/",
            "/public/bucket",
            "/public/bucket/deep",
        ] {
            assert!(files.find(path).is_none(), "{path}");
        }
    }
}
