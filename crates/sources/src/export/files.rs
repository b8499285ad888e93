//! Where an export's files lie.

use std::io::{Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;

use crate::regular_file;

/// The ending of the file that an export is known by.
pub(super) const OVERALL: &str = ".overall_export_metadata";

/// Metadata of more bytes is none.
const LONGEST_METADATA: u64 = 64 << 20;

/// The files of one export, read from threads that may wait. Paths are relative, with slashes.
pub(super) trait Files: Send + Sync {
    /// Opens a file to read it from the offset `from` to before `to`, where that is in it, else to
    /// its end.
    ///
    /// # Errors
    /// `NotFound`, `Denied`, `Unreachable`.
    fn open(&self, path: &str, from: u64, to: Option<u64>) -> Result<Box<dyn Read + Send>>;

    /// When a file was last changed, where that can be told.
    fn modified(&self, path: &str) -> Option<Instant>;

    /// What to call a fault that occurs while a file is read.
    fn broken(&self, path: &str, cause: std::io::Error) -> Error;

    /// A small file, whole.
    ///
    /// # Errors
    /// As `open`; `Malformed` when it is not small.
    fn read(&self, path: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(path, 0, None)?
            .take(LONGEST_METADATA + 1)
            .read_to_end(&mut bytes)
            .map_err(|cause| self.broken(path, cause))?;
        if bytes.len() as u64 > LONGEST_METADATA {
            return Err(Error::new(
                ErrorKind::Malformed,
                "the export's metadata is impossibly long",
            )
            .item(path.to_owned()));
        }
        Ok(bytes)
    }
}

/// A folder.
#[derive(Debug, Clone)]
pub(super) struct FolderFiles {
    root: PathBuf,
}

impl FolderFiles {
    /// The export in `dir`, and its overall metadata's file: `dir` holds the overall metadata, or is that file, or has one folder
    /// that holds it (as `firebase emulators:export` writes it).
    ///
    /// # Errors
    /// `NotFound` when there is none, `Malformed` when there are several.
    pub fn find(dir: &Path) -> Result<(Self, String)> {
        if dir.is_file()
            && let (Some(root), Some(name)) = (dir.parent(), dir.file_name())
            && name.to_string_lossy().ends_with(OVERALL)
        {
            let root = root.to_owned();
            return Ok((Self { root }, name.to_string_lossy().into_owned()));
        }
        let (mut found, folders) = list(dir)?;
        if found.is_empty() {
            for folder in folders {
                // A folder that cannot be looked into is none of the export's.
                found.extend(list(&folder).map(|(found, _)| found).unwrap_or_default());
            }
        }
        found.sort();
        match found.as_slice() {
            [file] => match (file.parent(), file.file_name()) {
                (Some(root), Some(name)) => {
                    let root = root.to_owned();
                    Ok((Self { root }, name.to_string_lossy().into_owned()))
                }
                _ => Err(none(dir)),
            },
            [] => Err(none(dir)),
            several => {
                let names: Vec<String> = several
                    .iter()
                    .map(|file| file.display().to_string())
                    .collect();
                Err(Error::new(
                    ErrorKind::Malformed,
                    format!("there are {} exports in one folder", names.len()),
                )
                .item(names.join(", "))
                .remedy("let V2_FIRESTORE name one of these files: export://…"))
            }
        }
    }
}

fn none(dir: &Path) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!("there is no managed export: no file *{OVERALL}"),
    )
    .item(dir.display().to_string())
    .remedy(
        "let V2_FIRESTORE name the folder that `gcloud firestore export` wrote (copied whole), \
         export://DIR; a folder of <collection>.ndjson files is file://DIR",
    )
}

/// The overall metadata in a folder, and its folders.
fn list(dir: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let failed = |cause| unreadable(dir, cause);
    let (mut found, mut folders) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            folders.push(path);
        } else if path.to_string_lossy().ends_with(OVERALL) {
            found.push(path);
        }
    }
    Ok((found, folders))
}

fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    let (kind, remedy) = match cause.kind() {
        std::io::ErrorKind::NotFound => (
            ErrorKind::NotFound,
            "check the path in V2_FIRESTORE (export://DIR), and that the export was copied whole",
        ),
        std::io::ErrorKind::PermissionDenied => (
            ErrorKind::Denied,
            "let this user read the export, or run as one that may",
        ),
        std::io::ErrorKind::IsADirectory | std::io::ErrorKind::Unsupported => (
            ErrorKind::Malformed,
            "the export's files are files: copy it once more, whole",
        ),
        _ => (
            ErrorKind::Internal,
            "check the disk that the export lies on, and copy the export once more",
        ),
    };
    Error::new(kind, "cannot read V2's documents")
        .item(path.display().to_string())
        .cause(cause)
        .remedy(remedy)
}

impl Files for FolderFiles {
    fn open(&self, path: &str, from: u64, to: Option<u64>) -> Result<Box<dyn Read + Send>> {
        let path = self.root.join(path);
        let failed = |cause| unreadable(&path, cause);
        let mut file = regular_file::open(&path).map_err(failed)?;
        if from > 0 {
            file.seek(SeekFrom::Start(from)).map_err(failed)?;
        }
        Ok(match to {
            Some(to) => Box::new(file.take(to.saturating_sub(from))),
            None => Box::new(file),
        })
    }

    fn modified(&self, path: &str) -> Option<Instant> {
        let metadata = std::fs::metadata(self.root.join(path)).ok()?;
        let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(since.as_micros())
            .ok()
            .map(Instant::from_micros)
    }

    fn broken(&self, path: &str, cause: std::io::Error) -> Error {
        unreadable(&self.root.join(path), cause)
    }
}
