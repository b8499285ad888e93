//! The three hashes of an object, computed in one pass, and what a source states of them.

use md5::Md5;
use sha2::Sha256;
use sha2::digest::Digest as _;
use sha2::digest::common::hazmat::{SerializableState, SerializedState};
use sunset_core::digest::Digest;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::objects::SourceObject;

/// Hashes of the bytes so far.
#[derive(Clone, Default)]
pub struct Hashes {
    length: u64,
    crc32c: u32,
    md5: Md5,
    sha256: Sha256,
}

/// Hashes of all bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    /// Bytes.
    pub length: u64,
    /// CRC32C.
    pub crc32c: u32,
    /// MD5.
    pub md5: [u8; 16],
    /// SHA-256.
    pub sha256: Digest,
}

impl Hashes {
    /// Takes more bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.crc32c = crc32c::crc32c_append(self.crc32c, bytes);
        self.md5.update(bytes);
        self.sha256.update(bytes);
    }

    /// The number of bytes so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The hashes.
    pub fn finish(self) -> Sums {
        Sums {
            length: self.length,
            crc32c: self.crc32c,
            md5: self.md5.finalize().into(),
            sha256: Digest(self.sha256.finalize().into()),
        }
    }

    /// The state, to go on from in another process.
    pub fn state(&self) -> Vec<u8> {
        let mut state = Vec::new();
        state.extend_from_slice(&self.length.to_be_bytes());
        state.extend_from_slice(&self.crc32c.to_be_bytes());
        state.extend_from_slice(&self.md5.serialize());
        state.extend_from_slice(&self.sha256.serialize());
        state
    }

    /// From such a state; `None` when it is none (another version of the hashes wrote it).
    pub fn from_state(state: &[u8]) -> Option<Self> {
        let (length, rest) = state.split_first_chunk::<8>()?;
        let (crc32c, rest) = rest.split_first_chunk::<4>()?;
        let (md5, sha256) = rest.split_at_checked(SerializedState::<Md5>::default().len())?;
        Some(Self {
            length: u64::from_be_bytes(*length),
            crc32c: u32::from_be_bytes(*crc32c),
            md5: Md5::deserialize(md5.try_into().ok()?).ok()?,
            sha256: Sha256::deserialize(sha256.try_into().ok()?).ok()?,
        })
    }
}

impl Sums {
    /// Checks that the bytes read are those that the source states.
    ///
    /// # Errors
    /// `Mismatch`, naming what differs.
    pub fn check(&self, object: &SourceObject) -> Result<()> {
        let wrong = |what: String| {
            Err(Error::new(ErrorKind::Mismatch, what)
                .item(object.uri.clone())
                .remedy(
                    "the object is read again on the next run; if it stays so, compare it by hand",
                ))
        };
        if self.length != object.size {
            return wrong(format!(
                "{} bytes were read and the source states {}",
                self.length, object.size
            ));
        }
        if let Some(stated) = object.crc32c
            && stated != self.crc32c
        {
            return wrong(format!(
                "the CRC32C of the bytes read is {:08x} and the source states {stated:08x}",
                self.crc32c
            ));
        }
        if let Some(stated) = object.md5
            && stated != self.md5
        {
            return wrong(format!(
                "the MD5 of the bytes read is {} and the source states {}",
                hex(&self.md5),
                hex(&stated)
            ));
        }
        Ok(())
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The ETag of an object made of parts with these MD5s.
pub fn multipart_etag<'a>(parts: impl ExactSizeIterator<Item = &'a [u8; 16]>) -> String {
    let count = parts.len();
    let mut md5 = Md5::new();
    parts.for_each(|part| md5.update(part));
    let md5: [u8; 16] = md5.finalize().into();
    format!("{}-{count}", hex(&md5))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn md5_of(bytes: &[u8]) -> [u8; 16] {
        Md5::digest(bytes).into()
    }

    #[test]
    fn the_hashes_are_those_of_the_standards() {
        let mut hashes = Hashes::default();
        hashes.update(b"1234");
        hashes.update(b"56789");
        let sums = hashes.finish();
        assert_eq!(sums.crc32c, 0xE306_9283);
        assert_eq!(hex(&sums.md5), "25f9e794323b453885f5181f1b624d0b");
        assert!(sums.sha256.to_string().starts_with("15e2b0d3c33891eb"));
    }

    #[test]
    fn a_state_goes_on_where_it_stopped() {
        let bytes: Vec<u8> = (0..=255).cycle().take(10_007).collect();
        let mut whole = Hashes::default();
        whole.update(&bytes);
        for cut in [0, 1, 63, 64, 5_000, 10_007] {
            let mut first = Hashes::default();
            first.update(&bytes[..cut]);
            let mut second = Hashes::from_state(&first.state()).expect("a state");
            second.update(&bytes[cut..]);
            assert_eq!(second.finish(), whole.clone().finish(), "{cut}");
        }
        assert!(Hashes::from_state(b"short").is_none());
    }

    #[test]
    fn what_the_source_states_is_held_against_the_bytes() {
        let mut hashes = Hashes::default();
        hashes.update(b"123456789");
        let sums = hashes.finish();
        let mut object = SourceObject {
            size: 9,
            ..SourceObject::default()
        };
        assert!(sums.check(&object).is_ok());
        object.crc32c = Some(1);
        assert_eq!(
            sums.check(&object).expect_err("differs").kind(),
            ErrorKind::Mismatch
        );
        object.crc32c = Some(0xE306_9283);
        object.md5 = Some([0; 16]);
        assert!(sums.check(&object).is_err());
    }

    #[test]
    fn the_etag_of_parts_is_that_of_s3() {
        // Two parts, b"a" and b"b".
        let parts = [md5_of(b"a"), md5_of(b"b")];
        assert_eq!(
            multipart_etag(parts.iter()),
            format!("{}-2", hex(&md5_of(&parts.concat())))
        );
    }
}
