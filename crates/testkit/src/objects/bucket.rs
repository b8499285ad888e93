//! The new bucket.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::TargetIdentity;
use sunset_core::ports::objects::{
    Attributes, Body, ByteStream, ObjectStore, ObjectWriter, StoredHead, StoredObject, StoredPart,
    UnfinishedUpload,
};
use tokio::time::Instant;

use super::{hex, lock, md5_hex, md5_of};

/// What goes wrong with one request that writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreFault {
    /// Nothing goes wrong with this one.
    None,
    /// It is refused, and nothing is done.
    Refused(ErrorKind),
    /// It is done, and the answer is lost.
    AnswerLost,
    /// One byte is stored wrong, and the answer is good.
    WrongByte,
}

#[derive(Debug, Clone)]
struct Stored {
    bytes: Bytes,
    etag: String,
    attributes: Attributes,
}

#[derive(Debug, Clone)]
struct Upload {
    key: String,
    attributes: Attributes,
    parts: BTreeMap<u32, Bytes>,
}

#[derive(Debug, Default)]
struct State {
    objects: BTreeMap<String, Stored>,
    uploads: BTreeMap<String, Upload>,
    next_upload: u32,
    listings: u32,
    puts: u32,
    parts: Vec<u32>,
    put_faults: VecDeque<StoreFault>,
    part_faults: VecDeque<StoreFault>,
    complete_faults: VecDeque<StoreFault>,
    always: Option<StoreFault>,
    opaque_parts: bool,
    arrivals: Vec<(Instant, u64)>,
}

impl State {
    fn etag_of_part(&self, bytes: &[u8]) -> String {
        let md5 = md5_hex(bytes);
        if self.opaque_parts {
            format!("token-of-{md5}")
        } else {
            md5
        }
    }
}

/// A bucket in memory with R2's rules for parts and ETags.
#[derive(Debug, Default)]
pub struct MemoryBucket {
    state: Mutex<State>,
}

impl MemoryBucket {
    /// The keys and bytes of all objects.
    pub fn objects(&self) -> BTreeMap<String, Bytes> {
        let state = lock(&self.state);
        state
            .objects
            .iter()
            .map(|(key, stored)| (key.clone(), stored.bytes.clone()))
            .collect()
    }

    /// What stands beside an object's bytes.
    pub fn attributes(&self, key: &str) -> Option<Attributes> {
        lock(&self.state)
            .objects
            .get(key)
            .map(|stored| stored.attributes.clone())
    }

    /// Puts an object in, as somebody else would.
    pub fn plant(&self, key: &str, bytes: &[u8]) {
        let stored = Stored {
            bytes: Bytes::copy_from_slice(bytes),
            etag: md5_hex(bytes),
            attributes: Attributes::default(),
        };
        lock(&self.state).objects.insert(key.to_owned(), stored);
    }

    /// Removes an object, as somebody else would.
    pub fn lose(&self, key: &str) {
        lock(&self.state).objects.remove(key);
    }

    /// Gives an object other bytes, of which its size and its ETag say nothing.
    pub fn rot(&self, key: &str) {
        if let Some(stored) = lock(&self.state).objects.get_mut(key) {
            let mut bytes = stored.bytes.to_vec();
            if let Some(last) = bytes.last_mut() {
                *last ^= 1;
            }
            stored.bytes = bytes.into();
        }
    }

    /// Begins an upload that nobody will complete.
    pub fn abandon_upload(&self, key: &str) {
        begin(&mut lock(&self.state), key, &Attributes::default());
    }

    /// Forgets every upload, as R2 does after seven days.
    pub fn drop_uploads(&self) {
        lock(&self.state).uploads.clear();
    }

    /// Unfinished uploads.
    pub fn uploads(&self) -> usize {
        lock(&self.state).uploads.len()
    }

    /// How often the bucket was listed.
    pub fn listings(&self) -> u32 {
        lock(&self.state).listings
    }

    /// How many objects were sent by one request.
    pub fn puts(&self) -> u32 {
        lock(&self.state).puts
    }

    /// The numbers of the parts that arrived whole, in order.
    pub fn parts_received(&self) -> Vec<u32> {
        lock(&self.state).parts.clone()
    }

    /// When how many bytes of bodies arrived, piece by piece over all requests.
    pub fn arrivals(&self) -> Vec<(Instant, u64)> {
        lock(&self.state).arrivals.clone()
    }

