//! Reads one range of one collection from its beginning to its end, whatever breaks on the way.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use sunset_core::document::{BadDocument, Delivery, ResourceName};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::rest;
use tokio::sync::mpsc;
use tokio::time;

use super::client::{Client, cut};
use super::elements::Elements;
use super::pace::Pace;
use super::query::{From, Page, Range};
use super::refusal::Refusal;
use super::slices;

/// Deliveries a chunk, at the most.
const CHUNK: usize = 256;
/// Bytes as read a chunk, about.
const CHUNK_BYTES: usize = 1 << 20;

/// A page that took longer is followed by a smaller one: a server ends an answer after a minute.
const LONG: Duration = Duration::from_secs(20);
/// A page that took less is followed by a larger one.
const SHORT: Duration = Duration::from_secs(5);

/// Documents that are asked for at once.
const PAGES: std::ops::RangeInclusive<u32> = 20..=10_000;

pub(super) type Sender = mpsc::Sender<Result<Vec<Delivery>>>;

/// Nobody listens any more.
#[derive(Debug)]
pub(super) struct Unheard;

/// See the module.
pub(super) struct Scan {
    pub client: Arc<Client>,
    pub pace: Arc<Pace>,
    /// Counts what comes.
    pub volume: Arc<slices::Received>,
    pub collection: String,
    pub range: Range,
    pub read_time: String,
    /// The same; an answer as of another time is none of this snapshot.
    pub as_of: Option<Instant>,
    pub first_page: u32,
    pub sender: Sender,
}

/// What one element of an answer held.
struct Taken {
    documents: u32,
    /// Whether it said as of when it answers.
    dated: bool,
}

/// What was received of the range so far.
#[derive(Default)]
struct Received {
    /// The last document: reading goes on behind it.
    last: Option<String>,
    /// The documents of this answer.
    names: HashSet<String>,
    /// Those of broken answers before it, which it goes on behind: that one of them comes again is
    /// our own doing.
    before: HashSet<String>,
    waiting: Vec<Delivery>,
    bytes: usize,
}

impl Scan {
    /// Reads to the end of the range.
    ///
    /// # Errors
    /// Inside of the channel; `Unheard` when nobody is at its other end.
    pub async fn run(self) -> Result<(), Unheard> {
        let mut received = Received::default();
        let ended = self.read(&mut received).await;
        match ended {
            Ok(()) => self.flush(&mut received).await,
            Err(Stop::Unheard) => Err(Unheard),
            Err(Stop::Refused(Refusal { mut error, .. })) => {
                if matches!(error.kind(), ErrorKind::Denied | ErrorKind::NotFound) {
                    let database = self.client.subject().database_name();
                    error = error.item(format!("{database}, collection {}", self.collection));
                }
                self.sender.send(Err(error)).await.map_err(|_| Unheard)
            }
        }
    }

    async fn read(&self, received: &mut Received) -> Result<(), Stop> {
        let mut page = self.first_page;
        let mut attempt = 0;
        loop {
            let before = received.last.clone();
            let names = std::mem::take(&mut received.names);
            received.before.extend(names);
            let begun = time::Instant::now();
            page = self.pace.page(page.clamp(*PAGES.start(), *PAGES.end()));
            let broken = match self.page(page, received).await {
                Ok(elements) if elements < page => return Ok(()),
                Ok(_) if received.last == before => {
                    let error = Error::new(
                        ErrorKind::Malformed,
                        "Firestore answers the same page again and again",
                    );
                    return Err(Stop::Refused(error.item(self.collection.clone()).into()));
                }
                Ok(_) => None,
                Err(Stop::Refused(refusal)) => Some(refusal),
                Err(unheard) => return Err(unheard),
            };
            match broken {
                None => {
                    attempt = 0;
                    received.names.clear();
                    received.before.clear();
                    received.before.extend(received.last.clone());
                    if begun.elapsed() < SHORT {
                        page = page.saturating_mul(2);
                    } else if begun.elapsed() > LONG {
                        page /= 2;
                    }
                }
                Some(refusal) => {
                    if received.last != before {
                        attempt = 0;
                    }
                    // Meanwhile what has come is put to use.
                    self.flush(received).await?;
                    self.client.wait(refusal, attempt).await?;
                    attempt += 1;
                    page /= 2;
                }
            }
        }
    }

