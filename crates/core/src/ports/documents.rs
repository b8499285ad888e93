//! Reading documents.

use async_trait::async_trait;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};

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

/// A part of a source that can be read for itself, by whoever has opened the same snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Slice {
    /// The root collections whose documents it may hold.
    pub collections: Vec<String>,
    /// What of them, in the source's own words; nothing for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

impl Slice {
    /// Everything in the named collections.
    pub fn whole(collections: &[&str]) -> Self {
        Self {
            collections: collections.iter().map(|name| (*name).to_owned()).collect(),
            within: None,
        }
    }

    /// Their names.
    pub fn names(&self) -> Vec<&str> {
        self.collections.iter().map(String::as_str).collect()
    }
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

    /// Cuts the named root collections into slices of about `bytes` bytes, where the source can be
    /// cut. Together they deliver what [`DocumentSource::read`] delivers, each delivery once and
    /// with the same place.
    ///
    /// # Errors
    /// Those of reading.
    async fn slices(&self, collections: &[&str], _bytes: u64) -> Result<Vec<Slice>> {
        Ok(vec![Slice::whole(collections)])
    }

    /// Whether [`DocumentSource::slices`] cuts as well before anything was read. Slices are in the
    /// order of [`DocumentSource::read`] then, where that has an order.
    fn cuts_unread(&self) -> bool {
        false
    }

    /// Reads one slice, as [`DocumentSource::read`] does. Whoever cut it may have been another
    /// process on another machine.
    fn read_slice(&self, slice: &Slice) -> BoxStream<'static, Result<Vec<Delivery>>> {
        self.read(&slice.names())
    }

    /// The database that the configuration names, `projects/P/databases/D`, or only its project,
    /// `projects/P`; `None` where it names none.
    fn expected_database(&self) -> Option<String> {
        None
    }

    /// Names of files that lie among the source's and that it does not read, in byte order: a file
    /// of documents under another name must not be missed in silence.
    ///
    /// # Errors
    /// Those of reading.
    async fn aside(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// The root collections that the source holds, in byte order. An empty name stands for what
    /// cannot be read and belongs to no known collection.
    async fn collections(&self) -> Result<Vec<String>>;

    /// Paths of collections that the source holds and that are not among `planned`:
    /// other root collections (`users`) and subcollections (`cases/*/comments`), in byte order.
    async fn not_planned(&self, planned: &[&str]) -> Result<Vec<String>>;
}
