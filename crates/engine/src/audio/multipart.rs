//! Copying a large object: read once to measure it, once more to send it.
//!
//! The first reading gives the hashes of the whole and the MD5 of every part, and the ledger keeps
//! them part by part. Only then is an upload begun: by now its `sha256` is known for the object's
//! metadata, bytes that are no audio or not what the source states are not sent at all, and every
//! part goes out as a stream whose `Content-MD5` the store checks. No part is ever held whole, and
//! a run that was stopped knows of every part whether it has to be read or sent again.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use sunset_core::audio::parts::Layout;
use sunset_core::audio::plan::Owner;
use sunset_core::audio::planner::{listed, same_version};
use sunset_core::audio::record::{ObjectRecord, State};
use sunset_core::error::{Error, ErrorKind};
use sunset_core::ports::objects::{
    Attributes, Body, ByteStream, SourceObject, StoredPart, UnfinishedUpload,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::copier::{Copier, Fault, Stored, attributes, is_md5};
use super::hashes::{hex, multipart_etag};
use super::limits::closed;
use super::measure::Measured;
use crate::retry::retry;

/// Parts of one object on their way at once.
const AT_ONCE: usize = 4;

/// The upload of an object, begun now or by an earlier run.
struct Upload {
    upload: UnfinishedUpload,
    /// The parts that the store holds.
    held: Vec<StoredPart>,
    resumed: bool,
}

impl Copier {
    pub(super) async fn copy_in_parts(
        &self,
        object: &SourceObject,
        owner: &Owner,
        key: String,
        previous: Option<&ObjectRecord>,
    ) -> Result<Stored, Fault> {
        let layout = Layout::of(object.size);
        let measured = self.measure(object, layout).await?;
        if let Err(error) = measured.sums.check(object) {
            let forgotten = retry(self.retries, || self.journal.forget(&object.uri)).await;
            forgotten.map_err(Fault::Fatal)?;
            return Err(Fault::Failed(error));
        }
        let attributes = attributes(object, measured.format, &measured.sums);
        let mut record = listed(object, None, owner.role());
        record.conversation_id = owner.id().map(ToOwned::to_owned);
        record.state = State::Pending;
        record.key = Some(key.clone());
        record.sha256 = Some(measured.sums.sha256);

        let mut upload = self
            .upload(
                object,
                layout,
                &measured,
                &mut record,
                &attributes,
                previous,
            )
            .await?;
        let mut sent = self.send(object, layout, &measured, &upload).await;
        if let Err(fault) = &sent
            && let Some(error) = takes_no_more(fault, upload.resumed)
        {
            tracing::info!(key = %key, error = %error, "beginning the upload anew");
            let begun = self.begin(&mut record, &attributes).await?;
            let left = std::mem::replace(&mut upload, begun);
            self.abort(&left.upload).await;
            sent = self.send(object, layout, &measured, &upload).await;
        }
        let kept = upload.held.len() as u64;
        let mut parts = match sent {
            Ok(parts) => parts,
            // It is in the ledger already, and the next run goes on with it.
            Err(Fault::Fatal(error)) => return Err(Fault::Fatal(error)),
            Err(Fault::Failed(error)) if error.kind() != ErrorKind::Mismatch => {
                return Err(Fault::Halfway(error, Box::new(record)));
            }
            Err(fault) => {
                self.give_up(&upload.upload, &mut record).await?;
                return Err(fault);
            }
        };
        parts.append(&mut upload.held);
        parts.sort_by_key(|part| part.number);
        let etag = self.complete(&upload.upload, &parts, &measured).await;
        if let Err(Fault::Failed(_)) = &etag {
            self.give_up(&upload.upload, &mut record).await?;
        }
        Ok(Stored {
            sums: measured.sums,
            format: measured.format,
            key,
            etag: etag?,
            sent: layout.parts() - kept,
            kept,
        })
    }

    /// Goes on with the upload of an earlier run, or begins one.
    async fn upload(
        &self,
        object: &SourceObject,
        layout: Layout,
        measured: &Measured,
        record: &mut ObjectRecord,
        attributes: &Attributes,
        previous: Option<&ObjectRecord>,
    ) -> Result<Upload, Fault> {
        let earlier = previous.filter(|previous| {
            same_version(object, previous)
                && previous.key == record.key
                && previous.sha256 == record.sha256
        });
        if let Some(id) = earlier.and_then(|previous| previous.upload.clone()) {
            let upload = UnfinishedUpload {
                key: record.key.clone().unwrap_or_default(),
                id,
            };
            let parts = retry(self.retries, || self.store.parts(&upload)).await;
            if let Ok(Some(parts)) = parts {
                record.upload = Some(upload.id.clone());
                return Ok(Upload {
                    held: held(parts, layout, measured),
                    upload,
                    resumed: true,
                });
            }
        }
        self.begin(record, attributes).await
    }

    async fn begin(
        &self,
        record: &mut ObjectRecord,
        attributes: &Attributes,
    ) -> Result<Upload, Fault> {
        let key = record.key.clone().unwrap_or_default();
        let upload = retry(self.retries, || self.store.begin(&key, attributes)).await;
        let upload = upload.map_err(Fault::of_store)?;
        record.upload = Some(upload.id.clone());
        self.note(record).await?;
        Ok(Upload {
            upload,
            held: Vec::new(),
            resumed: false,
        })
    }

    /// Whatever the store made of its parts, the next attempt does not build on this upload.
    async fn give_up(
        &self,
        upload: &UnfinishedUpload,
        record: &mut ObjectRecord,
    ) -> Result<(), Fault> {
        record.upload = None;
        self.note(record).await?;
        self.abort(upload).await;
        Ok(())
    }

    async fn abort(&self, upload: &UnfinishedUpload) {
        if let Err(error) = self.store.abort(upload).await {
            tracing::warn!(key = %upload.key, error = %error, "cannot give the upload up");
        }
    }

    async fn note(&self, record: &ObjectRecord) -> Result<(), Fault> {
        let records = std::slice::from_ref(record);
        let noted = retry(self.retries, || self.journal.record(records)).await;
        noted.map_err(Fault::Fatal)
    }

    /// Sends the parts that the store does not hold, some at once; gives those it sent.
    async fn send(
        &self,
        object: &SourceObject,
        layout: Layout,
        measured: &Measured,
        upload: &Upload,
    ) -> Result<Vec<StoredPart>, Fault> {
        let parts = (1_u32..).zip(measured.parts.iter().copied());
        let mut missing =
            parts.filter(|(number, _)| !upload.held.iter().any(|part| part.number == *number));
        let lane = Arc::new(Semaphore::new(1));
        let mut sending = FuturesUnordered::new();
        let mut parts = Vec::new();
        loop {
            while sending.len() < AT_ONCE
                && let Some((number, md5)) = missing.next()
            {
                let upload = &upload.upload;
                sending.push(self.send_part(object, layout, upload, number, md5, &lane));
            }
            match sending.next().await {
                Some(sent) => parts.push(sent?),
                None => return Ok(parts),
            }
        }
    }

    async fn send_part(
        &self,
        object: &SourceObject,
        layout: Layout,
        upload: &UnfinishedUpload,
        number: u32,
        md5: [u8; 16],
        lane: &Arc<Semaphore>,
    ) -> Result<StoredPart, Fault> {
        let (from, to) = layout.range(number);
        let _turn = self.limits.part().await.map_err(Fault::Fatal)?;
        let sent = retry(self.retries, || async {
            // The bytes of an object's parts go out one part after the other, while the answers
            // to several are awaited: whenever the program is killed, one part is half sent.
            let turn = Arc::clone(lane).acquire_owned().await.map_err(closed)?;
            let stream = match self.source.read(object, from, to).await {
                Ok(stream) => stream,
                Err(error) if error.kind() == ErrorKind::Unreachable => return Err(error),
                Err(error) if error.kind() == ErrorKind::Throttled => return Err(error),
                Err(error) => return Ok(Err(Fault::of_source(error))),
            };
            let body = Body {
                bytes: self.in_turn(stream, to - from, turn),
                length: to - from,
                md5,
            };
            self.store.put_part(upload, number, body).await.map(Ok)
        });
        let stated = sent.await.map_err(Fault::of_store)??;
        let expected = hex(&md5);
        match stated {
            // An ETag that is no MD5 says nothing of the bytes: the store has checked them by
            // `Content-MD5`, and the object's own ETag is held against all parts in the end.
            Some(etag) if is_md5(&etag) && !etag.eq_ignore_ascii_case(&expected) => {
                Err(Fault::Failed(
                    Error::new(
                        ErrorKind::Mismatch,
                        format!(
                            "R2 states the ETag {etag} for part {number} and {expected} was sent"
                        ),
                    )
                    .item(upload.key.clone()),
                ))
            }
            stated => Ok(StoredPart {
                number,
                size: to - from,
                etag: stated.unwrap_or(expected),
            }),
        }
    }

    /// A body that keeps to the bandwidth in both directions, and gives its turn back with its
    /// last byte.
    fn in_turn(&self, stream: ByteStream, length: u64, turn: OwnedSemaphorePermit) -> ByteStream {
        let limits = Arc::clone(&self.limits);
        let state = (stream, length, Some(turn), limits);
        futures::stream::unfold(
            state,
            |(mut stream, mut left, mut turn, limits)| async move {
                let chunk = stream.next().await?;
                if let Ok(chunk) = &chunk {
                    let bytes = chunk.len();
                    tokio::join!(limits.read(bytes), limits.send(bytes));
                    left = left.saturating_sub(bytes as u64);
                }
                if left == 0 {
                    turn = None;
                }
                Some((chunk, (stream, left, turn, limits)))
            },
        )
        .boxed()
    }

    /// Makes the object of its parts. When the answer was lost, the object itself tells whether it
    /// is there.
    async fn complete(
        &self,
        upload: &UnfinishedUpload,
        parts: &[StoredPart],
        measured: &Measured,
    ) -> Result<String, Fault> {
        let expected = multipart_etag(measured.parts.iter());
        let completed = retry(self.retries, || async {
            let error = match self.store.complete(upload, parts).await {
                Ok(stated) => return Ok(stated),
                Err(error) => error,
            };
            match self.store.head(&upload.key).await {
                Ok(Some(head)) if head.etag.as_deref() == Some(&expected) => Ok(head.etag),
                _ => Err(error),
            }
        });
        // An upload that is gone is no reason to end the run: it is begun anew.
        let stated = completed.await.map_err(|error| match error.kind() {
            ErrorKind::Denied => Fault::Fatal(error),
            _ => Fault::Failed(error),
        })?;
        self.prove(&upload.key, stated, &expected, &measured.sums)
            .await
    }
}

/// The error of a store that takes no parts of this upload any more: it is gone, or is one of an
/// earlier run that is not gone on with. Where it is the bucket that is gone, beginning another
/// upload says so.
fn takes_no_more(fault: &Fault, resumed: bool) -> Option<&Error> {
    match fault {
        Fault::Fatal(error) if error.kind() == ErrorKind::NotFound => Some(error),
        Fault::Fatal(error) if error.kind() == ErrorKind::Denied => resumed.then_some(error),
        Fault::Failed(error) if error.kind() == ErrorKind::Conflict => resumed.then_some(error),
        _ => None,
    }
}

/// The parts that the store holds as they are to be. A store that states no ETag of a part, or one
/// that is no MD5, is believed the size: the ETag of the whole is held against the parts in the
/// end.
fn held(parts: Vec<StoredPart>, layout: Layout, measured: &Measured) -> Vec<StoredPart> {
    let right = |part: &StoredPart| {
        let (from, to) = layout.range(part.number);
        let index = part.number.checked_sub(1)?;
        let md5 = measured.parts.get(usize::try_from(index).ok()?)?;
        let same = !is_md5(&part.etag) || part.etag.eq_ignore_ascii_case(&hex(md5));
        (same && part.size == to - from).then(|| hex(md5))
    };
    let with_etag = |mut part: StoredPart| {
        let expected = right(&part)?;
        if part.etag.is_empty() {
            part.etag = expected;
        }
        Some(part)
    };
    parts.into_iter().filter_map(with_etag).collect()
}
