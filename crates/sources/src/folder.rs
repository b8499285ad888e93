//! A folder of `<collection>.ndjson` files, one REST document a line; also `.ndjson.gz` and
//! `.ndjson.zst`.

mod cuts;
mod files;
mod lines;

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use async_trait::async_trait;
use futures::stream::BoxStream;
use sunset_core::document::{BadDocument, Delivery};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::ports::documents::{DocumentSource, Slice, Snapshot};
use sunset_core::rest;

use crate::delivery::{self, Decode, Stop};
use crate::regular_file;
use cuts::{Piece, pieces};
use files::unreadable;
use lines::Lines;

/// See the module.
#[derive(Debug, Clone)]
pub struct Folder {
    dir: PathBuf,
    project: Option<String>,
}

impl Folder {
    /// The folder `dir`.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            project: None,
        }
    }

    /// The project that its documents should be of.
    #[must_use]
    pub fn of_project(mut self, project: Option<String>) -> Self {
        self.project = project;
        self
    }

    fn file_of(&self, collection: &str) -> Result<Option<PathBuf>> {
        files::file_of(&self.dir, collection)
    }

    /// Compressed files are one slice each.
    fn cut(&self, collections: &[String], bytes: u64) -> Result<Vec<Slice>> {
        let mut slices = Vec::new();
        for collection in collections {
            let Some(path) = self.file_of(collection)? else {
                continue;
            };
            let whole = Slice::whole(&[collection]);
            if path.extension().is_some_and(|ending| ending != "ndjson") {
                slices.push(whole);
                continue;
            }
            let failed = |cause| unreadable(&path, cause);
            let file = regular_file::open(&path).map_err(failed)?;
            for piece in pieces(file, bytes).map_err(failed)? {
                slices.push(Slice {
                    within: Some(piece.to_string()),
                    ..whole.clone()
                });
            }
        }
        Ok(slices)
    }
}

#[async_trait]
impl DocumentSource for Folder {
    async fn open(&self) -> Result<Snapshot> {
        files::list(&self.dir)?;
        Ok(Snapshot {
            source: format!("file://{}", self.dir.display()),
            read_time: None,
        })
    }

    fn read(&self, collections: &[&str]) -> BoxStream<'static, Result<Vec<Delivery>>> {
        let folder = self.clone();
        let collections: Vec<String> = collections.iter().map(|name| (*name).to_owned()).collect();
        delivery::stream(Json, move |hand| {
            for collection in &collections {
                if let Some(path) = folder.file_of(collection)? {
                    read_file(&path, collection, hand)?;
                }
            }
            Ok(())
        })
    }

    fn cuts_unread(&self) -> bool {
        true
    }

    async fn slices(&self, collections: &[&str], bytes: u64) -> Result<Vec<Slice>> {
        let folder = self.clone();
        let collections: Vec<String> = collections.iter().map(|name| (*name).to_owned()).collect();
        let cutting = tokio::task::spawn_blocking(move || folder.cut(&collections, bytes));
        cutting.await.map_err(|cause| {
            Error::new(ErrorKind::Internal, "cutting the files was broken off").cause(cause)
        })?
    }

    fn read_slice(&self, slice: &Slice) -> BoxStream<'static, Result<Vec<Delivery>>> {
        let Some(within) = slice.within.clone() else {
            return self.read(&slice.names());
        };
        let folder = self.clone();
        let collections = slice.collections.clone();
        delivery::stream(Json, move |hand| {
            let foreign = || {
                Error::new(ErrorKind::Malformed, "a slice of the folder cannot be read")
                    .item(within.clone())
                    .remedy("let all workers be of the same version")
            };
            let piece: Piece = within.parse().map_err(|()| foreign())?;
            let collection = collections.first().ok_or_else(foreign)?;
            let path = folder.file_of(collection)?.ok_or_else(foreign)?;
            read_piece(&path, collection, Some(piece), hand)
        })
    }

    async fn collections(&self) -> Result<Vec<String>> {
        self.not_planned(&[]).await
    }

    async fn not_planned(&self, planned: &[&str]) -> Result<Vec<String>> {
        let listing = files::list(&self.dir)?;
        let others = listing.collections.into_iter();
        Ok(others
            .filter(|name| !planned.contains(&name.as_str()))
            .collect())
    }

    fn expected_database(&self) -> Option<String> {
        let project = self.project.as_ref()?;
        Some(format!("projects/{project}"))
    }

    async fn aside(&self) -> Result<Vec<String>> {
        Ok(files::list(&self.dir)?.aside)
    }
}

