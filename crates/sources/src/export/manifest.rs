//! What an export says of itself: its `*.overall_export_metadata` and the `*.export_metadata` that
//! this names.

use std::path::{Component, Path};

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;

use super::files::Files;
use super::framing::{Framed, Records};
use super::wire::{Fields, Parsed};

/// A whole export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The overall metadata's file.
    pub file: String,
    /// One for all kinds, or one a kind.
    pub parts: Vec<Part>,
}

/// The files of one kind, or of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Its metadata's file, relative to the export.
    pub file: String,
    /// When the export began.
    pub started: Option<Instant>,
    /// The files with documents, relative to the export.
    pub outputs: Vec<String>,
    /// Documents stated.
    pub documents: Option<u64>,
    /// Bytes of all outputs, stated.
    pub bytes: Option<u64>,
}

impl Part {
    /// The kind of an export that has one part a kind.
    pub fn kind(&self) -> Option<&str> {
        let folder = Path::new(&self.file).parent()?.file_name()?.to_str()?;
        folder.strip_prefix("kind_")
    }
}

impl Manifest {
    /// Documents that the export states to hold, where it says so for every part.
    pub fn documents(&self) -> Option<u64> {
        self.parts.iter().map(|part| part.documents).sum()
    }

    /// Reads the metadata.
    ///
    /// # Errors
    /// `Malformed` when a file of it is damaged, and what [`Files`] says.
    pub fn read(files: &dyn Files, overall: &str) -> Result<Self> {
        let bytes = files.read(overall)?;
        if bytes.iter().all(|byte| *byte == 0) {
            return Err(empty(overall));
        }
        let record = last_record(&bytes).ok_or_else(|| damaged(overall, "a checksum is wrong"))?;
        let stated = stated_parts(&record).map_err(|fault| damaged(overall, &fault.into_text()))?;
        let mut parts = Vec::new();
        for Stated {
            path,
            documents,
            bytes: size,
        } in stated
        {
            if !is_inside(&path) {
                return Err(damaged(overall, &format!("it names the file {path:?}")));
            }
            let bytes = files.read(&path)?;
            let (started, names) =
                part_metadata(&bytes).map_err(|fault| damaged(&path, &fault.into_text()))?;
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let mut outputs = Vec::new();
            for name in names {
                if !is_inside(&name) {
                    return Err(damaged(&path, &format!("it names the file {name:?}")));
                }
                outputs.push(if folder.is_empty() {
                    name
                } else {
                    format!("{folder}/{name}")
                });
            }
            parts.push(Part {
                file: path,
                started,
                outputs,
                documents,
                bytes: size,
            });
        }
        Ok(Self {
            file: overall.to_owned(),
            parts,
        })
    }
}

fn empty(file: &str) -> Error {
    Error::new(ErrorKind::Malformed, "the export's metadata is empty")
        .item(file.to_owned())
        .remedy(
            "an export writes it last: wait until it is done (gcloud firestore operations list), \
             and copy it once more, whole",
        )
}

fn damaged(file: &str, why: &str) -> Error {
    Error::new(
        ErrorKind::Malformed,
        format!("the export's metadata cannot be read: {why}"),
    )
    .item(file.to_owned())
    .remedy("copy the export once more, whole, or export again")
}

/// Whether a path stays below where it is put.
fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
}

fn last_record(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut records = Records::new(bytes);
    let mut last = None;
    while let Some(framed) = records.next_record().ok()? {
        match framed {
            Framed::Record { bytes, .. } => last = Some(bytes.to_vec()),
            Framed::Damaged(_) => return None,
        }
    }
    last
}

/// What the overall metadata says of a part.
struct Stated {
    path: String,
    documents: Option<u64>,
    bytes: Option<u64>,
}

/// Per part, `1 {2: path, 3: documents, 4: bytes of the outputs}`.
fn stated_parts(record: &[u8]) -> Parsed<Vec<Stated>> {
    let mut parts = Vec::new();
    let mut fields = Fields::of(record);
    while let Some((number, content)) = fields.next_field()? {
        if number != 1 {
            continue;
        }
        let (mut path, mut documents, mut bytes) = (None, None, None);
        let mut part = Fields::of(content.bytes()?);
        while let Some((number, content)) = part.next_field()? {
            match number {
                2 => path = Some(content.text()?.to_owned()),
                3 => documents = Some(content.varint()?),
                4 => bytes = Some(content.varint()?),
                _ => {}
            }
        }
        let path = path.ok_or("a part without a file")?;
        parts.push(Stated {
            path,
            documents,
            bytes,
        });
    }
    Ok(parts)
}

/// `1 {2: start}`, `2 {2: file names}`.
fn part_metadata(bytes: &[u8]) -> Parsed<(Option<Instant>, Vec<String>)> {
    let (mut started, mut names) = (None, Vec::new());
    let mut fields = Fields::of(bytes);
    while let Some((number, content)) = fields.next_field()? {
        match number {
            1 => {
                let mut about = Fields::of(content.bytes()?);
                while let Some((number, content)) = about.next_field()? {
                    if number == 2 {
                        started = start_time(content.integer()?);
                    }
                }
            }
            2 => {
                let mut outputs = Fields::of(content.bytes()?);
                while let Some((number, content)) = outputs.next_field()? {
                    if number == 2 {
                        names.push(content.text()?.to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    Ok((started, names))
}

/// Microseconds; emulators of 2020 wrote seconds. Zero is what an unset number reads as.
fn start_time(number: i64) -> Option<Instant> {
    if number <= 0 {
        return None;
    }
    let micros = if number < 100_000_000_000 {
        number.checked_mul(1_000_000)?
    } else {
        number
    };
    Some(Instant::from_micros(micros)).filter(|instant| instant.in_range())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        assert!(is_inside("all_namespaces/all_kinds/output-0"));
        for path in ["", "/etc/passwd", "../x", "a/../../x", "."] {
            assert!(!is_inside(path), "{path}");
        }
    }

    #[test]
    fn starts_are_in_microseconds_or_old_seconds() {
        let text = |number| start_time(number).map(|instant| instant.to_string());
        assert_eq!(text(1_584_038_546).as_deref(), Some("2020-03-12T18:42:26Z"));
        assert_eq!(
            text(1_584_038_546_500_000).as_deref(),
            Some("2020-03-12T18:42:26.5Z")
        );
        for impossible in [i64::MAX, 0, -1, i64::MIN] {
            assert_eq!(start_time(impossible), None);
        }
    }
}
