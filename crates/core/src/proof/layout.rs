//! Where what stands in the file. All numbers are unsigned and big-endian.

use super::tree::level_sizes;
use crate::error::{Error, ErrorKind, Result};

/// The first bytes of every proof document; the last of them is the layout's version.
pub const MAGIC: [u8; 8] = *b"SUNSETP\x01";

/// Bytes before the manifest.
pub const HEADER: u64 = 112;

/// Bytes of a leaf's record: where its id begins (8), how long it is (4), the digest (32).
pub const RECORD: u64 = 44;

/// Bytes of a hash.
pub(super) const HASH: u64 = 32;

/// No manifest is longer.
const LONGEST_MANIFEST: u64 = 64 * 1024 * 1024;

/// The fixed beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Bytes of the manifest.
    pub manifest: u64,
    /// Ed25519.
    pub public_key: [u8; 32],
    /// Ed25519, over [`signed_bytes`].
    pub signature: [u8; 64],
}

impl Header {
    /// The bytes before the signature.
    fn first(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.manifest.to_be_bytes());
        bytes.extend(self.public_key);
        bytes
    }

    /// As the file begins.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.first();
        bytes.extend(self.signature);
        bytes
    }

    /// From the first [`HEADER`] bytes of a file of `size` bytes.
    ///
    /// # Errors
    /// `Malformed` when it is no proof document, or the manifest would not fit.
    pub fn parse(bytes: &[u8], size: u64) -> Result<Self> {
        let malformed = |what: &str| Error::new(ErrorKind::Malformed, what);
        let part = |from: usize, length: usize| bytes.get(from..from + length);
        if part(0, 8) != Some(&MAGIC) {
            return Err(malformed("this is no proof document of this version")
                .remedy("name the file that final-check --proof wrote"));
        }
        let short = || malformed("the proof document is cut off");
        let array8 = part(8, 8).and_then(|slice| slice.try_into().ok());
        let manifest = u64::from_be_bytes(array8.ok_or_else(short)?);
        let fits = manifest <= LONGEST_MANIFEST
            && HEADER.checked_add(manifest).is_some_and(|end| end <= size);
        if !fits {
            return Err(malformed(
                "the manifest is said to be longer than the file: bytes 8 to 15 were changed, or the \
                 file is cut off",
            ));
        }
        let key = part(16, 32).and_then(|slice| slice.try_into().ok());
        let signature = part(48, 64).and_then(|slice| slice.try_into().ok());
        Ok(Self {
            manifest,
            public_key: key.ok_or_else(short)?,
            signature: signature.ok_or_else(short)?,
        })
    }
}

/// What the signature is over: a name for what is signed, the header before the signature, and the
/// manifest.
pub fn signed_bytes(header: &Header, manifest: &[u8]) -> Vec<u8> {
    let mut bytes = b"sunset proof, version 1\0".to_vec();
    bytes.extend(header.first());
    bytes.extend(manifest);
    bytes
}

/// Where a tree stands: records, ids, then the levels from the leaves to the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeLayout {
    /// The first byte.
    pub base: u64,
    /// Leaves.
    pub count: u64,
    /// Bytes of all ids.
    pub id_bytes: u64,
}

impl TreeLayout {
    /// The record of a leaf.
    pub fn record(&self, index: u64) -> u64 {
        self.base + index * RECORD
    }

    /// The first byte of the ids.
    pub fn ids(&self) -> u64 {
        self.record(self.count)
    }

    /// The first byte of a level; 0 are the leaves.
    pub fn level(&self, level: usize) -> u64 {
        let below: u64 = level_sizes(self.count).iter().take(level).sum();
        self.ids() + self.id_bytes + below * HASH
    }

    /// One hash of a level.
    pub fn hash(&self, level: usize, index: u64) -> u64 {
        self.level(level) + index * HASH
    }

    /// The first byte behind it; `None` where the numbers exceed every file.
    pub fn end(&self) -> Option<u64> {
        let hashes: u64 = level_sizes(self.count.min(1 << 56)).iter().sum();
        self.count
            .checked_mul(RECORD)?
            .checked_add(self.id_bytes)?
            .checked_add(hashes.checked_mul(HASH)?)?
            .checked_add(self.base)
    }
}