type Hand = delivery::Hand<Stand>;

/// Reads one file to its end, or until nobody listens.
fn read_file(path: &Path, collection: &str, hand: &mut Hand) -> Result<(), Stop> {
    read_piece(path, collection, None, hand)
}

/// Reads a file, or a piece of one that is not compressed.
fn read_piece(
    path: &Path,
    collection: &str,
    piece: Option<Piece>,
    hand: &mut Hand,
) -> Result<(), Stop> {
    let failed = |cause| unreadable(path, cause);
    let mut file = regular_file::open(path).map_err(failed)?;
    let lines_of = LinesOf {
        collection: collection.to_owned(),
        file: path
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        modified: file
            .metadata()
            .and_then(|metadata| metadata.modified())
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_micros()).ok())
            .map(Instant::from_micros),
    };
    let lines_of = Arc::new(lines_of);
    let reader: Box<dyn Read> = match path.extension().and_then(|ending| ending.to_str()) {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(file))),
        Some("zst") => Box::new(zstd::Decoder::new(file).map_err(failed)?),
        _ => match piece {
            Some(piece) => {
                file.seek(SeekFrom::Start(piece.from)).map_err(failed)?;
                Box::new(file.take(piece.to - piece.from))
            }
            None => Box::new(file),
        },
    };
    let mut lines = Lines::behind(reader, piece.map_or(0, |piece| piece.lines));
    while let Some(line) = lines.next_line().map_err(failed)? {
        let stand = Stand {
            of: Arc::clone(&lines_of),
            number: line.number,
            cut: line.cut,
            ended: line.ended,
        };
        hand.give_bytes(stand, line.bytes)?;
    }
    Ok(())
}

/// What all lines of a file have in common.
#[derive(Debug)]
struct LinesOf {
    collection: String,
    /// The file's name.
    file: String,
    modified: Option<Instant>,
}

/// Where a line stands.
struct Stand {
    of: Arc<LinesOf>,
    /// From 1.
    number: u64,
    /// Whether only the line's beginning is at hand.
    cut: bool,
    /// Whether a line end follows.
    ended: bool,
}

/// Lines of REST JSON.
struct Json;

impl Decode for Json {
    type About = Stand;

    fn decode(&self, stand: Stand, bytes: &[u8]) -> Delivery {
        let collection = stand.of.collection.as_str();
        let bad = |why: String, id: Option<String>| {
            Delivery::Bad(BadDocument {
                collection: collection.to_owned(),
                id,
                place: format!("{}:{}", stand.of.file, stand.number),
                bytes: bytes.to_vec(),
                why,
                breaks_off: !stand.ended && (stand.cut || !is_json(bytes)),
            })
        };
        if stand.cut {
            let why = format!(
                "the line is longer than {} bytes; its beginning is kept here, the rest in the file",
                lines::LONGEST
            );
            return bad(why, readable_id(bytes, collection));
        }
        match rest::decode_document(bytes) {
            Ok(document) if document.collection != collection => bad(
                format!("its name says the collection {}", document.collection),
                None,
            ),
            Ok(mut document) => {
                document.create_time = document.create_time.or(stand.of.modified);
                Delivery::Document(document)
            }
            Err(error) => bad(error.to_string(), readable_id(bytes, collection)),
        }
    }
}

/// Whether the bytes are one value to its end, whatever value that is.
fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

/// The id of a document of `collection` that cannot be decoded, where its name can be read.
fn readable_id(bytes: &[u8], collection: &str) -> Option<String> {
    let name = rest::readable_name(bytes)?;
    let (named, id) = sunset_core::document::ResourceName::parse(&name)
        .ok()?
        .root_document()?;
    (named == collection).then(|| id.to_owned())
}

/// Reads lines as those of the collection `cases`; gives their number.
#[cfg(test)]
pub(crate) fn fuzz_lines(
    reader: impl Read,
    each: &mut dyn FnMut(Delivery),
) -> Result<usize, std::io::ErrorKind> {
    let of = Arc::new(LinesOf {
        collection: "cases".into(),
        file: "cases.ndjson".into(),
        modified: None,
    });
    let mut lines = Lines::new(reader);
    let mut count = 0;
    while let Some(line) = lines.next_line().map_err(|cause| cause.kind())? {
        count += 1;
        let stand = Stand {
            of: Arc::clone(&of),
            number: line.number,
            cut: line.cut,
            ended: line.ended,
        };
        each(Json.decode(stand, line.bytes));
    }
    Ok(count)
}
