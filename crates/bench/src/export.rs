//! A generated project as a managed export, in the format that `sunset_sources::export` reads.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use sunset_core::rest;
use sunset_core::value::{Map, Value};

use crate::project::Project;
use crate::report::say;

const BLOCK: usize = 32 << 10;
const HEADER: usize = 7;
const FOLDER: &str = "all_namespaces/all_kinds";

/// An export.
#[derive(Debug)]
pub struct Export {
    pub dir: PathBuf,
    /// The file with the documents.
    pub output: PathBuf,
    pub bytes: u64,
}

impl Export {
    /// The export of a project, made where it is not there.
    pub fn of(project: &Project) -> Result<Self> {
        let dir = project.dir.join("export");
        let overall = dir.join("export.overall_export_metadata");
        let output = dir.join(FOLDER).join("output-0");
        if !overall.exists() {
            say(&format!("exporting {} documents", project.documents));
            std::fs::create_dir_all(dir.join(FOLDER))?;
            let documents = write_output(&project.file, &output)?;
            write_metadata(&dir, &overall, documents)?;
        }
        let bytes = output.metadata()?.len();
        Ok(Self { dir, output, bytes })
    }
}

fn write_output(from: &Path, to: &Path) -> Result<u64> {
    let mut log = Log {
        out: BufWriter::with_capacity(1 << 20, File::create(to)?),
        at: 0,
    };
    let mut documents = 0;
    let mut entity = Vec::new();
    for line in BufReader::with_capacity(1 << 20, File::open(from)?).split(b'\n') {
        let document = rest::decode_document(&line?)?;
        entity.clear();
        write_key(&mut entity, &document.collection, &document.id);
        write_properties(&mut entity, &document.fields)?;
        log.write(&entity)?;
        documents += 1;
    }
    log.out.flush()?;
    Ok(documents)
}

fn write_metadata(dir: &Path, overall: &Path, documents: u64) -> Result<()> {
    let path = format!("{FOLDER}/all_namespaces_all_kinds.export_metadata");
    let mut about = Vec::new();
    number(&mut about, 2, 1_760_000_000_000_000);
    let mut outputs = Vec::new();
    bytes(&mut outputs, 2, b"output-0");
    let mut metadata = Vec::new();
    bytes(&mut metadata, 1, &about);
    bytes(&mut metadata, 2, &outputs);
    std::fs::write(dir.join(&path), metadata)?;

    let mut part = Vec::new();
    bytes(&mut part, 2, path.as_bytes());
    number(&mut part, 3, documents);
    let mut record = Vec::new();
    bytes(&mut record, 1, &part);
    let mut log = Log {
        out: BufWriter::new(File::create(overall)?),
        at: 0,
    };
    log.write(&record)?;
    log.out.flush()?;
    Ok(())
}

/// Records in 32 KiB blocks, as LevelDB's log has them.
struct Log<W> {
    out: W,
    /// Where in the block.
    at: usize,
}

impl<W: Write> Log<W> {
    fn write(&mut self, record: &[u8]) -> Result<()> {
        let (mut rest, mut first) = (record, true);
        loop {
            if BLOCK - self.at < HEADER {
                self.out.write_all(&[0; HEADER][..BLOCK - self.at])?;
                self.at = 0;
            }
            let length = rest.len().min(BLOCK - self.at - HEADER);
            let (part, behind) = rest.split_at(length);
            let kind = match (first, behind.is_empty()) {
                (true, true) => 1,
                (true, false) => 2,
                (false, false) => 3,
                (false, true) => 4,
            };
            let checksum = crc32c::crc32c_append(crc32c::crc32c(&[kind]), part)
                .rotate_right(15)
                .wrapping_add(0xa282_ead8);
            self.out.write_all(&checksum.to_le_bytes())?;
            self.out.write_all(&u16::try_from(length)?.to_le_bytes())?;
            self.out.write_all(&[kind])?;
            self.out.write_all(part)?;
            self.at = (self.at + HEADER + length) % BLOCK;
            (rest, first) = (behind, false);
            if rest.is_empty() {
                return Ok(());
            }
        }
    }
}

fn write_key(entity: &mut Vec<u8>, kind: &str, id: &str) {
    let mut step = Vec::new();
    varint(&mut step, 1 << 3 | 3);
    bytes(&mut step, 2, kind.as_bytes());
    bytes(&mut step, 4, id.as_bytes());
    varint(&mut step, 1 << 3 | 4);
    let mut key = Vec::new();
    bytes(&mut key, 13, b"s~generated");
    bytes(&mut key, 14, &step);
    bytes(entity, 13, &key);
    bytes(entity, 16, &step);
}

fn write_properties(entity: &mut Vec<u8>, fields: &Map) -> Result<()> {
    // The indexed ones first, by the numbers of the message's fields.
    for indexed in [true, false] {
        for (name, value) in fields.iter() {
            let (items, multiple) = match value {
                Value::Array(items) => (items.as_slice(), true),
                other => (std::slice::from_ref(other), false),
            };
            for item in items {
                if matches!(item, Value::Map(_)) != indexed {
                    property(entity, name, item, multiple)?;
                }
            }
        }
    }
    Ok(())
}

fn property(entity: &mut Vec<u8>, name: &str, value: &Value, multiple: bool) -> Result<()> {
    let mut content = Vec::new();
    let meaning = match value {
        Value::Integer(integer) => {
            number(&mut content, 1, integer.cast_unsigned());
            0
        }
        Value::Text(text) => {
            bytes(&mut content, 3, text.as_bytes());
            0
        }
        Value::Double(double) => {
            varint(&mut content, 4 << 3 | 1);
            content.extend_from_slice(&double.to_le_bytes());
            0
        }
        Value::Timestamp(instant) => {
            number(&mut content, 1, instant.floor_micros().cast_unsigned());
            7
        }
        Value::Map(map) => {
            let mut embedded = Vec::new();
            write_properties(&mut embedded, map)?;
            bytes(&mut content, 3, &embedded);
            19
        }
        other => bail!("the generator is not known to make {other:?}"),
    };
    let mut message = Vec::new();
    if meaning != 0 {
        number(&mut message, 1, meaning);
    }
    bytes(&mut message, 3, name.as_bytes());
    number(&mut message, 4, u64::from(multiple));
    bytes(&mut message, 5, &content);
    // Maps are not indexed.
    bytes(entity, if meaning == 19 { 15 } else { 14 }, &message);
    Ok(())
}

fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}