    /// Takes a body in, as a server does that checks length and Content-MD5.
    async fn receive(&self, mut body: Body, fault: StoreFault) -> Result<Bytes> {
        let mut bytes = Vec::new();
        while let Some(chunk) = body.bytes.next().await {
            let chunk = chunk?;
            let arrival = (Instant::now(), chunk.len() as u64);
            lock(&self.state).arrivals.push(arrival);
            bytes.extend_from_slice(&chunk);
        }
        if bytes.len() as u64 != body.length {
            return Err(Error::new(ErrorKind::Unreachable, "IncompleteBody"));
        }
        if md5_of(&bytes) != body.md5 {
            return Err(Error::new(ErrorKind::Unreachable, "BadDigest"));
        }
        if fault == StoreFault::WrongByte
            && let Some(byte) = bytes.first_mut()
        {
            *byte ^= 1;
        }
        Ok(bytes.into())
    }

    /// What happens to the next whole objects, one each.
    pub fn put_faults(&self, faults: impl IntoIterator<Item = StoreFault>) {
        lock(&self.state).put_faults.extend(faults);
    }

    /// From now on ETags of parts are tokens that say nothing of the bytes, as those of Cloudflare's
    /// own simulator.
    pub fn give_tokens_for_parts(&self) {
        lock(&self.state).opaque_parts = true;
    }

    /// What happens to the next parts, one each.
    pub fn part_faults(&self, faults: impl IntoIterator<Item = StoreFault>) {
        lock(&self.state).part_faults.extend(faults);
    }

    /// What happens to the next completions, one each.
    pub fn complete_faults(&self, faults: impl IntoIterator<Item = StoreFault>) {
        lock(&self.state).complete_faults.extend(faults);
    }

    /// What happens to every request that writes and for which nothing else is said.
    pub fn always(&self, fault: Option<StoreFault>) {
        lock(&self.state).always = fault;
    }
}

fn begin(state: &mut State, key: &str, attributes: &Attributes) -> UnfinishedUpload {
    state.next_upload += 1;
    let id = format!("upload-{}", state.next_upload);
    let upload = Upload {
        key: key.to_owned(),
        attributes: attributes.clone(),
        parts: BTreeMap::new(),
    };
    state.uploads.insert(id.clone(), upload);
    UnfinishedUpload {
        key: key.to_owned(),
        id,
    }
}

fn answer<T>(fault: StoreFault, done: T) -> Result<T> {
    match fault {
        StoreFault::AnswerLost => Err(Error::new(
            ErrorKind::Unreachable,
            "answer lost by the test",
        )),
        _ => Ok(done),
    }
}

fn refused(fault: StoreFault) -> Result<()> {
    match fault {
        StoreFault::Refused(kind) => Err(Error::new(kind, "refused by the test")),
        _ => Ok(()),
    }
}

fn no_such_upload() -> Error {
    Error::new(ErrorKind::NotFound, "NoSuchUpload")
}

#[async_trait]
impl ObjectStore for MemoryBucket {
    fn identity(&self) -> TargetIdentity {
        TargetIdentity::bucket("memory://", "bucket")
    }

    fn list(&self, prefix: &str) -> BoxStream<'static, Result<Vec<StoredObject>>> {
        let mut state = lock(&self.state);
        state.listings += 1;
        let objects = state
            .objects
            .iter()
            .filter(|(key, _)| key.starts_with(prefix));
        let objects: Vec<_> = objects
            .map(|(key, stored)| StoredObject {
                key: key.clone(),
                size: stored.bytes.len() as u64,
                etag: Some(stored.etag.clone()),
            })
            .collect();
        let pages: Vec<_> = objects
            .chunks(1_000)
            .map(|page| Ok(page.to_vec()))
            .collect();
        futures::stream::iter(pages).boxed()
    }

    async fn head(&self, key: &str) -> Result<Option<StoredHead>> {
        let state = lock(&self.state);
        Ok(state.objects.get(key).map(|stored| {
            let metadata = |name: &str| {
                let mut all = stored.attributes.metadata.iter();
                all.find(|(found, _)| found == name)
                    .map(|(_, value)| value.clone())
            };
            StoredHead {
                size: stored.bytes.len() as u64,
                etag: Some(stored.etag.clone()),
                content_type: Some(stored.attributes.content_type.clone()),
                sha256: metadata("sha256"),
                source_uri: metadata("source-uri"),
            }
        }))
    }

    async fn get(&self, key: &str) -> Result<ByteStream> {
        let stored = lock(&self.state).objects.get(key).cloned();
        let stored = stored.ok_or_else(|| Error::new(ErrorKind::NotFound, "NoSuchKey"))?;
        Ok(futures::stream::iter([Ok(stored.bytes)]).boxed())
    }

    async fn unfinished(&self, prefix: &str) -> Result<Vec<UnfinishedUpload>> {
        let state = lock(&self.state);
        let uploads = state
            .uploads
            .iter()
            .filter(|(_, upload)| upload.key.starts_with(prefix));
        Ok(uploads
            .map(|(id, upload)| UnfinishedUpload {
                key: upload.key.clone(),
                id: id.clone(),
            })
            .collect())
    }

    async fn parts(&self, upload: &UnfinishedUpload) -> Result<Option<Vec<StoredPart>>> {
        let state = lock(&self.state);
        Ok(state.uploads.get(&upload.id).map(|upload| {
            let parts = upload.parts.iter().map(|(number, bytes)| StoredPart {
                number: *number,
                size: bytes.len() as u64,
                etag: state.etag_of_part(bytes),
            });
            parts.collect()
        }))
    }
}

