//! The old bucket.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::objects::{ByteStream, ObjectSource, SourceObject};

use super::{lock, md5_of};

/// What goes wrong with one reading.
#[derive(Debug, Clone)]
pub enum ReadFault {
    /// The connection breaks after so many bytes.
    Cut(usize),
    /// The body ends after so many bytes, as if that were all.
    EndsEarly(usize),
    /// One byte is another.
    WrongByte(usize),
    /// The service refuses.
    Refused(ErrorKind),
    /// Somebody replaces the object just before.
    Replaced(Vec<u8>),
    /// Somebody removes the object just before.
    Removed,
}

#[derive(Debug, Default)]
struct State {
    objects: BTreeMap<String, (SourceObject, Bytes)>,
    faults: VecDeque<ReadFault>,
    always: Option<ReadFault>,
    generation: i64,
    listings: u32,
    bytes_read: u64,
}

/// A bucket in memory that states size, generation, CRC32C and MD5, as Cloud Storage does.
#[derive(Debug)]
pub struct MemorySource {
    bucket: String,
    state: Mutex<State>,
}

impl MemorySource {
    /// An empty bucket.
    pub fn new(bucket: &str) -> Self {
        Self {
            bucket: bucket.to_owned(),
            state: Mutex::default(),
        }
    }

    /// Puts an object in, in a new generation.
    pub fn put(&self, name: &str, bytes: impl Into<Vec<u8>>) {
        put(&mut lock(&self.state), &self.bucket, name, bytes.into());
    }

    /// Changes what is stated of an object.
    pub fn state(&self, name: &str, change: impl FnOnce(&mut SourceObject)) {
        if let Some((object, _)) = lock(&self.state).objects.get_mut(name) {
            change(object);
        }
    }

    /// The next readings go wrong like this, one each.
    pub fn next_faults(&self, faults: impl IntoIterator<Item = ReadFault>) {
        lock(&self.state).faults.extend(faults);
    }

    /// Every reading goes wrong like this.
    pub fn always(&self, fault: Option<ReadFault>) {
        lock(&self.state).always = fault;
    }

    /// How often the bucket was listed.
    pub fn listings(&self) -> u32 {
        lock(&self.state).listings
    }

    /// How many bytes were handed out.
    pub fn bytes_read(&self) -> u64 {
        lock(&self.state).bytes_read
    }
}

fn put(state: &mut State, bucket: &str, name: &str, bytes: Vec<u8>) {
    state.generation += 1;
    let object = SourceObject {
        name: name.to_owned(),
        uri: format!("gs://{bucket}/{name}"),
        size: bytes.len() as u64,
        generation: Some(state.generation),
        crc32c: Some(crc32c::crc32c(&bytes)),
        md5: Some(md5_of(&bytes)),
        ..SourceObject::default()
    };
    state
        .objects
        .insert(name.to_owned(), (object, bytes.into()));
}

#[async_trait]
impl ObjectSource for MemorySource {
    fn identity(&self) -> String {
        format!("gs://{}", self.bucket)
    }

    fn bucket(&self) -> Option<&str> {
        Some(&self.bucket)
    }

    fn list(&self) -> BoxStream<'static, Result<Vec<SourceObject>>> {
        let mut state = lock(&self.state);
        state.listings += 1;
        let objects: Vec<_> = state
            .objects
            .values()
            .map(|(object, _)| object.clone())
            .collect();
        let pages: Vec<_> = objects
            .chunks(1_000)
            .map(|page| Ok(page.to_vec()))
            .collect();
        futures::stream::iter(pages).boxed()
    }

    async fn stat(&self, name: &str) -> Result<Option<SourceObject>> {
        Ok(lock(&self.state)
            .objects
            .get(name)
            .map(|(object, _)| object.clone()))
    }

    async fn read(&self, object: &SourceObject, from: u64, to: u64) -> Result<ByteStream> {
        let mut state = lock(&self.state);
        let fault = state.faults.pop_front().or_else(|| state.always.clone());
        match &fault {
            Some(ReadFault::Refused(kind)) => return Err(Error::new(*kind, "refused by the test")),
            Some(ReadFault::Replaced(bytes)) => {
                put(&mut state, &self.bucket, &object.name, bytes.clone());
            }
            Some(ReadFault::Removed) => {
                state.objects.remove(&object.name);
            }
            _ => {}
        }
        let Some((now, bytes)) = state.objects.get(&object.name).cloned() else {
            return Err(Error::new(ErrorKind::NotFound, "no such object"));
        };
        if now.generation != object.generation {
            return Err(Error::new(ErrorKind::Conflict, "another generation"));
        }
        let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        let mut bytes = bytes.slice(index(from)..index(to)).to_vec();
        let mut broken = false;
        match fault {
            Some(ReadFault::Cut(after)) => {
                bytes.truncate(after);
                broken = true;
            }
            Some(ReadFault::EndsEarly(after)) => bytes.truncate(after),
            Some(ReadFault::WrongByte(at)) => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1;
                }
            }
            _ => {}
        }
        state.bytes_read += bytes.len() as u64;
        let mut chunks: Vec<Result<Bytes>> = bytes
            .chunks(100_000)
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        if broken {
            chunks.push(Err(Error::new(ErrorKind::Unreachable, "cut by the test")));
        }
        Ok(futures::stream::iter(chunks).boxed())
    }
}
