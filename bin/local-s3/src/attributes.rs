//! What the storage keeps about an object beside its bytes: two small files in the root, whose
//! names and shapes are those of the crate s3s-fs.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The headers that an object was stored with.
#[derive(Debug, Default, Deserialize)]
pub struct Attributes {
    pub content_type: Option<String>,
    pub content_encoding: Option<String>,
    pub content_disposition: Option<String>,
    pub content_language: Option<String>,
    pub cache_control: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Internal {
    e_tag: Option<String>,
}

impl Attributes {
    /// The headers of an object; none for a file that was not stored through the server.
    pub async fn of(root: &Path, bucket: &str, key: &str) -> Self {
        read(file(root, bucket, key, "metadata")).await
    }
}

/// An object's entity tag, without quotes.
pub async fn e_tag(root: &Path, bucket: &str, key: &str) -> Option<String> {
    let internal: Internal = read(file(root, bucket, key, "internal")).await;
    internal.e_tag
}

fn file(root: &Path, bucket: &str, key: &str, kind: &str) -> PathBuf {
    let bucket = URL_SAFE_NO_PAD.encode(bucket);
    let key = URL_SAFE_NO_PAD.encode(key);
    root.join(format!(".bucket-{bucket}.object-{key}.{kind}.json"))
}

async fn read<T: Default + DeserializeOwned>(path: PathBuf) -> T {
    match tokio::fs::read(path).await {
        Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
        Err(_) => T::default(),
    }
}
