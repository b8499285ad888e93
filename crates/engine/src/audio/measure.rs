//! The first reading of a large object: its hashes, and the MD5 of every part.

use futures::StreamExt;
use md5::{Digest as _, Md5};
use sunset_core::audio::format::Format;
use sunset_core::audio::parts::Layout;
use sunset_core::audio::record::{MeasuredPart, Version};
use sunset_core::audio::signature::HEAD;
use sunset_core::error::ErrorKind;
use sunset_core::ports::objects::SourceObject;
use tokio::sync::Mutex;

use super::copier::{Copier, Fault, ended_early, format_of};
use super::hashes::{Hashes, Sums};
use crate::retry::retry;

/// What the first reading gave, as far as it got.
#[derive(Default)]
struct Measuring {
    hashes: Hashes,
    parts: Vec<[u8; 16]>,
    format: Option<Format>,
}

/// What the first reading gave.
pub struct Measured {
    /// Of the whole.
    pub sums: Sums,
    /// MD5 of every part.
    pub parts: Vec<[u8; 16]>,
    /// From the first bytes.
    pub format: Format,
}

impl Copier {
    /// Reads the object from where an earlier run stopped.
    pub(super) async fn measure(
        &self,
        object: &SourceObject,
        layout: Layout,
    ) -> Result<Measured, Fault> {
        let version = Version {
            generation: object.generation,
            size: object.size,
            part: layout.part,
        };
        let known = retry(self.retries, || {
            self.journal.measured(&object.uri, &version)
        })
        .await;
        let known = known.map_err(Fault::Fatal)?;
        let state = known
            .last()
            .and_then(|part| Hashes::from_state(&part.state));
        let mut measuring = Measuring::default();
        if let Some(hashes) = state.filter(|_| object.generation.is_some()) {
            measuring.hashes = hashes;
            measuring.parts = known.iter().map(|part| part.md5).collect();
            let head = retry(self.retries, || self.read_head(object)).await;
            measuring.format = Some(format_of(&head.map_err(Fault::of_source)?, object)?);
        }
        let measuring = Mutex::new(measuring);
        loop {
            let before = measuring.lock().await.parts.len();
            let read = retry(self.retries, || async {
                let mut measuring = measuring.lock().await;
                // Bytes behind the last whole part are read again.
                self.measure_rest(object, layout, &version, &mut measuring)
                    .await
            });
            match read.await {
                Ok(done) => {
                    done?;
                    break;
                }
                // As long as it gets on, it goes on.
                Err(error)
                    if error.kind() == ErrorKind::Unreachable
                        && measuring.lock().await.parts.len() > before => {}
                Err(error) => return Err(Fault::of_source(error)),
            }
        }
        let measuring = measuring.into_inner();
        let format = measuring
            .format
            .ok_or_else(|| Fault::Failed(ended_early(object, measuring.hashes.length())))?;
        Ok(Measured {
            sums: measuring.hashes.finish(),
            parts: measuring.parts,
            format,
        })
    }

    /// Reads from behind the last whole part to the end. The outer error may pass, the inner one
    /// does not.
    async fn measure_rest(
        &self,
        object: &SourceObject,
        layout: Layout,
        version: &Version,
        measuring: &mut Measuring,
    ) -> sunset_core::Result<Result<(), Fault>> {
        let mut from = measuring.parts.len() as u64 * layout.part;
        if from >= object.size {
            return Ok(Ok(()));
        }
        let mut hashes = measuring.hashes.clone();
        let (mut part, mut measured) = (Md5::default(), 0);
        let mut head = Vec::new();
        let mut stream = self.source.read(object, from, object.size).await?;
        while let Some(chunk) = stream.next().await {
            let mut chunk = chunk?;
            self.limits.read(chunk.len()).await;
            if measuring.format.is_none() {
                head.extend_from_slice(chunk.get(..chunk.len().min(HEAD)).unwrap_or_default());
                if head.len() >= HEAD {
                    match format_of(&head, object) {
                        Ok(format) => measuring.format = Some(format),
                        Err(fault) => return Ok(Err(fault)),
                    }
                }
            }
            while !chunk.is_empty() {
                let left = layout.part.min(object.size - from) - measured;
                if left == 0 {
                    return Ok(Err(Fault::Changed));
                }
                let take = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
                let bytes = chunk.split_to(take);
                hashes.update(&bytes);
                part.update(&bytes);
                measured += take as u64;
                if measured == layout.part.min(object.size - from) {
                    let md5 = std::mem::take(&mut part).finalize().into();
                    measured = 0;
                    let number = u32::try_from(measuring.parts.len() + 1).unwrap_or(u32::MAX);
                    let state = hashes.state();
                    let done = MeasuredPart { number, md5, state };
                    let noted = retry(self.retries, || {
                        self.journal.measure(&object.uri, version, &done)
                    });
                    if let Err(error) = noted.await {
                        return Ok(Err(Fault::Fatal(error)));
                    }
                    measuring.parts.push(md5);
                    measuring.hashes = hashes.clone();
                    from += layout.part;
                    if from >= object.size {
                        from = object.size;
                    }
                }
            }
        }
        if measuring.hashes.length() < object.size {
            return Err(ended_early(object, hashes.length()));
        }
        Ok(Ok(()))
    }

    async fn read_head(&self, object: &SourceObject) -> sunset_core::Result<Vec<u8>> {
        let to = object.size.min(HEAD as u64);
        let mut stream = self.source.read(object, 0, to).await?;
        let mut head = Vec::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            self.limits.read(chunk.len()).await;
            head.extend_from_slice(&chunk);
        }
        Ok(head)
    }
}
