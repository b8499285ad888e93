//! Copying one object, and proving it.

use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};

use futures::{StreamExt, TryStreamExt};
use sunset_core::audio::CACHE_CONTROL;
use sunset_core::audio::address::{MAX_KEY, metadata_uri};
use sunset_core::audio::format::Format;
use sunset_core::audio::parts::{Layout, MAX_OBJECT};
use sunset_core::audio::plan::Owner;
use sunset_core::audio::record::ObjectRecord;
use sunset_core::audio::signature::{HEAD, recognise};
use sunset_core::error::{Error, ErrorKind};
use sunset_core::ports::objects::{
    Attributes, Body, ByteStream, ObjectJournal, ObjectSource, ObjectWriter, SourceObject,
};

use super::hashes::{Hashes, Sums, hex};
use super::limits::Limits;
use super::room::{Kept, Room, longer};
use crate::retry::{Retries, retry};

/// Why an object is not copied.
#[derive(Debug)]
pub enum Fault {
    /// Nothing can be copied any more: the run ends.
    Fatal(Error),
    /// This object could not be copied.
    Failed(Error),
    /// Nor this one, and some of its parts are in the store: what the ledger is to keep, so that
    /// another run goes on there.
    Halfway(Error, Box<ObjectRecord>),
    /// This object is not to be copied.
    Quarantined(String),
    /// The source has another version of it by now, or none.
    Changed,
}

impl Fault {
    /// An error of the source.
    pub fn of_source(error: Error) -> Self {
        match error.kind() {
            ErrorKind::Conflict | ErrorKind::NotFound => Self::Changed,
            _ => Self::Failed(error),
        }
    }

    /// An error of the store. One that every other object would meet as well ends the run.
    pub fn of_store(error: Error) -> Self {
        match error.kind() {
            ErrorKind::Denied | ErrorKind::NotFound | ErrorKind::Configuration => {
                Self::Fatal(error)
            }
            ErrorKind::Refused => Self::Quarantined(error.to_string()),
            _ => Self::Failed(error),
        }
    }
}

/// An object that is stored and proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Of its bytes.
    pub sums: Sums,
    /// From its bytes.
    pub format: Format,
    /// Where.
    pub key: String,
    /// The store's.
    pub etag: String,
    /// Parts sent now.
    pub sent: u64,
    /// Parts that an earlier run had sent.
    pub kept: u64,
}

/// What copies share.
pub struct Copier {
    pub source: Arc<dyn ObjectSource>,
    pub store: Arc<dyn ObjectWriter>,
    pub journal: Arc<dyn ObjectJournal>,
    pub limits: Arc<Limits>,
    pub room: Room,
    pub retries: Retries,
}

/// A small object in hand, and what its bytes are.
struct Held {
    kept: Kept,
    sums: Sums,
    format: Format,
}

impl Copier {
    /// Copies this version of the object. `previous` is what the ledger holds of it.
    pub async fn copy(
        &self,
        object: &SourceObject,
        owner: &Owner,
        previous: Option<&ObjectRecord>,
    ) -> Result<Stored, Fault> {
        let key = owner.key(&object.name);
        if key.len() > MAX_KEY {
            let length = key.len();
            return Err(Fault::Quarantined(format!(
                "key too long: {length} bytes, and R2 takes {MAX_KEY}"
            )));
        }
        if object.size > MAX_OBJECT {
            return Err(Fault::Quarantined(
                "too large: R2 takes up to 5 TiB".to_owned(),
            ));
        }
        if object.size == 0 {
            return Err(Fault::Quarantined(
                "empty: the object has 0 bytes".to_owned(),
            ));
        }
        if Layout::of(object.size).is_single() {
            self.copy_whole(object, key).await
        } else {
            self.copy_in_parts(object, owner, key, previous).await
        }
    }

    /// Copies a small object: read once, hashed, kept, and sent by one request. What was sent is
    /// let go of piece by piece, so that sending it again takes reading it again.
    async fn copy_whole(&self, object: &SourceObject, key: String) -> Result<Stored, Fault> {
        let first = Mutex::new(Some(self.hold(object).await?));
        let sent = retry(self.retries, || async {
            let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
            let held = match first {
                Some(held) => held,
                None => match self.hold(object).await {
                    Ok(held) => held,
                    Err(fault) => return Ok(Err(fault)),
                },
            };
            let (sums, format) = (held.sums, held.format);
            let body = Body {
                bytes: self.limited(held.kept.into_stream()),
                length: sums.length,
                md5: sums.md5,
            };
            let attributes = attributes(object, format, &sums);
            let stated = self.store.put(&key, body, &attributes).await?;
            Ok(Ok((stated, sums, format)))
        });
        let (stated, sums, format) = sent.await.map_err(Fault::of_store)??;
        let etag = self.prove(&key, stated, &hex(&sums.md5), &sums).await?;
        Ok(Stored {
            sums,
            format,
            key,
            etag,
            sent: 1,
            kept: 0,
        })
    }

    /// Reads a small object whole, and finds it to be what the source states, and audio.
    async fn hold(&self, object: &SourceObject) -> Result<Held, Fault> {
        let read = retry(self.retries, || self.read_whole(object)).await;
        let (kept, head, sums) = read.map_err(Fault::of_source)?;
        sums.check(object).map_err(Fault::Failed)?;
        let format = format_of(&head, object)?;
        Ok(Held { kept, sums, format })
    }

