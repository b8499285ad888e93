//! The export's parts, for whoever throws bytes at them.

use std::io::{self, Read};

use sunset_core::document::Delivery;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;

use super::files::Files;
use super::framing::masked;
use super::manifest::{Manifest, Part};
use super::outputs::{Found, OutputReader, Records};
use crate::delivery::{Decode as _, Stop};

const OVERALL: &str = "x.overall_export_metadata";

/// Two files: one is the overall metadata, every other name is the other.
struct Memory<'a> {
    overall: &'a [u8],
    other: &'a [u8],
}

impl Files for Memory<'_> {
    fn open(&self, path: &str, from: u64, to: Option<u64>) -> Result<Box<dyn Read + Send>> {
        let bytes = if path == OVERALL {
            self.overall
        } else {
            self.other
        };
        let end = to.map_or(bytes.len(), |to| {
            bytes.len().min(usize::try_from(to).unwrap_or(0))
        });
        let from = usize::try_from(from).unwrap_or(0);
        Ok(Box::new(io::Cursor::new(bytes[from..end].to_vec())))
    }

    fn modified(&self, _: &str) -> Option<Instant> {
        Some(Instant::from_micros(0))
    }

    fn broken(&self, _: &str, cause: io::Error) -> Error {
        Error::new(ErrorKind::Internal, "memory").cause(cause)
    }
}

/// Reads bytes as an output; gives the sound records and the damaged places.
pub(crate) fn output(bytes: &[u8], each: &mut dyn FnMut(Delivery)) -> (u64, u64) {
    let part = Part {
        file: "all.export_metadata".into(),
        started: None,
        outputs: vec!["output-0".into()],
        documents: None,
        bytes: None,
    };
    let asked = ["cases", "users"].map(str::to_owned);
    let reader = OutputReader {
        part: &part,
        output: "output-0",
        asked: &asked,
        planned: &asked,
    };
    let files = Memory {
        overall: &[],
        other: bytes,
    };
    let (mut delivered, mut size) = (0_u64, 0);
    let read = reader.read(&files, &mut |found| {
        delivered += 1;
        let (delivery, bytes) = match found {
            Found::Record(about, bytes) => (Records.decode(about, bytes), bytes.len()),
            Found::Bad(bad, bytes) => (Delivery::Bad(bad), bytes),
        };
        size += bytes;
        each(delivery);
        Ok(())
    });
    let tally = match read {
        Ok(tally) => tally,
        Err(Stop::Unheard) => panic!("somebody listens"),
        Err(Stop::Failed(error)) => panic!("{error}"),
    };
    assert!(
        delivered <= tally.records + tally.damaged,
        "nothing comes twice"
    );
    assert!(size <= bytes.len(), "nothing is made up");
    (tally.records, tally.damaged)
}

/// Reads bytes as metadata, overall and of a part.
pub(crate) fn manifest(overall: &[u8], other: &[u8]) -> Result<usize> {
    let manifest = Manifest::read(&Memory { overall, other }, OVERALL)?;
    Ok(manifest.parts.len())
}

/// One record with the right checksums, in as many fragments as it takes.
pub(crate) fn seal(record: &[u8]) -> Vec<u8> {
    const MOST: usize = (32 << 10) - 7;
    let mut sealed = Vec::new();
    let mut pieces: Vec<&[u8]> = record.chunks(MOST).collect();
    if pieces.is_empty() {
        pieces.push(&[]);
    }
    let last = pieces.len() - 1;
    for (index, piece) in pieces.into_iter().enumerate() {
        let kind = match (index == 0, index == last) {
            (true, true) => 1,
            (true, false) => 2,
            (false, false) => 3,
            (false, true) => 4,
        };
        let checked: Vec<u8> = std::iter::once(kind).chain(piece.iter().copied()).collect();
        sealed.extend(masked(crc32c::crc32c(&checked)).to_le_bytes());
        sealed.extend(u16::try_from(piece.len()).unwrap_or(u16::MAX).to_le_bytes());
        sealed.extend(checked);
    }
    sealed
}
