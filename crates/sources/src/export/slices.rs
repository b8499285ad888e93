//! Cutting an export into slices, and reading one.
//!
//! What a slice needs to know of the rest of the export it carries with it, so that whoever reads
//! it need not have read anything else.

use serde::{Deserialize, Serialize};
use sunset_core::document::BadDocument;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::documents::Slice;

use super::outputs::{Found as FoundRecord, OutputReader, Piece, Sink, Tally};
use super::{Found, Inner, Place, WrongCount, counted_with, discrepancy};
use crate::delivery::Stop;

/// What of an export a slice holds; the words of [`Slice::within`].
#[derive(Debug, Default, Serialize, Deserialize)]
struct Within {
    /// Everything that will be asked for, of which unreadable bytes may be a part.
    planned: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pieces: Vec<PieceOf>,
    /// Numbers of documents that are not those of the metadata.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wrong: Vec<WrongCount>,
}

/// A piece of one file.
#[derive(Debug, Serialize, Deserialize)]
struct PieceOf {
    /// The place of the metadata's part that names the file.
    part: usize,
    file: String,
    #[serde(flatten)]
    piece: Piece,
}

impl Inner {
    /// Slices of what `asked` names. What was not read before is read, but in a bucket, where
    /// every reading is paid for: there one slice is everything.
    pub(super) fn slices(&self, asked: &[String], bytes: u64) -> Result<Vec<Slice>> {
        let Found { files, manifest } = self.found()?;
        let outputs = || manifest.parts.iter().flat_map(|part| &part.outputs);
        let whole = Slice {
            collections: asked.to_vec(),
            within: None,
        };
        if matches!(self.place, Place::Bucket(_))
            && outputs().any(|output| self.tally(output).is_none())
        {
            return Ok(vec![whole]);
        }
        let planned = self.planned.get_or_init(|| asked.to_vec());
        let mut slices = Vec::new();
        let mut within = Within::default();
        let mut size = 0;
        let mut close = |within: &mut Within| {
            let mut full = std::mem::take(within);
            full.planned.clone_from(planned);
            let words = serde_json::to_string(&full).map_err(|cause| {
                Error::new(ErrorKind::Internal, "a slice of the export cannot be named")
                    .cause(cause)
            })?;
            slices.push(Slice {
                within: Some(words),
                ..whole.clone()
            });
            Ok::<_, Error>(())
        };
        for (index, part) in manifest.parts.iter().enumerate() {
            let mut sum = Tally::default();
            for output in &part.outputs {
                let tally = match self.tally(output) {
                    Some(tally) => tally,
                    None => {
                        let reader = OutputReader {
                            part,
                            output,
                            asked: &[],
                            planned,
                        };
                        let tally = reader
                            .read(files.as_ref(), &mut |_| Ok(()))
                            .map_err(unheard)?;
                        self.learn(output, tally.clone());
                        tally
                    }
                };
                if !tally.excludes(asked) {
                    for (piece, length) in tally.cuts.pieces(bytes, size) {
                        within.pieces.push(PieceOf {
                            part: index,
                            file: output.clone(),
                            piece,
                        });
                        size += length;
                        if size >= bytes {
                            close(&mut within)?;
                            size = 0;
                        }
                    }
                }
                sum.add(&tally);
            }
            if let Some(why) = discrepancy(part, &sum) {
                let collection = counted_with(part, &sum, planned);
                if asked.contains(&collection) {
                    within.wrong.push(WrongCount {
                        collection,
                        place: part.file.clone(),
                        why,
                    });
                }
            }
        }
        if !within.pieces.is_empty() || !within.wrong.is_empty() {
            close(&mut within)?;
        }
        Ok(slices)
    }

    /// Reads what [`Inner::slices`] named, here or elsewhere.
    pub(super) fn read_slice(
        &self,
        asked: &[String],
        words: &str,
        sink: &mut Sink<'_>,
    ) -> Result<(), Stop> {
        let foreign = || {
            Error::new(ErrorKind::Malformed, "a slice of the export cannot be read")
                .item(words.to_owned())
                .remedy("let all workers be of the same version and read the same export")
        };
        let within: Within = serde_json::from_str(words).map_err(|cause| foreign().cause(cause))?;
        let Found { files, manifest } = self.found()?;
        for PieceOf { part, file, piece } in &within.pieces {
            let part = manifest.parts.get(*part).ok_or_else(foreign)?;
            if !part.outputs.contains(file) {
                return Err(foreign().into());
            }
            let reader = OutputReader {
                part,
                output: file,
                asked,
                planned: &within.planned,
            };
            reader.read_piece(files.as_ref(), piece, sink)?;
        }
        for wrong in within.wrong {
            sink(FoundRecord::Bad(wrong.deliver(), 0))?;
        }
        Ok(())
    }
}

impl WrongCount {
    /// As it is delivered: unreadable documents, nobody knows which.
    pub(super) fn deliver(self) -> BadDocument {
        BadDocument {
            collection: self.collection,
            id: None,
            place: self.place,
            bytes: self.why.clone().into_bytes(),
            why: self.why,
            breaks_off: false,
        }
    }
}

fn unheard(stop: Stop) -> Error {
    match stop {
        Stop::Failed(error) => error,
        Stop::Unheard => Error::new(ErrorKind::Internal, "reading the export was broken off"),
    }
}
