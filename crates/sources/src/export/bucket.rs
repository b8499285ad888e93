//! An export as `gcloud firestore export gs://…` leaves it: in a bucket, read where it lies.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use bytes::{Buf, Bytes};
use futures::StreamExt;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::ports::objects::{ByteStream, ObjectSource, SourceObject};
use tokio::runtime::Handle;

use super::files::{Files, OVERALL};
use crate::objects::{Bucket, BucketSettings, Described};
use crate::patience::Patience;

/// Folders that are looked into for an export.
const FOLDERS: usize = 1_000;

/// Which export, and who reads it.
#[derive(Debug, Clone, Default)]
pub struct BucketExport {
    /// The bucket.
    pub settings: BucketSettings,
    /// The export's folder in it, or the one above, or its overall metadata.
    pub path: String,
    /// How often a request that failed for a passing reason is repeated without progress.
    pub retries: u32,
}

impl BucketExport {
    /// `gs://BUCKET/PATH`
    pub fn name(&self) -> String {
        let path = self.path.trim_matches('/');
        format!("gs://{}/{path}", self.settings.bucket)
    }
}

/// The objects of one export, read from threads that may wait.
pub(super) struct BucketFiles {
    bucket: Bucket,
    /// What every name begins with; ends with a slash where it is not empty.
    root: String,
    patience: Patience,
    runtime: Handle,
    known: Mutex<HashMap<String, Described>>,
}

impl BucketFiles {
    /// The export, and its overall metadata's file: as for a folder, the path has the overall
    /// metadata right below it, or is it, or has one folder that has it.
    ///
    /// # Errors
    /// `NotFound` when there is none, `Malformed` when there are several, and those of asking.
    pub fn find(export: &BucketExport) -> Result<(Self, String)> {
        let mut files = Self {
            bucket: Bucket::new(export.settings.clone())?,
            root: String::new(),
            patience: Patience::new(export.retries),
            runtime: Handle::current(),
            known: Mutex::default(),
        };
        let path = export.path.trim_matches('/');
        let overall = if path.ends_with(OVERALL) {
            path.to_owned()
        } else {
            files.search(path, &export.name())?
        };
        let file = match overall.rsplit_once('/') {
            Some((folder, file)) => {
                files.root = format!("{folder}/");
                file.to_owned()
            }
            None => overall,
        };
        Ok((files, file))
    }

    fn search(&self, path: &str, name: &str) -> Result<String> {
        let folder = if path.is_empty() {
            String::new()
        } else {
            format!("{path}/")
        };
        let (mut found, folders) = self.list(&folder)?;
        if found.is_empty() {
            if folders.len() > FOLDERS {
                return Err(Error::new(
                    ErrorKind::NotFound,
                    format!(
                        "there is no managed export right here, but {} folders",
                        folders.len()
                    ),
                )
                .item(name.to_owned())
                .remedy("let V2_FIRESTORE name the export's own folder: gs://BUCKET/PATH"));
            }
            for folder in &folders {
                found.extend(self.list(folder)?.0);
            }
        }
        match found.as_slice() {
            [file] => Ok(file.clone()),
            [] => Err(Error::new(
                ErrorKind::NotFound,
                format!("there is no managed export: no object *{OVERALL}"),
            )
            .item(name.to_owned())
            .remedy(
                "let V2_FIRESTORE name what `gcloud firestore export` was given, gs://BUCKET/PATH; \
                 an export that is still under way has no such object yet",
            )),
            several => Err(Error::new(
                ErrorKind::Malformed,
                format!("there are {} exports in one place", several.len()),
            )
            .item(several.join(", "))
            .remedy("let V2_FIRESTORE name one of them: gs://BUCKET/PATH")),
        }
    }

    /// The overall metadata right below a folder, and the folders below it.
    fn list(&self, folder: &str) -> Result<(Vec<String>, Vec<String>)> {
        let (mut found, mut folders, mut page) = (Vec::new(), Vec::new(), None);
        loop {
            let listed = self.waiting(async || self.bucket.below(folder, page.as_deref()).await)?;
            let names = listed.objects.into_iter().map(|object| object.name);
            found.extend(names.filter(|name| name.ends_with(OVERALL)));
            folders.extend(listed.folders);
            page = listed.next;
            if page.is_none() {
                return Ok((found, folders));
            }
        }
    }

    /// Waits for an answer, and asks again while that may help.
    fn waiting<T>(&self, ask: impl AsyncFn() -> Result<T>) -> Result<T> {
        let answered = self.runtime.block_on(self.patience.ask(ask));
        answered.map_err(in_this_place)
    }

