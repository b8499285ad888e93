//! A folder of `<collection>.ndjson` files, one REST document a line; also `.ndjson.gz` and
//! `.ndjson.zst`.

mod lines;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use sunset_core::document::{BadDocument, Delivery};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::ports::documents::{DocumentSource, Snapshot};
use sunset_core::rest;
use tokio::sync::mpsc;

use lines::{Line, Lines};

/// Deliveries a chunk, at the most.
const CHUNK: usize = 256;
/// Bytes of lines a chunk, about: large documents come in small chunks.
const CHUNK_BYTES: usize = 1 << 20;
/// Chunks that wait for their reader.
const AHEAD: usize = 4;

const ENDINGS: [&str; 3] = [".ndjson", ".ndjson.gz", ".ndjson.zst"];

/// See the module.
#[derive(Debug, Clone)]
pub struct Folder {
    dir: PathBuf,
}

impl Folder {
    /// The folder `dir`.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The file of a collection, if it exists.
    fn file_of(&self, collection: &str) -> Result<Option<PathBuf>> {
        let found: Vec<PathBuf> = ENDINGS
            .iter()
            .map(|ending| self.dir.join(format!("{collection}{ending}")))
            .filter(|path| path.exists())
            .collect();
        if let [one, another, ..] = found.as_slice() {
            return Err(Error::new(
                ErrorKind::Malformed,
                format!("the collection {collection} stands in two files"),
            )
            .item(format!("{} and {}", one.display(), another.display()))
            .remedy("move one of them away"));
        }
        Ok(found.into_iter().next())
    }
}

#[async_trait]
impl DocumentSource for Folder {
    async fn open(&self) -> Result<Snapshot> {
        let entries = std::fs::read_dir(&self.dir).map_err(|error| unreadable(&self.dir, error))?;
        drop(entries);
        Ok(Snapshot {
            source: format!("file://{}", self.dir.display()),
            read_time: None,
        })
    }

    fn read(&self, collections: &[&str]) -> BoxStream<'static, Result<Vec<Delivery>>> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        let folder = self.clone();
        let collections: Vec<String> = collections.iter().map(|name| (*name).to_owned()).collect();
        tokio::task::spawn_blocking(move || {
            for collection in collections {
                let read = folder.file_of(&collection).and_then(|path| match path {
                    Some(path) => read_file(&path, &collection, &sender),
                    None => Ok(()),
                });
                if let Err(error) = read {
                    // Nobody may be left to hear of it.
                    drop(sender.blocking_send(Err(error)));
                    return;
                }
            }
        });
        futures::stream::unfold(receiver, |mut receiver| async move {
            Some((receiver.recv().await?, receiver))
        })
        .boxed()
    }

    async fn not_planned(&self, planned: &[&str]) -> Result<Vec<String>> {
        let entries = std::fs::read_dir(&self.dir).map_err(|error| unreadable(&self.dir, error))?;
        let mut others = BTreeSet::new();
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&self.dir, error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let collection = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
            if let Some(collection) = collection
                && !planned.contains(&collection)
            {
                others.insert(collection.to_owned());
            }
        }
        Ok(others.into_iter().collect())
    }
}

fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    let kind = match cause.kind() {
        std::io::ErrorKind::NotFound => ErrorKind::NotFound,
        std::io::ErrorKind::PermissionDenied => ErrorKind::Denied,
        _ => ErrorKind::Unreachable,
    };
    Error::new(kind, "cannot read V2's documents")
        .item(path.display().to_string())
        .cause(cause)
        .remedy("check the path in V2_FIRESTORE, and that this user may read it")
}

type Sender = mpsc::Sender<Result<Vec<Delivery>>>;

/// Reads one file to its end, or until nobody listens.
fn read_file(path: &Path, collection: &str, sender: &Sender) -> Result<()> {
    let failed = |cause| unreadable(path, cause);
    let file = File::open(path).map_err(failed)?;
    let modified = file
        .metadata()
        .and_then(|metadata| metadata.modified())
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .map(Instant::from_micros);
    let name = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let reader: Box<dyn Read> = match path.extension().and_then(|ending| ending.to_str()) {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(file))),
        Some("zst") => Box::new(zstd::Decoder::new(file).map_err(failed)?),
        _ => Box::new(file),
    };
    let mut lines = Lines::new(reader);
    let mut chunk = Vec::with_capacity(CHUNK);
    let mut bytes = 0;
    while let Some(line) = lines.next_line().map_err(failed)? {
        bytes += line.bytes.len();
        chunk.push(deliver(&line, collection, &name, modified));
        if chunk.len() >= CHUNK || bytes >= CHUNK_BYTES {
            bytes = 0;
            let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK));
            if sender.blocking_send(Ok(full)).is_err() {
                return Ok(());
            }
        }
    }
    if !chunk.is_empty() {
        // Nobody listening any more is no error.
        drop(sender.blocking_send(Ok(chunk)));
    }
    Ok(())
}

fn deliver(line: &Line<'_>, collection: &str, file: &str, modified: Option<Instant>) -> Delivery {
    let bad = |why: String, id: Option<String>| {
        Delivery::Bad(BadDocument {
            collection: collection.to_owned(),
            id,
            place: format!("{file}:{}", line.number),
            bytes: line.bytes.to_vec(),
            why,
        })
    };
    if line.cut {
        let why = format!(
            "the line is longer than {} bytes; its beginning is kept here, the rest in the file",
            lines::LONGEST
        );
        return bad(why, readable_id(line.bytes, collection));
    }
    match rest::decode_document(line.bytes) {
        Ok(document) if document.collection != collection => bad(
            format!("its name says the collection {}", document.collection),
            None,
        ),
        Ok(mut document) => {
            document.create_time = document.create_time.or(modified);
            Delivery::Document(document)
        }
        Err(error) => bad(error.to_string(), readable_id(line.bytes, collection)),
    }
}

/// The id of a document of `collection` that cannot be decoded, where its name can be read.
fn readable_id(bytes: &[u8], collection: &str) -> Option<String> {
    let name = rest::readable_name(bytes)?;
    let (named, id) = sunset_core::document::ResourceName::parse(&name)
        .ok()?
        .root_document()?;
    (named == collection).then(|| id.to_owned())
}