    /// The bytes, the first of them, and their hashes.
    async fn read_whole(
        &self,
        object: &SourceObject,
    ) -> sunset_core::Result<(Kept, Vec<u8>, Sums)> {
        let mut taken = self.room.take(object.size).await?;
        let mut stream = self.source.read(object, 0, object.size).await?;
        let mut hashes = Hashes::default();
        let mut head = Vec::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            self.limits.read(chunk.len()).await;
            hashes.update(&chunk);
            if hashes.length() > object.size {
                return Err(longer().item(object.uri.clone()));
            }
            let missing = (HEAD - head.len()).min(chunk.len());
            head.extend_from_slice(chunk.get(..missing).unwrap_or_default());
            self.room.put(&mut taken, chunk)?;
        }
        if hashes.length() < object.size {
            return Err(ended_early(object, hashes.length()));
        }
        let kept = self.room.seal(taken)?;
        Ok((kept, head, hashes.finish()))
    }

    /// Bytes that keep to the bandwidth.
    fn limited(&self, bytes: ByteStream) -> ByteStream {
        let limits = Arc::clone(&self.limits);
        let sent = bytes.and_then(move |piece| {
            let limits = Arc::clone(&limits);
            async move {
                limits.send(piece.len()).await;
                Ok(piece)
            }
        });
        sent.boxed()
    }

    /// Holds what the store states against what was sent. A store that states something that is
    /// no MD5 is asked for the bytes.
    pub(super) async fn prove(
        &self,
        key: &str,
        stated: Option<String>,
        expected: &str,
        sums: &Sums,
    ) -> Result<String, Fault> {
        let stated = match stated {
            Some(etag) => Some(etag),
            None => {
                let head = retry(self.retries, || self.store.head(key)).await;
                head.map_err(Fault::of_store)?.and_then(|head| head.etag)
            }
        };
        match stated {
            Some(etag) if etag.eq_ignore_ascii_case(expected) => Ok(etag),
            Some(etag) if is_md5(&etag) => Err(Fault::Failed(
                Error::new(
                    ErrorKind::Mismatch,
                    format!("R2 states the ETag {etag} and {expected} was sent"),
                )
                .item(key.to_owned())
                .remedy(
                    "the object is sent again; if it stays so, something between changes bytes",
                ),
            )),
            other => {
                let read = retry(self.retries, || self.read_back(key)).await;
                let read = read.map_err(Fault::of_store)?;
                if read.sha256 != sums.sha256 {
                    return Err(Fault::Failed(
                        Error::new(
                            ErrorKind::Mismatch,
                            format!(
                                "the SHA-256 of the bytes in R2 is {} and {} was sent",
                                read.sha256, sums.sha256
                            ),
                        )
                        .item(key.to_owned()),
                    ));
                }
                Ok(other.unwrap_or_default())
            }
        }
    }

    async fn read_back(&self, key: &str) -> sunset_core::Result<Sums> {
        let mut hashes = Hashes::default();
        let mut stream = self.store.get(key).await?;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            self.limits.read(chunk.len()).await;
            hashes.update(&chunk);
        }
        Ok(hashes.finish())
    }
}

/// Whether an ETag is an MD5, or the MD5 of MD5s with the number of parts behind it.
pub(super) fn is_md5(etag: &str) -> bool {
    let (digest, parts) = etag.split_once('-').unwrap_or((etag, "0"));
    digest.len() == 32
        && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
        && !parts.is_empty()
        && parts.bytes().all(|byte| byte.is_ascii_digit())
}

/// A stream that ended before its time; another attempt may give the rest.
pub fn ended_early(object: &SourceObject, read: u64) -> Error {
    let size = object.size;
    Error::new(
        ErrorKind::Unreachable,
        format!("reading ended after {read} of {size} bytes"),
    )
    .item(object.uri.clone())
}

/// The format of an object by its first bytes.
pub fn format_of(head: &[u8], object: &SourceObject) -> Result<Format, Fault> {
    let compressed = is_gzip(object);
    let found = if compressed {
        recognise(&decompressed(head))
    } else {
        recognise(head)
    };
    found.ok_or_else(|| {
        let shown: Vec<String> = head
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Fault::Quarantined(format!(
            "no audio: the bytes begin with {}",
            shown.join(" ")
        ))
    })
}

fn is_gzip(object: &SourceObject) -> bool {
    let encoding = object.content_encoding.as_deref();
    encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case("gzip"))
}

/// The beginning of what compressed bytes hold, as far as they go.
fn decompressed(head: &[u8]) -> Vec<u8> {
    let mut decoder = flate2::read::GzDecoder::new(head).take(HEAD as u64);
    let mut bytes = Vec::new();
    let mut buffer = [0; 512];
    while let Ok(read) = decoder.read(&mut buffer)
        && let Some(more) = buffer.get(..read)
        && !more.is_empty()
    {
        bytes.extend_from_slice(more);
    }
    bytes
}

/// What is stored beside the bytes.
pub fn attributes(object: &SourceObject, format: Format, sums: &Sums) -> Attributes {
    Attributes {
        content_type: format.content_type().to_owned(),
        content_encoding: is_gzip(object).then(|| "gzip".to_owned()),
        cache_control: CACHE_CONTROL.to_owned(),
        metadata: vec![
            ("source-uri".to_owned(), metadata_uri(&object.uri)),
            ("sha256".to_owned(), sums.sha256.to_string()),
        ],
    }
}
