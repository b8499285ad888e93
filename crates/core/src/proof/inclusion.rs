//! That one row is in a tree, shown by as many hashes as the tree is high.

use super::layout::{HASH, RECORD, TreeLayout};
use super::reading::ReadAt;
use super::tree::{Side, leaf, level_sizes, node};
use super::whole::{Record, record};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};

/// A hash that stands beside the way to the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sibling {
    /// Whether it is hashed before or behind.
    pub side: Side,
    /// The hash.
    pub hash: Digest,
}

/// A row, and what leads from it to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// Its id.
    pub id: String,
    /// Its place among the ids in byte order, from 0.
    pub index: u64,
    /// Its digest.
    pub digest: Digest,
    /// The hash of its leaf.
    pub leaf: Digest,
    /// From the leaf upwards.
    pub path: Vec<Sibling>,
}

impl Inclusion {
    /// The root that follows.
    pub fn root(&self) -> Digest {
        self.path
            .iter()
            .fold(self.leaf, |hash, sibling| match sibling.side {
                Side::Left => node(&sibling.hash, &hash),
                Side::Right => node(&hash, &sibling.hash),
            })
    }
}

/// Looks a row up by its id: for `n` rows, at the most `2·log2(n) + 2` reads to find it, and
/// `log2(n)` for the way to the root.
///
/// # Errors
/// When the file cannot be read, or names a place outside of it.
pub fn find(file: &mut dyn ReadAt, layout: TreeLayout, id: &str) -> Result<Option<Inclusion>> {
    let (mut low, mut high) = (0, layout.count);
    while low < high {
        let middle = low + (high - low) / 2;
        let (found, record) = read(file, layout, middle)?;
        match found.as_slice().cmp(id.as_bytes()) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => {
                return Ok(Some(Inclusion {
                    id: id.to_owned(),
                    index: middle,
                    digest: record.digest,
                    leaf: leaf(&found, &record.digest),
                    path: path(file, layout, middle)?,
                }));
            }
        }
    }
    Ok(None)
}

fn read(file: &mut dyn ReadAt, layout: TreeLayout, index: u64) -> Result<(Vec<u8>, Record)> {
    let mut bytes = [0; RECORD as usize];
    file.read_at(layout.record(index), &mut bytes)?;
    let record = record(&bytes).filter(|record| record.end() <= layout.id_bytes);
    let record = record.ok_or_else(|| {
        Error::new(
            ErrorKind::Mismatch,
            format!("the record of row {} was changed", index + 1),
        )
        .remedy("check the whole file (leave --id out), and take another copy of it")
    })?;
    let mut id = vec![0; record.length as usize];
    file.read_at(layout.ids() + record.begin, &mut id)?;
    Ok((id, record))
}

fn path(file: &mut dyn ReadAt, layout: TreeLayout, index: u64) -> Result<Vec<Sibling>> {
    let mut path = Vec::new();
    let mut place = index;
    for (level, size) in level_sizes(layout.count).into_iter().enumerate() {
        let sibling = place ^ 1;
        if sibling < size {
            let mut bytes = [0; HASH as usize];
            file.read_at(layout.hash(level, sibling), &mut bytes)?;
            path.push(Sibling {
                side: if sibling < place {
                    Side::Left
                } else {
                    Side::Right
                },
                hash: Digest(bytes),
            });
        }
        place /= 2;
    }
    Ok(path)
}
