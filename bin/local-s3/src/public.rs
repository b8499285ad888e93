//! Objects without a key, as a public bucket gives them: GET and HEAD, whole or by range.

use std::io::SeekFrom;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use hyper::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, RANGE};
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use s3s::Body;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

const PREFIX: &str = "/public/";

pub struct PublicFiles {
    root: PathBuf,
}

impl PublicFiles {
    /// The files below `root`.
    pub fn new(root: &Path) -> Result<Self> {
        let root = root
            .canonicalize()
            .with_context(|| format!("find {}", root.display()))?;
        Ok(Self { root })
    }

    /// Whether a request is one of these.
    pub fn is_for<B>(request: &Request<B>) -> bool {
        request.uri().path().starts_with(PREFIX)
            && matches!(*request.method(), Method::GET | Method::HEAD)
    }

    /// The answer to a request.
    pub async fn answer<B>(&self, request: &Request<B>) -> Response<Body> {
        let path = self.path_of(request.uri().path());
        let range = request
            .headers()
            .get(RANGE)
            .and_then(|range| range.to_str().ok())
            .map(str::to_owned);
        let head = request.method() == Method::HEAD;
        match path {
            Some(path) => read(&path, range.as_deref(), head)
                .await
                .unwrap_or_else(|_| bare(StatusCode::NOT_FOUND)),
            None => bare(StatusCode::NOT_FOUND),
        }
    }

    /// The file of a request's path, which lies below the root whatever the path says.
    fn path_of(&self, path: &str) -> Option<PathBuf> {
        let name = percent_decode_str(path.strip_prefix(PREFIX)?)
            .decode_utf8()
            .ok()?;
        let hidden = |part: &str| part.is_empty() || part.starts_with('.');
        if name.split('/').any(hidden) || name.contains('\0') {
            return None;
        }
        let path = self.root.join(name.as_ref()).canonicalize().ok()?;
        (path.starts_with(&self.root) && path.is_file()).then_some(path)
    }
}

async fn read(path: &Path, range: Option<&str>, head: bool) -> std::io::Result<Response<Body>> {
    let mut file = tokio::fs::File::open(path).await?;
    let size = file.metadata().await?.len();
    let part = range.and_then(|range| part_of(range, size));
    if range.is_some() && part.is_none() {
        return Ok(bare(StatusCode::RANGE_NOT_SATISFIABLE));
    }
    let (first, length) = part.unwrap_or((0, size));
    let mut bytes = Vec::new();
    if !head {
        file.seek(SeekFrom::Start(first)).await?;
        file.take(length).read_to_end(&mut bytes).await?;
    }
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(
        ACCEPT_RANGES,
        hyper::header::HeaderValue::from_static("bytes"),
    );
    headers.insert(CONTENT_LENGTH, length.into());
    if part.is_some() {
        let text = format!("bytes {first}-{}/{size}", first + length - 1);
        if let Ok(value) = text.parse() {
            headers.insert(CONTENT_RANGE, value);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// First byte and length of `bytes=a-b`, `bytes=a-` or `bytes=-n`.
fn part_of(range: &str, size: u64) -> Option<(u64, u64)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = match (first.parse::<u64>().ok(), last.parse::<u64>().ok()) {
        (Some(first), last) => (first, last.unwrap_or(u64::MAX).min(size.checked_sub(1)?)),
        (None, Some(count)) => (size.saturating_sub(count), size.checked_sub(1)?),
        (None, None) => return None,
    };
    (first <= last).then(|| (first, last - first + 1))
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
        assert_eq!(part_of("bytes=0-3", 10), Some((0, 4)));
        assert_eq!(part_of("bytes=4-", 10), Some((4, 6)));
        assert_eq!(part_of("bytes=-3", 10), Some((7, 3)));
        assert_eq!(part_of("bytes=2-99", 10), Some((2, 8)));
        assert_eq!(part_of("bytes=10-", 10), None);
        assert_eq!(part_of("bytes=0-", 0), None);
        assert_eq!(part_of("lines=1-2", 10), None);
    }

    #[test]
    fn no_path_leads_out_of_the_root() {
        let files = PublicFiles::new(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the folder");
        assert!(files.path_of("/public/src/main.rs").is_some());
        for path in [
            "/public/../Cargo.toml",
            "/public/src/%2e%2e/Cargo.toml",
            "/public//etc/passwd",
            "/public/%2Fetc/passwd",
            "/public/",
            "/public/src",
        ] {
            assert!(files.path_of(path).is_none(), "{path}");
        }
    }
}
