//! Reading documents.

use async_trait::async_trait;
use futures::stream::BoxStream;

use crate::document::Delivery;
use crate::error::Result;

/// Where documents come from, and as of when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The source as the ledger names it, without secrets: `firestore://p/(default)`,
    /// `export:///path`, `file:///path`.
    pub source: String,
    /// The one point in time at which everything is read, where the source has such a thing
    /// (RFC 3339).
    pub read_time: Option<String>,
}

/// A source of documents.
///
/// Contract: reading never changes the source. `read` may be called several times and delivers
/// the same documents of the same snapshot each time, in any order; a document may be delivered
/// more than once. What cannot be decoded is delivered as [`Delivery::Bad`] and reading goes on; an
/// `Err` means that the rest could not be read, and nothing behind it may be taken as complete.
#[async_trait]
pub trait DocumentSource: Send + Sync {
    /// Fixes the snapshot and checks that the source can be read at all.
    async fn open(&self) -> Result<Snapshot>;

    /// Document reads, about, that the source's owner will be billed for if the named root
    /// collections are read `readings` times and `not_planned` is asked once. Asking costs next to
    /// nothing. `None` where nothing is billed.
    async fn expected_reads(&self, _collections: &[&str], _readings: u64) -> Result<Option<u64>> {
        Ok(None)
    }

    /// Document reads that the source's owner is billed for so far; `None` where nothing is billed.
    fn billed_reads(&self) -> Option<u64> {
        None
    }

    /// Reads the named root collections; one that does not exist is empty. Each element is a
    /// chunk of some hundred deliveries at the most.
    fn read(&self, collections: &[&str]) -> BoxStream<'static, Result<Vec<Delivery>>>;

    /// The root collections that the source holds, in byte order. An empty name stands for what
    /// cannot be read and belongs to no known collection.
    async fn collections(&self) -> Result<Vec<String>>;

    /// Paths of collections that the source holds and that are not among `planned`:
    /// other root collections (`users`) and subcollections (`cases/*/comments`), in byte order.
    async fn not_planned(&self, planned: &[&str]) -> Result<Vec<String>>;
}
