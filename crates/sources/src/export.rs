//! A managed export: a folder that `gcloud firestore export` or the emulator wrote.

mod entity;
mod frames;
mod metadata;
mod wire;

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use sunset_core::document::{BadDocument, Delivery};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::documents::{DocumentSource, Snapshot};
use tokio::sync::mpsc;

use frames::{Frame, Frames};
use metadata::Manifest;
use wire::Broken;

/// Deliveries a chunk.
const CHUNK: usize = 256;
/// Chunks that wait for their reader.
const AHEAD: usize = 4;

/// See the module.
#[derive(Debug, Clone)]
pub struct Export {
    dir: PathBuf,
}

impl Export {
    /// The export in `dir`.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }
}

#[async_trait]
impl DocumentSource for Export {
    async fn open(&self) -> Result<Snapshot> {
        let manifest = metadata::read(&self.dir)?;
        Ok(Snapshot {
            source: format!("export://{}", self.dir.display()),
            read_time: manifest.started.map(|time| time.to_string()),
        })
    }

    fn read(&self, collections: &[&str]) -> BoxStream<'static, Result<Vec<Delivery>>> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        let dir = self.dir.clone();
        let wanted: Vec<String> = collections.iter().map(|name| (*name).to_owned()).collect();
        tokio::task::spawn_blocking(move || {
            let mut reading = Reading {
                wanted,
                sender,
                chunk: Vec::with_capacity(CHUNK),
                last_kind: None,
                homeless: Vec::new(),
                entities: 0,
                damaged: 0,
            };
            if let Err(error) = metadata::read(&dir).and_then(|manifest| reading.read(&manifest)) {
                // Nobody may be left to hear of it.
                drop(reading.sender.blocking_send(Err(error)));
            }
        });
        futures::stream::unfold(receiver, |mut receiver| async move {
            Some((receiver.recv().await?, receiver))
        })
        .boxed()
    }

    async fn not_planned(&self, planned: &[&str]) -> Result<Vec<String>> {
        let manifest = metadata::read(&self.dir)?;
        let planned: Vec<String> = planned.iter().map(|name| (*name).to_owned()).collect();
        let scan = move || {
            let mut others = BTreeSet::new();
            for path in &manifest.files {
                let mut frames = open(path)?;
                while let Some(frame) = frames
                    .next_frame()
                    .map_err(|error| unreadable(path, error))?
                {
                    if let Frame::Record { bytes, .. } = frame
                        && let Ok(Some(key)) = entity::key_of(&bytes)
                        && !key
                            .root_collection()
                            .is_some_and(|name| planned.iter().any(|p| p == name))
                    {
                        others.insert(key.pattern());
                    }
                }
            }
            Ok(others.into_iter().collect())
        };
        tokio::task::spawn_blocking(scan).await.map_err(|error| {
            Error::new(ErrorKind::Internal, "reading the export failed").cause(error)
        })?
    }
}

fn open(path: &Path) -> Result<Frames<std::io::BufReader<File>>> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    Ok(Frames::new(std::io::BufReader::with_capacity(
        1 << 18,
        file,
    )))
}

fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    let kind = match cause.kind() {
        std::io::ErrorKind::NotFound => ErrorKind::NotFound,
        std::io::ErrorKind::PermissionDenied => ErrorKind::Denied,
        _ => ErrorKind::Unreachable,
    };
    Error::new(kind, "cannot read a file of the export")
        .item(path.display().to_string())
        .cause(cause)
        .remedy("copy the export anew: its metadata names this file")
}

/// One reading of all output files.
struct Reading {
    wanted: Vec<String>,
    sender: mpsc::Sender<Result<Vec<Delivery>>>,
    chunk: Vec<Delivery>,
    /// The collection of the last record whose key could be read.
    last_kind: Option<String>,
    /// What is damaged before the first such record.
    homeless: Vec<BadDocument>,
    entities: u64,
    damaged: u64,
}

/// The reader went away.
struct Gone;

