//! Reading a proof document from its beginning.

use super::layout::{HEADER, Header, TreeLayout, signed_bytes};
use super::manifest::{Manifest, TreeSummary};
use crate::error::{Error, ErrorKind, Result};

/// A file that can be read at any place.
pub trait ReadAt {
    /// Its length in bytes.
    fn size(&self) -> u64;

    /// Fills `buffer` with what stands at `offset`.
    ///
    /// # Errors
    /// When the file ends before, or cannot be read.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<()>;
}

/// A proof document whose beginning was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The fixed beginning.
    pub header: Header,
    /// What is signed.
    pub manifest: Manifest,
    /// What the signature must be over.
    pub signed: Vec<u8>,
    /// Where each tree stands.
    pub trees: Vec<(TreeSummary, TreeLayout)>,
}

/// Reads the header and the manifest: two reads.
///
/// # Errors
/// `Malformed` when this is no proof document, or its parts do not fill the file exactly.
pub fn open(file: &mut dyn ReadAt) -> Result<Opened> {
    let size = file.size();
    let mut bytes = vec![0; usize::try_from(HEADER.min(size)).unwrap_or(0)];
    file.read_at(0, &mut bytes)?;
    let header = Header::parse(&bytes, size)?;
    let mut bytes = vec![0; usize::try_from(header.manifest).unwrap_or(0)];
    file.read_at(HEADER, &mut bytes)?;
    let manifest = Manifest::parse(&bytes)?;
    let (layouts, end) = manifest.layouts(HEADER + header.manifest)?;
    if end != size {
        return Err(Error::new(
            ErrorKind::Malformed,
            format!("the file has {size} bytes, and by its manifest it must have {end}"),
        )
        .remedy("the file is cut off, longer than it was, or its manifest was changed"));
    }
    Ok(Opened {
        signed: signed_bytes(&header, &bytes),
        trees: manifest.trees.iter().cloned().zip(layouts).collect(),
        header,
        manifest,
    })
}
