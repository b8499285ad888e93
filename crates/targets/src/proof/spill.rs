//! Leaves in the order of their ids, in bounded memory: sorted runs in files without names, then
//! merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sunset_core::digest::Digest;
use sunset_core::error::{Error, ErrorKind, Result};

/// Bytes of ids and digests of one tree that are held before they are written out.
const HELD: usize = 4 * 1024 * 1024;

/// One leaf.
pub(super) type Leaf = (Box<[u8]>, Digest);

/// The leaves of one tree, in the order in which they come.
pub(super) struct Spill {
    folder: PathBuf,
    held: Vec<Leaf>,
    held_bytes: usize,
    runs: Vec<File>,
    pub count: u64,
    pub id_bytes: u64,
}

pub(super) fn failed(cause: std::io::Error) -> Error {
    Error::new(ErrorKind::Refused, "cannot write the proof")
        .cause(cause)
        .remedy("see that the disk has room and that the folder can be written, and check again")
}

impl Spill {
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            held: Vec::new(),
            held_bytes: 0,
            runs: Vec::new(),
            count: 0,
            id_bytes: 0,
        }
    }

    pub fn add(&mut self, id: &str, digest: Digest) -> Result<()> {
        self.count += 1;
        self.id_bytes += id.len() as u64;
        self.held_bytes += id.len() + 64;
        self.held.push((id.as_bytes().into(), digest));
        if self.held_bytes >= HELD {
            self.write_out()?;
        }
        Ok(())
    }

    fn write_out(&mut self) -> Result<()> {
        self.held.sort_unstable();
        let file = tempfile::tempfile_in(&self.folder).map_err(failed)?;
        let mut out = BufWriter::new(file);
        for (id, digest) in self.held.drain(..) {
            let length = u32::try_from(id.len()).unwrap_or(u32::MAX);
            out.write_all(&length.to_be_bytes())
                .and_then(|()| out.write_all(&id))
                .and_then(|()| out.write_all(digest.as_bytes()))
                .map_err(failed)?;
        }
        let mut file = out
            .into_inner()
            .map_err(|error| failed(error.into_error()))?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        self.runs.push(file);
        self.held_bytes = 0;
        Ok(())
    }

    /// All leaves in the order of their ids.
    pub fn sorted(mut self) -> Result<Sorted> {
        if self.runs.is_empty() {
            self.held.sort_unstable();
            return Ok(Sorted::Held(self.held.into_iter()));
        }
        self.write_out()?;
        let mut runs: Vec<BufReader<File>> = self.runs.into_iter().map(BufReader::new).collect();
        let mut heads = BinaryHeap::new();
        for (number, run) in runs.iter_mut().enumerate() {
            if let Some(leaf) = read(run).map_err(failed)? {
                heads.push(Reverse((leaf, number)));
            }
        }
        Ok(Sorted::Merged { runs, heads })
    }
}

/// See [`Spill::sorted`].
pub(super) enum Sorted {
    Held(std::vec::IntoIter<Leaf>),
    Merged {
        runs: Vec<BufReader<File>>,
        heads: BinaryHeap<Reverse<(Leaf, usize)>>,
    },
}

impl Sorted {
    pub fn next(&mut self) -> Result<Option<Leaf>> {
        match self {
            Self::Held(leaves) => Ok(leaves.next()),
            Self::Merged { runs, heads } => {
                let Some(Reverse((leaf, number))) = heads.pop() else {
                    return Ok(None);
                };
                if let Some(run) = runs.get_mut(number)
                    && let Some(next) = read(run).map_err(failed)?
                {
                    heads.push(Reverse((next, number)));
                }
                Ok(Some(leaf))
            }
        }
    }
}

fn read(run: &mut BufReader<File>) -> std::io::Result<Option<Leaf>> {
    let mut length = [0; 4];
    match run.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut id = vec![0; u32::from_be_bytes(length) as usize];
    run.read_exact(&mut id)?;
    let mut digest = [0; 32];
    run.read_exact(&mut digest)?;
    Ok(Some((id.into(), Digest(digest))))
}
