//! The proof document as a file: written with bounded memory, signed, and read at any place.

mod key;
mod spill;

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use sunset_core::digest::Digest;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::verify::LeafSink;
use sunset_core::proof::{
    HEADER, Header, Manifest, ReadAt, TreeKind, TreeLayout, TreeSummary, leaf, level_sizes, node,
    signed_bytes,
};

pub use self::key::{SigningKey, from_hexadecimal, is_signed};
use self::spill::{Spill, failed};

/// Collects leaves, and writes the document when all are there. Until then nothing stands under
/// its name.
pub struct ProofWriter {
    path: PathBuf,
    folder: PathBuf,
    trees: BTreeMap<(TreeKind, String), Spill>,
}

impl ProofWriter {
    /// A writer of the file `path`, with a tree for each of `trees`, empty ones included.
    ///
    /// # Errors
    /// `Refused` when the folder does not exist or cannot be written, or `path` is one.
    pub fn new(path: &Path, trees: impl IntoIterator<Item = (TreeKind, String)>) -> Result<Self> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        // Now, and not behind an hour of comparing.
        if path.is_dir() {
            return Err(
                Error::new(ErrorKind::Refused, "the proof is to be a folder")
                    .item(path.display().to_string())
                    .remedy("name a file; it is made, or written over"),
            );
        }
        tempfile::tempfile_in(&folder)
            .map_err(|cause| failed(cause).item(path.display().to_string()))?;
        let trees = trees.into_iter().map(|tree| (tree, Spill::new(&folder)));
        Ok(Self {
            path: path.to_owned(),
            trees: trees.collect(),
            folder,
        })
    }

    /// Writes the document; `manifest` comes without trees, and is given back with them.
    ///
    /// # Errors
    /// `Internal` when two leaves of a tree have the same id; `Refused` when the disk is full.
    pub fn finish(self, mut manifest: Manifest, key: &SigningKey) -> Result<Manifest> {
        manifest.trees = self
            .trees
            .iter()
            .map(|((kind, name), spill)| TreeSummary {
                kind: *kind,
                name: name.clone(),
                count: spill.count,
                id_bytes: spill.id_bytes,
                // As long as the root that will stand here.
                root: Digest([0; 32]).to_string(),
            })
            .collect();
        let length = manifest.to_bytes()?.len() as u64;
        let (layouts, _) = manifest.layouts(HEADER + length)?;
        let temporary = tempfile::NamedTempFile::new_in(&self.folder).map_err(failed)?;
        for (((_, spill), layout), summary) in
            self.trees.into_iter().zip(layouts).zip(&mut manifest.trees)
        {
            let root = tree(temporary.as_file(), spill, layout)
                .map_err(|error| error.item(summary.name.clone()))?;
            summary.root = root.to_string();
        }
        let bytes = manifest.to_bytes()?;
        let mut header = Header {
            manifest: length,
            public_key: key.public(),
            signature: [0; 64],
        };
        header.signature = key.sign(&signed_bytes(&header, &bytes));
        let file = temporary.as_file();
        file.write_all_at(&header.to_bytes(), 0).map_err(failed)?;
        file.write_all_at(&bytes, HEADER).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        let kept = temporary
            .persist(&self.path)
            .map_err(|error| failed(error.error))?;
        readable(&kept)?;
        Ok(manifest)
    }
}

/// Temporary files are for their owner alone; a proof is for everybody.
fn readable(file: &File) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
        .map_err(failed)
}

impl LeafSink for ProofWriter {
    fn add(&mut self, kind: TreeKind, name: &str, id: &str, digest: Digest) -> Result<()> {
        let folder = &self.folder;
        self.trees
            .entry((kind, name.to_owned()))
            .or_insert_with(|| Spill::new(folder))
            .add(id, digest)
    }
}

/// Writes one region from its beginning in large pieces.
struct Region<'f> {
    file: &'f File,
    next: u64,
    bytes: Vec<u8>,
}

impl<'f> Region<'f> {
    fn new(file: &'f File, next: u64) -> Self {
        Self {
            file,
            next,
            bytes: Vec::new(),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() >= 64 * 1024 {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.file
            .write_all_at(&self.bytes, self.next)
            .map_err(failed)?;
        self.next += self.bytes.len() as u64;
        self.bytes.clear();
        Ok(())
    }
}

/// Writes a tree and gives its root.
fn tree(file: &File, spill: Spill, layout: TreeLayout) -> Result<Digest> {
    let mut records = Region::new(file, layout.base);
    let mut ids = Region::new(file, layout.ids());
    // One open node a level: its left half, until the right one comes.
    let sizes = level_sizes(layout.count);
    let mut levels: Vec<(Region<'_>, Option<Digest>)> = (0..sizes.len())
        .map(|level| (Region::new(file, layout.level(level)), None))
        .collect();
    let mut leaves = spill.sorted()?;
    let mut begin = 0_u64;
    let mut before: Option<Box<[u8]>> = None;
    while let Some((id, digest)) = leaves.next()? {
        if before.as_ref() == Some(&id) {
            return Err(Error::new(
                ErrorKind::Internal,
                format!("two leaves have the id {}", String::from_utf8_lossy(&id)),
            ));
        }
        let length = u32::try_from(id.len()).unwrap_or(u32::MAX);
        records.write(&begin.to_be_bytes())?;
        records.write(&length.to_be_bytes())?;
        records.write(digest.as_bytes())?;
        ids.write(&id)?;
        begin += id.len() as u64;
        carry(&mut levels, 0, leaf(&id, &digest))?;
        before = Some(id);
    }
    records.flush()?;
    ids.flush()?;
    // A node without a right neighbour stands for itself one level up.
    for level in 0..levels.len() {
        let alone = levels.get_mut(level).and_then(|(_, open)| open.take());
        if let Some(hash) = alone
            && level + 1 < levels.len()
        {
            carry(&mut levels, level + 1, hash)?;
        } else if let Some(hash) = alone {
            levels[level].0.flush()?;
            return Ok(hash);
        }
        levels[level].0.flush()?;
    }
    Ok(Digest::of(b""))
}

/// Appends a hash to a level, and what follows to those above.
fn carry(levels: &mut [(Region<'_>, Option<Digest>)], from: usize, hash: Digest) -> Result<()> {
    let mut hash = hash;
    for (region, open) in levels.iter_mut().skip(from) {
        region.write(hash.as_bytes())?;
        match open.take() {
            None => {
                *open = Some(hash);
                return Ok(());
            }
            Some(left) => hash = node(&left, &hash),
        }
    }
    Ok(())
}

/// A document to be read.
pub struct ProofFile {
    file: File,
    size: u64,
    path: PathBuf,
}

impl ProofFile {
    /// Opens it.
    ///
    /// # Errors
    /// `NotFound` when it is not there or cannot be read.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |cause| {
            Error::new(ErrorKind::NotFound, "cannot open the proof document")
                .item(path.display().to_string())
                .cause(cause)
                .remedy("name the file that final-check --proof wrote")
        };
        let file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        Ok(Self {
            file,
            size,
            path: path.to_owned(),
        })
    }
}

impl ReadAt for ProofFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.file.read_exact_at(buffer, offset).map_err(|cause| {
            Error::new(
                ErrorKind::Malformed,
                "the proof document cannot be read to its end",
            )
            .item(self.path.display().to_string())
            .cause(cause)
            .remedy("the file is cut off or its disk is faulty: take another copy of it")
        })
    }
}
