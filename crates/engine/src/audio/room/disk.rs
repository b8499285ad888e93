//! Objects for which there is no room in memory wait in files without names.

use std::fs::File;
use std::io::{Read as _, Result, Seek as _, Write as _};
use std::path::Path;

use futures::StreamExt as _;
use sunset_core::error::{Error, ErrorKind};
use sunset_core::ports::objects::ByteStream;

use super::{PIECE, Piece, Spare};

/// An object's bytes, in the order in which they come. The file goes with whoever holds it.
///
/// Written and read where they are, without a thread for what may wait: the bytes stay in the
/// system's memory, from where they are read again within seconds, and threads of their own would
/// hold more memory than the bytes.
#[derive(Debug)]
pub struct Spool {
    file: File,
}

impl Spool {
    /// An empty one.
    pub fn in_folder(folder: &Path) -> Result<Self> {
        let file = tempfile::tempfile_in(folder)?;
        Ok(Self { file })
    }

    /// Takes more bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes)
    }

    /// Ends it; it is read by way of that memory.
    pub fn seal(mut self, spare: &Spare) -> Result<Spooled> {
        self.file.rewind()?;
        Ok(Spooled {
            file: self.file,
            spare: Spare::clone(spare),
        })
    }
}

/// All bytes of an object.
#[derive(Debug)]
pub struct Spooled {
    file: File,
    spare: Spare,
}

impl Spooled {
    /// The bytes, once, in memory that is used again.
    pub fn into_stream(self) -> ByteStream {
        let Self { file, spare } = self;
        futures::stream::try_unfold(file, move |mut file| {
            let mut piece = Piece::of(&spare, None);
            let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece.bytes);
            async move {
                let read = read.map_err(|cause| {
                    Error::new(
                        ErrorKind::Unreachable,
                        "cannot read what waited on this machine's disk",
                    )
                    .cause(cause)
                })?;
                Ok((read > 0).then(|| (piece.seal(), file)))
            }
        })
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use futures::TryStreamExt as _;

    #[tokio::test]
    async fn bytes_come_back_in_their_order_and_the_file_has_no_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut spool = Spool::in_folder(folder.path()).expect("a file");
        let bytes: Vec<u8> = (0..=255).cycle().take(3 * PIECE + 77).collect();
        for piece in bytes.chunks(40_001) {
            spool.push(piece).expect("written");
        }
        let names = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(names, 0);
        let spare = Spare::default();
        let stream = spool.seal(&spare).expect("sealed").into_stream();
        let read: Vec<Bytes> = stream.try_collect().await.expect("read");
        assert!(read.iter().all(|piece| piece.len() <= PIECE));
        assert_eq!(read.concat(), bytes);
        drop(read);
        assert_eq!(super::super::lock(&spare).len(), 5, "memory to use again");
    }

    #[tokio::test]
    async fn a_file_that_takes_nothing_is_an_error() {
        let named = tempfile::NamedTempFile::new().expect("a file");
        let file = File::open(named.path()).expect("for reading alone");
        assert!(Spool { file }.push(b"x").is_err());
        assert!(Spool::in_folder(named.path()).is_err(), "no folder");
    }
}
