//! Firestore by its REST API, v1.
//!
//! Everything is read as of one point in time. Answers are decoded while they stream, so that no
//! page is ever held whole. What breaks off is gone on with behind the last document received.

mod client;
mod elements;
mod ids;
mod others;
mod pace;
mod query;
mod ranges;
mod refusal;
mod scan;
mod slices;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use sunset_core::config::ServiceAccount;
use sunset_core::document::Delivery;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::ports::documents::{DocumentSource, Slice, Snapshot};
use tokio::sync::{OnceCell, mpsc};
use tokio::task::JoinSet;

use crate::delivery;
use crate::service_account::TOKEN_URL;
use client::Client;
use pace::Pace;
use ranges::Cutter;
use scan::Sender;

/// Chunks that wait for their reader.
const AHEAD: usize = 4;

/// Which database, and who reads it.
#[derive(Debug, Clone)]
pub struct FirestoreSettings {
    /// The project's id.
    pub project: String,
    /// The database's id, `(default)` for the default one.
    pub database: String,
    /// `host:port` or URL of an emulator.
    pub emulator: Option<String>,
    /// Who reads; an emulator asks nobody.
    pub account: Option<ServiceAccount>,
    /// Google's token service, but in tests.
    pub token_url: String,
}

impl FirestoreSettings {
    /// The default database of a project, read by nobody yet.
    pub fn new(project: impl Into<String>) -> Self {
        Self {
            project: project.into(),
            database: "(default)".into(),
            emulator: None,
            account: None,
            token_url: TOKEN_URL.into(),
        }
    }
}

/// How to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadOptions {
    /// How often a request that failed for a passing reason is repeated without progress.
    pub retries: u32,
    /// Documents a second, at the most.
    pub max_reads_per_second: Option<NonZeroU32>,
    /// Streams side by side within one collection, where the server can cut it.
    pub streams: usize,
    /// Read as of then, in the place of now.
    pub read_time: Option<Instant>,
    /// Documents in the first page; later ones follow the server's speed.
    pub first_page: u32,
    /// After so long without anything that can be used, and again after as long, it is said that
    /// somebody waits.
    pub say_after: Duration,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            retries: 3,
            max_reads_per_second: None,
            streams: 4,
            read_time: None,
            first_page: 1_000,
            say_after: Duration::from_secs(30),
        }
    }
}

/// See the module.
#[derive(Clone)]
pub struct Firestore {
    inner: Arc<Inner>,
}

struct Inner {
    client: Arc<Client>,
    pace: Arc<Pace>,
    cutter: Cutter,
    received: Arc<slices::Received>,
    options: ReadOptions,
    source: String,
    /// The snapshot's time, once fixed.
    read_time: OnceCell<String>,
}

impl Firestore {
    /// Makes the client; nothing is asked yet.
    ///
    /// # Errors
    /// `Configuration` when the key cannot be read.
    pub fn new(settings: &FirestoreSettings, options: ReadOptions) -> Result<Self> {
        Ok(Self {
            inner: Arc::new(Inner {
                client: Arc::new(Client::new(settings, options)?),
                pace: Arc::new(Pace::new(options.max_reads_per_second)),
                cutter: Cutter::default(),
                received: Arc::default(),
                options,
                source: format!("firestore://{}/{}", settings.project, settings.database),
                read_time: OnceCell::new(),
            }),
        })
    }
}

impl Firestore {
    /// What `read` sends, until nobody listens.
    fn reading<F>(
        &self,
        read: impl FnOnce(Arc<Inner>, Sender) -> F,
    ) -> BoxStream<'static, Result<Vec<Delivery>>>
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let (sender, receiver) = mpsc::channel(AHEAD);
        let work = read(Arc::clone(&self.inner), sender.clone());
        let reading = tokio::spawn(async move {
            tokio::select! {
                read = work => if let Err(error) = read {
                    // Nobody may be left to hear of it.
                    drop(sender.send(Err(error)).await);
                },
                () = sender.closed() => {}
            }
        });
        delivery::received(receiver, reading)
    }
}

impl Inner {
    /// The snapshot's time; the first question to the server fixes it.
    async fn read_time(&self) -> Result<&str> {
        let time = self.read_time.get_or_try_init(|| async {
            // Asking at the wanted time shows whether the server still has it.
            let wanted = self.options.read_time.map(|time| time.to_string());
            let probe = query::probe(wanted.as_deref());
            let elements = self.client.query(&probe).await?;
            if wanted.is_some() {
                return Ok(wanted.unwrap_or_default());
            }
            let time = elements.iter().find_map(|element| element.read_time);
            time.map(|time| time.to_string())
                .ok_or_else(|| self.client.subject().says_no_time())
        });
        Ok(time.await?)
    }