    /// Reads one page; gives the number of documents in the answer, repeated ones included.
    async fn page(&self, limit: u32, received: &mut Received) -> Result<u32, Stop> {
        let body = Page {
            from: From::Collection(&self.collection),
            range: &self.range,
            after: received.last.as_deref(),
            limit,
            names_only: false,
            read_time: &self.read_time,
        }
        .body();
        let what = format!("documents of {}", self.collection);
        self.pace.ask(limit).await;
        let mut wait = self.client.waiting_for(&what);
        let response = wait.until(self.client.post("runQuery", &body)).await?;
        let mut pieces = response.bytes_stream();
        let mut elements = Elements::default();
        let mut documents = 0;
        let mut dated = false;
        while let Some(piece) = wait.until(pieces.next()).await {
            let piece = piece.map_err(|cause| self.client.broken_off(cause))?;
            let before = documents;
            let mut came = false;
            elements.push(&piece, |bytes| {
                came = true;
                let taken = self.take(bytes, received)?;
                documents += taken.documents;
                dated |= taken.dated;
                Ok::<_, Refusal>(())
            })?;
            self.client.bill((documents - before).into());
            if received.waiting.len() >= CHUNK || received.bytes >= CHUNK_BYTES {
                self.flush(received).await?;
            }
            if came {
                wait.over();
            }
        }
        if !elements.is_whole() {
            return Err(cut().into());
        }
        // Every answer has a time, also one without documents: `{}` is somebody else's, and does
        // not say that there are no more.
        if !dated {
            return Err(self.client.subject().says_no_time().into());
        }
        self.pace.came(limit, documents).await;
        if documents == 0 {
            self.client.bill(1);
        }
        Ok(documents)
    }

    /// Takes one element of the answer.
    fn take(&self, bytes: &[u8], received: &mut Received) -> Result<Taken, Refusal> {
        let element = match rest::decode_query_element(bytes) {
            Ok(element) => element,
            Err(error) => {
                self.take_bad(bytes, error, received)?;
                return Ok(Taken {
                    documents: 1,
                    dated: true,
                });
            }
        };
        let dated = element.read_time.is_some();
        if let Some(stated) = &element.error {
            return Err(self.client.refusal(stated));
        }
        if let Some(time) = element.read_time
            && Some(time) != self.as_of
        {
            return Err(self.another_time(&time).into());
        }
        let Some(parts) = element.document else {
            return Ok(Taken {
                documents: 0,
                dated,
            });
        };
        let document = parts.place().map_err(|error| self.unexpected(error))?;
        if document.collection != self.collection {
            let error = Error::new(ErrorKind::Malformed, "a document of another collection");
            return Err(self.unexpected(error.item(document.name)).into());
        }
        if received.is_due(&document.name) {
            self.volume.count(bytes.len());
            received.bytes += bytes.len();
            received.waiting.push(Delivery::Document(document));
        }
        Ok(Taken {
            documents: 1,
            dated,
        })
    }

    /// A document that cannot be decoded, unless not even its name can be read: without it there
    /// is no going on behind it.
    fn take_bad(&self, bytes: &[u8], error: Error, received: &mut Received) -> Result<()> {
        let name = rest::readable_name(bytes);
        let place = name.as_deref().and_then(|name| {
            let (collection, id) = ResourceName::parse(name).ok()?.root_document()?;
            (collection == self.collection).then(|| (name.to_owned(), id.to_owned()))
        });
        let Some((name, id)) = place else {
            return Err(self.unexpected(error));
        };
        if received.is_due(&name) {
            received.bytes += bytes.len();
            received.waiting.push(Delivery::Bad(BadDocument {
                collection: self.collection.clone(),
                id: Some(id),
                place: name,
                bytes: bytes.to_vec(),
                why: error.to_string(),
                breaks_off: false,
            }));
        }
        Ok(())
    }

    fn another_time(&self, time: &Instant) -> Error {
        Error::new(
            ErrorKind::Malformed,
            format!(
                "Firestore answers as of {time}, and was asked for {}",
                self.read_time
            ),
        )
        .item(self.collection.clone())
        .remedy(
            "what was read is not one snapshot: check that FIRESTORE_EMULATOR_HOST names \
             Firestore or its emulator, and that no proxy answers in the service's place",
        )
    }

    fn unexpected(&self, cause: Error) -> Error {
        Error::new(
            ErrorKind::Malformed,
            format!("Firestore gave an answer that cannot be read: {cause}"),
        )
        .item(self.collection.clone())
        .remedy("check FIRESTORE_EMULATOR_HOST, and that no proxy answers in the service's place")
    }

    async fn flush(&self, received: &mut Received) -> Result<(), Unheard> {
        received.bytes = 0;
        while !received.waiting.is_empty() {
            let rest = received
                .waiting
                .split_off(received.waiting.len().min(CHUNK));
            let chunk = std::mem::replace(&mut received.waiting, rest);
            self.sender.send(Ok(chunk)).await.map_err(|_| Unheard)?;
        }
        Ok(())
    }
}

impl Received {
    /// Notes a document's name; false for one that a broken answer delivered. What comes twice in
    /// one answer is delivered twice: of such the last change counts, and not the first to come.
    fn is_due(&mut self, name: &str) -> bool {
        if self.before.contains(name) {
            return false;
        }
        if self.names.insert(name.to_owned()) {
            self.last = Some(name.to_owned());
        }
        true
    }
}

/// Why reading stops.
enum Stop {
    Unheard,
    Refused(Refusal),
}

impl std::convert::From<Unheard> for Stop {
    fn from(Unheard: Unheard) -> Self {
        Self::Unheard
    }
}

impl std::convert::From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl std::convert::From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Refused(error.into())
    }
}