    fn describe(&self, path: &str) -> Result<Described> {
        let name = format!("{}{path}", self.root);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(described) = known.get(&name) {
            return Ok(described.clone());
        }
        let described = self.waiting(async || self.bucket.describe(&name).await)?;
        let described = described.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "an object of the export is missing")
                .item(format!("{}/{name}", self.bucket.identity()))
                .remedy(
                    "check the path in V2_FIRESTORE; if it is right, export once more: what is \
                     there is not whole",
                )
        })?;
        known.insert(name, described.clone());
        Ok(described)
    }
}

/// The variable that names this bucket is another than that of recordings.
fn in_this_place(error: Error) -> Error {
    match error.kind() {
        ErrorKind::NotFound => error.remedy(
            "check the bucket's name in V2_FIRESTORE (gs://BUCKET/PATH), and that the service \
             account has Storage Object Viewer there",
        ),
        _ => error,
    }
}

impl Files for BucketFiles {
    fn open(&self, path: &str, from: u64, to: Option<u64>) -> Result<Box<dyn Read + Send>> {
        let object = self.describe(path)?.object;
        let size = object.size;
        Ok(Box::new(ObjectReader {
            bucket: self.bucket.clone(),
            whole: from == 0 && to.is_none_or(|to| to >= size),
            object,
            patience: self.patience,
            runtime: self.runtime.clone(),
            at: from,
            end: to.map_or(size, |to| to.min(size)),
            checksum: 0,
            stream: None,
            piece: Bytes::new(),
        }))
    }

    fn modified(&self, path: &str) -> Option<Instant> {
        self.describe(path).ok()?.created
    }

    fn broken(&self, path: &str, cause: io::Error) -> Error {
        let item = format!("{}/{}{path}", self.bucket.identity(), self.root);
        match cause.downcast::<Error>() {
            Ok(error) => in_this_place(error),
            Err(cause) => Error::new(ErrorKind::Unreachable, "cannot read V2's documents")
                .item(item)
                .cause(cause)
                .remedy("run the same command again"),
        }
    }
}

/// One object, of one generation, or a part of it. What breaks off is gone on with where it broke
/// off; of a whole one the checksum that Cloud Storage states must be that of what came. The records
/// of a part have checksums of their own.
struct ObjectReader {
    bucket: Bucket,
    object: SourceObject,
    whole: bool,
    patience: Patience,
    runtime: Handle,
    at: u64,
    end: u64,
    checksum: u32,
    stream: Option<ByteStream>,
    piece: Bytes,
}

impl ObjectReader {
    /// The next bytes, none at the end.
    async fn next(&mut self) -> Result<Bytes> {
        let mut attempt = 0;
        while self.at < self.end {
            let piece = self.try_next().await.and_then(|piece| {
                let left = self.end - self.at;
                if piece.len() as u64 > left {
                    return Err(self.mismatch("has more bytes than Cloud Storage states"));
                }
                Ok(piece)
            });
            match piece {
                Ok(piece) if piece.is_empty() => {}
                Ok(piece) => {
                    self.at += piece.len() as u64;
                    self.checksum = crc32c::crc32c_append(self.checksum, &piece);
                    return Ok(piece);
                }
                Err(error) => {
                    self.stream = None;
                    self.patience.wait(error, attempt).await?;
                    attempt += 1;
                }
            }
        }
        match self.object.crc32c {
            Some(stated) if self.whole && stated != self.checksum => {
                Err(self.mismatch("has another CRC32C than Cloud Storage states"))
            }
            _ => Ok(Bytes::new()),
        }
    }

    async fn try_next(&mut self) -> Result<Bytes> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let read = self.bucket.read(&self.object, self.at, self.end);
                none.insert(read.await?)
            }
        };
        stream.next().await.unwrap_or_else(|| {
            Err(Error::new(
                ErrorKind::Unreachable,
                "reading an object of the export broke off",
            )
            .item(self.object.uri.clone())
            .remedy("run the same command again"))
        })
    }

    fn mismatch(&self, what: &str) -> Error {
        Error::new(
            ErrorKind::Mismatch,
            format!("an object of the export {what}"),
        )
        .item(self.object.uri.clone())
        .remedy("run the same command again; if it says so again, export once more")
    }
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() {
            let runtime = self.runtime.clone();
            self.piece = runtime.block_on(self.next()).map_err(io::Error::other)?;
        }
        let length = self.piece.len().min(buffer.len());
        self.piece.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
