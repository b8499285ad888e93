//! That one row is in a tree, shown by as many hashes as the tree is high.

use std::cmp::Ordering;

use super::layout::{HASH, RECORD, TreeLayout};
use super::reading::ReadAt;
use super::tree::{Side, empty, leaf, level_sizes, node};
use super::whole::record;
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

/// A leaf as it stands in the file, which nothing has shown to be under the root yet.
struct Probe {
    id: Vec<u8>,
    index: u64,
    digest: Digest,
}

impl Probe {
    fn in_words(&self) -> String {
        let id = String::from_utf8_lossy(&self.id);
        format!("row {}, {id}", self.index + 1)
    }
}

/// Looks a row up by its id, in a tree of this root (in hexadecimal): for `n` rows, at the most
/// `2·log2(n) + 2` reads to find it, and `log2(n)` for the way to the root, which the caller compares
/// with the root. `None` says that the tree has no such row, and that this was shown: what would stand
/// on both sides of it leads to the root, and nothing stands between the two.
///
/// # Errors
/// When the file cannot be read. `Mismatch`, with the row's number, when what was read on the way
/// is not as it was written, so that the tree might have the row and might not.
pub fn find(
    file: &mut dyn ReadAt,
    layout: TreeLayout,
    root: &str,
    id: &str,
) -> Result<Option<Inclusion>> {
    let (mut low, mut high) = (0, layout.count);
    // What was read last on either side: in the end, the rows before and behind the place.
    let (mut before, mut behind): (Option<Probe>, Option<Probe>) = (None, None);
    while low < high {
        let middle = low + (high - low) / 2;
        let probe = read(file, layout, middle)?;
        let in_order = match probe.id.as_slice().cmp(id.as_bytes()) {
            Ordering::Equal => return inclusion(file, layout, &probe).map(Some),
            Ordering::Less => before.as_ref().is_none_or(|before| before.id < probe.id),
            Ordering::Greater => behind.as_ref().is_none_or(|behind| probe.id < behind.id),
        };
        if !in_order {
            return Err(changed(format!(
                "{}: it does not stand in order",
                probe.in_words()
            )));
        }
        if probe.id.as_slice() < id.as_bytes() {
            low = middle + 1;
            before = Some(probe);
        } else {
            high = middle;
            behind = Some(probe);
        }
    }
    for neighbour in [before, behind].into_iter().flatten() {
        if inclusion(file, layout, &neighbour)?.root().to_string() != root {
            return Err(changed(format!(
                "{}: it does not lead to the signed root, and {id} would stand beside it",
                neighbour.in_words()
            )));
        }
    }
    if layout.count == 0 && empty().to_string() != root {
        return Err(changed(format!(
            "its root is {}, and the manifest says {root}",
            empty()
        )));
    }
    Ok(None)
}

fn changed(what: String) -> Error {
    Error::new(ErrorKind::Mismatch, what)
        .remedy("check the whole file (leave --id out), and take another copy of it")
}

fn inclusion(file: &mut dyn ReadAt, layout: TreeLayout, probe: &Probe) -> Result<Inclusion> {
    Ok(Inclusion {
        id: String::from_utf8_lossy(&probe.id).into_owned(),
        index: probe.index,
        digest: probe.digest,
        leaf: leaf(&probe.id, &probe.digest),
        path: path(file, layout, probe.index)?,
    })
}

fn read(file: &mut dyn ReadAt, layout: TreeLayout, index: u64) -> Result<Probe> {
    let mut bytes = [0; RECORD as usize];
    file.read_at(layout.record(index), &mut bytes)?;
    let record = record(&bytes).filter(|record| record.end() <= layout.id_bytes);
    let record =
        record.ok_or_else(|| changed(format!("the record of row {} was changed", index + 1)))?;
    let mut id = vec![0; record.length as usize];
    file.read_at(layout.ids() + record.begin, &mut id)?;
    Ok(Probe {
        id,
        index,
        digest: record.digest,
    })
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
