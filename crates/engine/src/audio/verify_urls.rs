//! Asking for public URLs, as a browser would.

use bytes::Bytes;
use futures::StreamExt;
use sunset_core::audio::record::{ObjectRecord, Role};
use sunset_core::error::{Error, ErrorKind, Result};
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
    /// What to do about that.
    pub remedy: Option<String>,
}

impl UrlCheck {
    fn refused(url: &str, error: &Error) -> Self {
        Self {
            url: url.to_owned(),
            fault: Some(error.to_string()),
            remedy: error.remedy_text().map(ToOwned::to_owned),
        }
    }

    /// It gave something, and what is wrong with that.
    fn answered(url: &str, fault: Option<String>) -> Self {
        let remedy = "check-r2 --deep says whether the bucket holds what was migrated; where it \
                      does, purge the cache before the public address";
        Self {
            url: url.to_owned(),
            remedy: fault.is_some().then(|| remedy.to_owned()),
            fault,
        }
    }
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
        let check = match retry(retries, || reader.beginning(url, wanted)).await {
            Err(error) => UrlCheck::refused(url, &error),
            Ok((_, Some(stated))) if stated != size => {
                let fault = format!("it has {stated} bytes instead of {size}");
                UrlCheck::answered(url, Some(fault))
            }
            Ok((bytes, _)) => match retry(retries, || beginning_of(store, key, wanted)).await {
                Ok(held) => {
                    let fault = "its bytes are not those in the bucket";
                    UrlCheck::answered(url, (bytes != held).then(|| fault.to_owned()))
                }
                // A cache may hold what is in the bucket no more; the others are asked for as well.
                Err(error) if error.kind() == ErrorKind::NotFound => UrlCheck::refused(url, &error),
                Err(error) => return Err(error),
            },
        };
        checks.push(check);
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