#[async_trait]
impl ObjectWriter for MemoryBucket {
    async fn put(&self, key: &str, body: Body, attributes: &Attributes) -> Result<Option<String>> {
        let fault = {
            let mut state = lock(&self.state);
            let next = state.put_faults.pop_front().or(state.always);
            next.unwrap_or(StoreFault::None)
        };
        refused(fault)?;
        let bytes = self.receive(body, fault).await?;
        let etag = md5_hex(&bytes);
        let mut state = lock(&self.state);
        state.puts += 1;
        let stored = Stored {
            bytes,
            etag: etag.clone(),
            attributes: attributes.clone(),
        };
        state.objects.insert(key.to_owned(), stored);
        answer(fault, Some(etag))
    }

    async fn begin(&self, key: &str, attributes: &Attributes) -> Result<UnfinishedUpload> {
        Ok(begin(&mut lock(&self.state), key, attributes))
    }

    async fn put_part(
        &self,
        upload: &UnfinishedUpload,
        number: u32,
        body: Body,
    ) -> Result<Option<String>> {
        let fault = {
            let mut state = lock(&self.state);
            let next = state.part_faults.pop_front().or(state.always);
            next.unwrap_or(StoreFault::None)
        };
        refused(fault)?;
        let bytes = self.receive(body, fault).await?;
        let mut state = lock(&self.state);
        let etag = state.etag_of_part(&bytes);
        let held = state
            .uploads
            .get_mut(&upload.id)
            .ok_or_else(no_such_upload)?;
        held.parts.insert(number, bytes);
        state.parts.push(number);
        answer(fault, Some(etag))
    }

    async fn complete(
        &self,
        upload: &UnfinishedUpload,
        parts: &[StoredPart],
    ) -> Result<Option<String>> {
        let mut state = lock(&self.state);
        let fault = state.complete_faults.pop_front().or(state.always);
        let fault = fault.unwrap_or(StoreFault::None);
        refused(fault)?;
        let held = state.uploads.get(&upload.id).ok_or_else(no_such_upload)?;
        let (mut bytes, mut md5s, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            let found = held
                .parts
                .get(&part.number)
                .filter(|found| state.etag_of_part(found) == part.etag);
            let found = found.ok_or_else(|| Error::new(ErrorKind::Conflict, "InvalidPart"))?;
            md5s.extend_from_slice(&md5_of(found));
            sizes.push(found.len());
            bytes.extend_from_slice(found);
        }
        if let Some((last, others)) = sizes.split_last() {
            let equal = others.iter().all(|size| Some(size) == others.first());
            let fits = others
                .first()
                .is_none_or(|first| *first >= 5 << 20 && last <= first);
            if !equal || !fits {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    "InvalidPart: unequal or small parts",
                ));
            }
        }
        let etag = format!("{}-{}", hex(&md5_of(&md5s)), parts.len());
        let attributes = held.attributes.clone();
        state.uploads.remove(&upload.id);
        let stored = Stored {
            bytes: bytes.into(),
            etag: etag.clone(),
            attributes,
        };
        state.objects.insert(upload.key.clone(), stored);
        answer(fault, Some(etag))
    }

    async fn abort(&self, upload: &UnfinishedUpload) -> Result<()> {
        lock(&self.state).uploads.remove(&upload.id);
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<()> {
        lock(&self.state).objects.remove(key);
        Ok(())
    }
}