impl Reading {
    fn read(&mut self, manifest: &Manifest) -> Result<()> {
        for path in &manifest.files {
            let name = path
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let mut frames = open(path)?;
            while let Some(frame) = frames
                .next_frame()
                .map_err(|error| unreadable(path, error))?
            {
                if self.take(frame, &name, manifest).is_err() {
                    return Ok(());
                }
            }
        }
        if let Some(stated) = manifest.documents
            && self.damaged == 0
            && stated != self.entities
        {
            let why = format!(
                "the export's metadata states {stated} documents, {} were read: it is not whole",
                self.entities
            );
            let bad = bad(&manifest.name, why, Vec::new());
            if self.place(bad).is_err() {
                return Ok(());
            }
        }
        if !self.homeless.is_empty() {
            return Err(
                Error::new(ErrorKind::Malformed, "no record of the export can be read")
                    .item(manifest.name.clone())
                    .remedy("export again, or copy the export anew"),
            );
        }
        // Nobody listening any more is no error.
        drop(self.flush());
        Ok(())
    }

    fn take(&mut self, frame: Frame, file: &str, manifest: &Manifest) -> Result<(), Gone> {
        match frame {
            Frame::Damaged { offset, bytes, why } => {
                self.damaged += 1;
                let guess = guess_kind(&bytes);
                let mut bad = bad(&format!("{file}@{offset}"), why, bytes);
                match guess {
                    Some((kind, id)) => {
                        bad.collection = kind;
                        bad.id = id;
                        self.deliver_bad(bad)
                    }
                    None => self.place(bad),
                }
            }
            Frame::Record { offset, bytes } => {
                self.entities += 1;
                let place = format!("{file}@{offset}");
                match entity::key_of(&bytes) {
                    Ok(Some(key)) => {
                        let Some(collection) = key.root_collection().map(str::to_owned) else {
                            return Ok(());
                        };
                        self.settle_homeless(&collection)?;
                        if !self.wanted.contains(&collection) {
                            return Ok(());
                        }
                        let delivery =
                            match entity::document(&bytes, &key, &collection, manifest.started) {
                                Ok(document) => Delivery::Document(document),
                                Err(Broken(why)) => {
                                    let mut bad = bad(&place, why.to_owned(), bytes);
                                    bad.id = key.path.last().map(|(_, id)| id.clone());
                                    bad.collection = collection;
                                    Delivery::Bad(bad)
                                }
                            };
                        self.deliver(delivery)
                    }
                    Ok(None) => self.place(bad(&place, "an entity without a key".into(), bytes)),
                    Err(Broken(why)) => self.place(bad(&place, why.to_owned(), bytes)),
                }
            }
        }
    }

    /// Something damaged whose collection is unknown belongs to that of the record before it:
    /// exports are in order of their collections. At the very beginning it waits for the next.
    fn place(&mut self, mut bad: BadDocument) -> Result<(), Gone> {
        match &self.last_kind {
            Some(kind) => {
                bad.collection.clone_from(kind);
                self.deliver_bad(bad)
            }
            None => {
                self.homeless.push(bad);
                Ok(())
            }
        }
    }

    fn settle_homeless(&mut self, collection: &str) -> Result<(), Gone> {
        if self.last_kind.as_deref() != Some(collection) {
            self.last_kind = Some(collection.to_owned());
        }
        for mut bad in std::mem::take(&mut self.homeless) {
            collection.clone_into(&mut bad.collection);
            self.deliver_bad(bad)?;
        }
        Ok(())
    }

    fn deliver_bad(&mut self, bad: BadDocument) -> Result<(), Gone> {
        if self.wanted.contains(&bad.collection) {
            self.deliver(Delivery::Bad(bad))
        } else {
            Ok(())
        }
    }

    fn deliver(&mut self, delivery: Delivery) -> Result<(), Gone> {
        self.chunk.push(delivery);
        if self.chunk.len() >= CHUNK {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<(), Gone> {
        let full = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK));
        if full.is_empty() {
            return Ok(());
        }
        self.sender.blocking_send(Ok(full)).map_err(|_| Gone)
    }
}

fn bad(place: &str, why: String, bytes: Vec<u8>) -> BadDocument {
    BadDocument {
        collection: String::new(),
        id: None,
        place: place.to_owned(),
        bytes,
        why,
    }
}

/// The collection and id of a damaged record, where its key, which stands first, is whole: only
/// the key is asked for, so that damage behind it does not matter.
fn guess_kind(bytes: &[u8]) -> Option<(String, Option<String>)> {
    /// A frame's header stands in front, unless parts of the record were put together before.
    const HEADER: usize = 7;
    let key = [bytes.get(HEADER..), Some(bytes)]
        .into_iter()
        .flatten()
        .find_map(|entity| entity::key_of(entity).ok().flatten())?;
    let id = key.path.last().map(|(_, id)| id.clone());
    Some((key.root_collection()?.to_owned(), id))
}
