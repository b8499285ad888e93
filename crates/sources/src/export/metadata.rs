//! What an export says of itself: its files, when it began, and how many documents it holds.

use std::fs::File;
use std::path::{Path, PathBuf};

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;

use super::frames::{Frame, Frames};
use super::wire::{Broken, Fields, Wire};

/// An export, before its documents are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The overall metadata's file name.
    pub name: String,
    /// Output files, in order.
    pub files: Vec<PathBuf>,
    /// When the export began.
    pub started: Option<Instant>,
    /// Documents it should hold, where it says.
    pub documents: Option<u64>,
}

const ENDING: &str = ".overall_export_metadata";

fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    let kind = match cause.kind() {
        std::io::ErrorKind::NotFound => ErrorKind::NotFound,
        std::io::ErrorKind::PermissionDenied => ErrorKind::Denied,
        _ => ErrorKind::Unreachable,
    };
    Error::new(kind, "cannot read the export")
        .item(path.display().to_string())
        .cause(cause)
        .remedy("check the path in V2_FIRESTORE; it names the folder that holds *.overall_export_metadata")
}

fn malformed(path: &Path, why: &str) -> Error {
    Error::new(
        ErrorKind::Malformed,
        format!("the export's metadata cannot be read: {why}"),
    )
    .item(path.display().to_string())
    .remedy("export again, or copy the export anew: its metadata is damaged")
}

/// Reads the metadata of the export in `dir`.
pub(super) fn read(dir: &Path) -> Result<Manifest> {
    let overall = find(dir)?;
    let name = overall
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let broken = |Broken(why)| malformed(&overall, why);
    let mut manifest = Manifest {
        name,
        files: Vec::new(),
        started: None,
        documents: None,
    };
    let file = File::open(&overall).map_err(|error| unreadable(&overall, error))?;
    let mut frames = Frames::new(file);
    let mut last = None;
    while let Some(frame) = frames
        .next_frame()
        .map_err(|error| unreadable(&overall, error))?
    {
        match frame {
            Frame::Record { bytes, .. } => last = Some(bytes),
            Frame::Damaged { why, .. } => return Err(malformed(&overall, &why)),
        }
    }
    let last = last.ok_or_else(|| malformed(&overall, "it is empty"))?;
    let mut fields = Fields::of(&last);
    while let Some((number, value)) = fields.next().map_err(broken)? {
        if let (1, Wire::Bytes(entry)) = (number, value) {
            let mut fields = Fields::of(entry);
            while let Some((number, value)) = fields.next().map_err(broken)? {
                match (number, value) {
                    (2, Wire::Bytes(path)) => {
                        let path = String::from_utf8_lossy(path);
                        part(dir, path.as_ref(), &mut manifest)?;
                    }
                    (3, Wire::Varint(count)) => {
                        manifest.documents = Some(manifest.documents.unwrap_or(0) + count);
                    }
                    _ => {}
                }
            }
        }
    }
    Ok(manifest)
}

fn find(dir: &Path) -> Result<PathBuf> {
    let entries = std::fs::read_dir(dir).map_err(|error| unreadable(dir, error))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(ENDING))
        .collect();
    found.sort();
    match (found.pop(), found.is_empty()) {
        (Some(path), true) => Ok(path),
        (Some(_), false) => Err(Error::new(
            ErrorKind::Malformed,
            format!("the folder holds several files *{ENDING}"),
        )
        .item(dir.display().to_string())
        .remedy("let V2_FIRESTORE name the folder of one export")),
        (None, _) => Err(Error::new(
            ErrorKind::NotFound,
            format!("the folder holds no *{ENDING}"),
        )
        .item(dir.display().to_string())
        .remedy("let V2_FIRESTORE name the export's own folder: export://DIR")),
    }
}

/// `export_metadata`: 1 {2 start in µs}, 2 {2 file names}.
fn part(dir: &Path, relative: &str, manifest: &mut Manifest) -> Result<()> {
    let inside = Path::new(relative)
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(_)));
    let path = dir.join(relative);
    if !inside {
        return Err(malformed(&path, "it names a file outside the export"));
    }
    let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, error))?;
    let broken = |Broken(why)| malformed(&path, why);
    let folder = path.parent().unwrap_or(dir);
    let mut fields = Fields::of(&bytes);
    while let Some((number, value)) = fields.next().map_err(broken)? {
        let Wire::Bytes(message) = value else {
            continue;
        };
        let mut inner = Fields::of(message);
        while let Some((field, value)) = inner.next().map_err(broken)? {
            match (number, field, value) {
                (1, 2, Wire::Varint(micros)) => {
                    let started = Instant::from_micros(micros.cast_signed());
                    manifest.started = Some(manifest.started.map_or(started, |s| s.min(started)));
                }
                (2, 2, Wire::Bytes(name)) => {
                    let name = String::from_utf8_lossy(name).into_owned();
                    if name.contains('/') || name.contains("..") {
                        return Err(malformed(&path, "it names a file outside its folder"));
                    }
                    manifest.files.push(folder.join(name));
                }
                _ => {}
            }
        }
    }
    Ok(())
}