    async fn read(self: &Arc<Self>, collections: &[String], sender: &Sender) -> Result<()> {
        let read_time = self.read_time().await?.to_owned();
        for collection in collections {
            let streams = self.options.streams;
            let ranges = self
                .cutter
                .ranges(&self.client, collection, self.options, &read_time)
                .await?;
            let mut waiting = ranges.into_iter();
            let mut running = JoinSet::new();
            loop {
                while running.len() < streams.max(1)
                    && let Some(range) = waiting.next()
                {
                    let scan = self.scan(collection, range, &read_time, sender);
                    running.spawn(scan.run());
                }
                match running.join_next().await {
                    None => break,
                    Some(Ok(Ok(()))) => {}
                    // Nobody listens: dropping the set ends the others.
                    Some(Ok(Err(scan::Unheard))) => return Ok(()),
                    Some(Err(cause)) => {
                        return Err(Error::new(ErrorKind::Internal, "reading a range failed")
                            .item(collection.clone())
                            .cause(cause));
                    }
                }
            }
        }
        Ok(())
    }
}

#[async_trait]
impl DocumentSource for Firestore {
    async fn open(&self) -> Result<Snapshot> {
        let read_time = self.inner.read_time().await?;
        Ok(Snapshot {
            source: self.inner.source.clone(),
            read_time: Some(read_time.to_owned()),
        })
    }

    fn read(&self, collections: &[&str]) -> BoxStream<'static, Result<Vec<Delivery>>> {
        let collections: Vec<String> = collections.iter().map(|name| (*name).to_owned()).collect();
        self.reading(|inner, sender| async move { inner.read(&collections, &sender).await })
    }

    fn cuts_unread(&self) -> bool {
        true
    }

    async fn slices(&self, collections: &[&str], bytes: u64) -> Result<Vec<Slice>> {
        let collections: Vec<String> = collections.iter().map(|name| (*name).to_owned()).collect();
        self.inner.slices(&collections, bytes).await
    }

    fn read_slice(&self, slice: &Slice) -> BoxStream<'static, Result<Vec<Delivery>>> {
        let Some(words) = slice.within.clone() else {
            return self.read(&slice.names());
        };
        let slice = slice.clone();
        self.reading(|inner, sender| async move { inner.read_slice(&slice, &words, &sender).await })
    }

    async fn expected_reads(&self, collections: &[&str], readings: u64) -> Result<Option<u64>> {
        let inner = &self.inner;
        if inner.client.billed().is_none() {
            return Ok(None);
        }
        let read_time = inner.read_time().await?;
        let mut reads = 0;
        for collection in collections {
            let body = query::count(collection, None, read_time);
            let documents = inner.client.count(&body).await?;
            let looked_at = documents.min(others::LOOKED_AT.into());
            reads += documents.max(1) * readings + looked_at;
        }
        Ok(Some(reads))
    }

    fn billed_reads(&self) -> Option<u64> {
        self.inner.client.billed()
    }

    fn expected_database(&self) -> Option<String> {
        let root = self.inner.client.root();
        Some(root.strip_suffix("/documents").unwrap_or(root).to_owned())
    }

    async fn collections(&self) -> Result<Vec<String>> {
        let read_time = self.inner.read_time().await?;
        let found = others::roots(&self.inner.client, read_time).await?;
        Ok(found.into_iter().collect())
    }

    async fn not_planned(&self, planned: &[&str]) -> Result<Vec<String>> {
        let inner = &self.inner;
        let read_time = inner.read_time().await?;
        let mut found = others::roots(&inner.client, read_time).await?;
        found.retain(|name| !planned.contains(&name.as_str()));
        for collection in planned {
            match others::below(&inner.client, &inner.pace, collection, read_time).await {
                Ok(below) => found.extend(below),
                // A server that does not understand the question; reading goes on without.
                Err(error) if matches!(error.kind(), ErrorKind::Internal | ErrorKind::Refused) => {
                    found.insert(format!("{collection}/*/… (cannot be looked at: {error})"));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(found.into_iter().collect())
    }
}

impl std::fmt::Debug for Firestore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Firestore({})", self.inner.source)
    }
}

/// Reads bytes that come in pieces as an answer to a query: the elements, the first fault, and
/// whether it came whole. The other answers are read beside it.
#[cfg(test)]
pub(crate) fn fuzz_answer(pieces: &[&[u8]]) -> (usize, Option<String>, bool) {
    let whole = pieces.concat();
    client::fuzz_answers(&whole);
    ranges::fuzz_answer(&whole);
    let mut elements = elements::Elements::default();
    let (mut count, mut fault) = (0, None);
    for piece in pieces {
        let pushed = elements.push(piece, |bytes| {
            count += 1;
            let element = sunset_core::rest::decode_query_element(bytes)?;
            match element.error {
                None => Ok(()),
                Some(stated) => Err(Error::new(ErrorKind::Internal, stated.status)),
            }
        });
        if let Err(error) = pushed {
            fault = Some(error.to_string());
            break;
        }
    }
    (count, fault, elements.is_whole())
}
