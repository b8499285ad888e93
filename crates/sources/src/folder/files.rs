//! The files of a folder: which belong to collections, and which do not.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use sunset_core::error::{Error, ErrorKind, Result};

const ENDINGS: [&str; 3] = [".ndjson", ".ndjson.gz", ".ndjson.zst"];

/// What a folder holds.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub collections: BTreeSet<String>,
    /// What is no collection's, in byte order; folders with a slash behind their names.
    pub aside: Vec<String>,
}

/// # Errors
/// When the folder cannot be read.
pub(super) fn list(dir: &Path) -> Result<Listing> {
    let failed = |cause| unreadable(dir, cause);
    let mut listing = Listing::default();
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if let Some(collection) = collection_of(&name) {
            listing.collections.insert(collection.to_owned());
        } else {
            // What is no UTF-8 is shown by its bytes, so that it can be found.
            let slash = if entry.path().is_dir() { "/" } else { "" };
            let shown = name.as_encoded_bytes().utf8_chunks().map(|chunk| {
                let foreign = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}"));
                chunk.valid().to_owned() + &foreign.collect::<String>()
            });
            listing.aside.push(shown.collect::<String>() + slash);
        }
    }
    listing.aside.sort();
    Ok(listing)
}

/// The collection whose documents a file of this name holds.
fn collection_of(name: &OsStr) -> Option<&str> {
    let name = name.to_str()?;
    let collection = ENDINGS
        .iter()
        .find_map(|ending| name.strip_suffix(ending))?;
    (!collection.is_empty()).then_some(collection)
}

/// The file of a collection in `dir`, if it exists.
///
/// # Errors
/// `Malformed` when there are two.
pub(super) fn file_of(dir: &Path, collection: &str) -> Result<Option<PathBuf>> {
    let mut found = Vec::new();
    for ending in ENDINGS {
        let path = dir.join(format!("{collection}{ending}"));
        // A link that leads nowhere is no collection without documents.
        match path.symlink_metadata() {
            Ok(_) => found.push(path),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {}
            Err(cause) => return Err(unreadable(&path, cause)),
        }
    }
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

fn is_compressed(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("gz" | "zst"))
}

pub(super) fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    use std::io::ErrorKind as Io;
    let (kind, remedy) = match cause.kind() {
        Io::NotFound => (
            ErrorKind::NotFound,
            "check the path in V2_FIRESTORE (file://DIR)",
        ),
        Io::PermissionDenied => (
            ErrorKind::Denied,
            "let this user read the folder that V2_FIRESTORE names and its files",
        ),
        Io::NotADirectory => (
            ErrorKind::Configuration,
            "let V2_FIRESTORE name the folder that holds the <collection>.ndjson files",
        ),
        Io::IsADirectory => (
            ErrorKind::Configuration,
            "a collection is one file: move this folder away, or let V2_FIRESTORE name it, when it \
             holds the <collection>.ndjson files",
        ),
        Io::Unsupported => (
            ErrorKind::Configuration,
            "documents are read more than once: let it be a file, and no pipe",
        ),
        Io::InvalidData | Io::InvalidInput | Io::UnexpectedEof | Io::Other
            if is_compressed(path) =>
        {
            (
                ErrorKind::Malformed,
                "the file is damaged, was not copied whole, or is compressed in a way that is not read \
             here: copy it once more; where gzip -d or zstd -d --long=31 takes it, decompress it",
            )
        }
        Io::InvalidData | Io::InvalidInput | Io::UnexpectedEof | Io::Other => (
            ErrorKind::Malformed,
            "the file is damaged or was not copied whole: copy it once more",
        ),
        _ => (
            ErrorKind::Internal,
            "check the disk that the folder lies on, and copy the file once more",
        ),
    };
    Error::new(kind, "cannot read V2's documents")
        .item(path.display().to_string())
        .cause(cause)
        .remedy(remedy)
}
