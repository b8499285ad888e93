//! Asking for public URLs, as a browser would.

use bytes::Bytes;
use futures::StreamExt;
use sunset_core::audio::record::{ObjectRecord, Role};
use sunset_core::error::Result;
use sunset_core::ports::objects::{ObjectStore, PublicReader};

use crate::retry::{Retries, retry};

/// Bytes that are asked for of each.
const RANGE: u64 = 64 << 10;

/// A URL that does not give what the bucket holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlCheck {
    /// The URL.
    pub url: String,
    /// What is wrong with it; `None` when it gives the recording.
    pub fault: Option<String>,
}

/// Fetches `count` of the recorded URLs, evenly spread, and compares them with the bucket.
///
/// # Errors
/// Those of the bucket.
pub async fn verify_urls(
    reader: &dyn PublicReader,
    store: &dyn ObjectStore,
    records: &[ObjectRecord],
    count: usize,
    retries: Retries,
) -> Result<Vec<UrlCheck>> {
    let linked: Vec<_> = records
        .iter()
        .filter(|record| record.role == Role::Recording && record.is_copied())
        .filter_map(|record| Some((record, record.url.as_ref()?, record.key.as_ref()?)))
        .collect();
    let count = count.min(linked.len());
    let mut checks = Vec::new();
    for place in 0..count {
        let Some((record, url, key)) = linked.get(place * linked.len() / count) else {
            continue;
        };
        let size = record.size.unwrap_or(0);
        let wanted = RANGE.min(size);
        let fault = match retry(retries, || reader.beginning(url, wanted)).await {
            Err(error) => Some(error.to_string()),
            Ok((_, Some(stated))) if stated != size => {
                Some(format!("it has {stated} bytes instead of {size}"))
            }
            Ok((bytes, _)) => {
                let held = retry(retries, || beginning_of(store, key, wanted)).await?;
                (bytes != held).then(|| "its bytes are not those in the bucket".to_owned())
            }
        };
        checks.push(UrlCheck {
            url: (*url).clone(),
            fault,
        });
    }
    Ok(checks)
}

async fn beginning_of(store: &dyn ObjectStore, key: &str, length: u64) -> Result<Bytes> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    let mut stream = store.get(key).await?;
    while bytes.len() < length
        && let Some(chunk) = stream.next().await
    {
        bytes.extend_from_slice(&chunk?);
    }
    bytes.truncate(length);
    Ok(Bytes::from(bytes))
}
