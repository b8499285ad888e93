//! Cutting collections into slices that other processes may read, at the run's one time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::ports::documents::Slice;

use super::Inner;
use super::query::{self, Range};
use super::scan::{Scan, Sender};

/// Bytes of a document, where none was received yet.
const USUAL: u64 = 4 << 10;
/// Slices that a collection is cut into at the most; each may cost a question, which is billed.
const MOST: u64 = 1_024;

/// What was received so far.
#[derive(Debug, Default)]
pub(super) struct Received {
    documents: AtomicU64,
    bytes: AtomicU64,
}

impl Received {
    pub fn count(&self, bytes: usize) {
        self.documents.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Bytes a document, about.
    fn of_one(&self) -> u64 {
        let documents = self.documents.load(Ordering::Relaxed);
        let bytes = self.bytes.load(Ordering::Relaxed);
        bytes.checked_div(documents).unwrap_or(USUAL).max(1)
    }
}

/// A range by its ids; the words of [`Slice::within`].
#[derive(Debug, Serialize, Deserialize)]
struct Within {
    /// The first id that is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// The first id that is not meant any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

impl Inner {
    pub(super) async fn slices(&self, collections: &[String], bytes: u64) -> Result<Vec<Slice>> {
        let read_time = self.read_time().await?.to_owned();
        let mut slices = Vec::new();
        for collection in collections {
            let count = query::count(collection, None, &read_time);
            let documents = match self.client.count(&count).await {
                Ok(documents) => documents,
                // What keeps from asking would keep from reading too.
                Err(error) if matches!(error.kind(), ErrorKind::Denied | ErrorKind::Conflict) => {
                    return Err(error);
                }
                Err(error) => {
                    tracing::debug!(error = %error, collection, "one slice");
                    0
                }
            };
            let size = documents.saturating_mul(self.received.of_one());
            let parts = size
                .div_ceil(bytes.max(1))
                .clamp(1, MOST)
                .min(documents.max(1));
            let parts = usize::try_from(parts).unwrap_or(1);
            let cutter = &self.cutter;
            let ranges = cutter
                .cut(&self.client, collection, parts, &read_time)
                .await?;
            for range in ranges {
                slices.push(Slice {
                    collections: vec![collection.clone()],
                    within: words(range)?,
                });
            }
        }
        Ok(slices)
    }

    /// Reads a range that [`Inner::slices`] named, here or elsewhere.
    pub(super) async fn read_slice(
        self: &Arc<Self>,
        slice: &Slice,
        words: &str,
        sender: &Sender,
    ) -> Result<()> {
        let foreign = || {
            Error::new(ErrorKind::Malformed, "a slice of Firestore cannot be read")
                .item(words.to_owned())
                .remedy("let all workers be of the same version")
        };
        let within: Within = serde_json::from_str(words).map_err(|cause| foreign().cause(cause))?;
        let collection = slice.collections.first().ok_or_else(foreign)?;
        let name = |id: Option<String>| match id {
            Some(id) if id.is_empty() || id.contains('/') => Err(foreign()),
            Some(id) => Ok(Some(format!("{}/{collection}/{id}", self.client.root()))),
            None => Ok(None),
        };
        let range = Range {
            from: name(within.from)?,
            to: name(within.to)?,
        };
        let read_time = self.read_time().await?.to_owned();
        // Nobody listens any more: there is nobody to tell either.
        drop(self.scan(collection, range, &read_time, sender).run().await);
        Ok(())
    }

    pub(super) fn scan(
        &self,
        collection: &str,
        range: Range,
        read_time: &str,
        sender: &Sender,
    ) -> Scan {
        Scan {
            client: Arc::clone(&self.client),
            pace: Arc::clone(&self.pace),
            volume: Arc::clone(&self.received),
            collection: collection.to_owned(),
            range,
            read_time: read_time.to_owned(),
            as_of: Instant::parse_rfc3339(read_time, false),
            first_page: self.options.first_page,
            sender: sender.clone(),
        }
    }
}

/// A range in words; none for a whole collection.
fn words(range: Range) -> Result<Option<String>> {
    let id = |name: Option<String>| {
        let name = name?;
        let id = name.rsplit_once('/').map(|(_, id)| id.to_owned());
        Some(id.unwrap_or(name))
    };
    let within = Within {
        from: id(range.from),
        to: id(range.to),
    };
    if within.from.is_none() && within.to.is_none() {
        return Ok(None);
    }
    let words = serde_json::to_string(&within).map_err(|cause| {
        Error::new(ErrorKind::Internal, "a slice of Firestore cannot be named").cause(cause)
    })?;
    Ok(Some(words))
}
