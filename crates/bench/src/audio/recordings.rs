//! Recordings for a generated project: the objects that its documents name.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use sunset_testkit::generate::SplitMix;

use crate::RunArguments;
use crate::project::Project;
use crate::report::say;

/// The bucket that the generated documents name.
pub const BUCKET: &str = "generated";
/// The beginning of an M4A file.
const HEAD: &[u8] = b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0";

/// A folder of buckets, kept between runs.
pub struct Recordings {
    /// Holds the folder [`BUCKET`].
    pub dir: PathBuf,
    pub project: Project,
    pub objects: u64,
    pub bytes: u64,
}

impl Recordings {
    /// So many objects of so many bytes in all, from a tenth to almost twice the mean; made where
    /// they are not there.
    pub fn of(arguments: &RunArguments, objects: u64, bytes: u64) -> Result<Self> {
        let project = Project::of(arguments, objects)?;
        let dir = arguments
            .work_dir
            .join(format!("recordings-{objects}-{bytes}"));
        if !dir.exists() {
            say(&format!("generating {objects} recordings"));
            let unfinished = dir.with_extension("unfinished");
            if unfinished.exists() {
                std::fs::remove_dir_all(&unfinished)?;
            }
            let folder = unfinished.join(BUCKET).join("audio");
            std::fs::create_dir_all(&folder)?;
            let mut random = SplitMix::new(objects);
            let mean = bytes / objects.max(1);
            let mut left = bytes;
            for (index, id) in (1..).zip(ids(&project)?) {
                let drawn = if objects == 1 {
                    mean
                } else {
                    mean / 10 + random.below(mean * 9 / 5 + 1)
                };
                let length = if index == objects {
                    left
                } else {
                    drawn.min(left)
                };
                left -= length;
                let path = folder.join(format!("{id}.m4a"));
                write(&path, length.max(HEAD.len() as u64), &mut random)
                    .with_context(|| path.display().to_string())?;
            }
            std::fs::rename(&unfinished, &dir)?;
        }
        let mut found = Self {
            dir,
            project,
            objects: 0,
            bytes: 0,
        };
        for entry in std::fs::read_dir(found.dir.join(BUCKET).join("audio"))? {
            found.objects += 1;
            found.bytes += entry?.metadata()?.len();
        }
        Ok(found)
    }
}

/// The ids of a project's documents.
fn ids(project: &Project) -> Result<Vec<String>> {
    let lines = BufReader::new(File::open(&project.file)?).lines();
    lines
        .map(|line| {
            let document: serde_json::Value = serde_json::from_str(&line?)?;
            let name = document["name"].as_str().unwrap_or_default();
            Ok(name.rsplit('/').next().unwrap_or_default().to_owned())
        })
        .collect()
}

fn write(path: &std::path::Path, length: u64, random: &mut SplitMix) -> std::io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    out.write_all(HEAD)?;
    let mut left = length - HEAD.len() as u64;
    while left > 0 {
        let word = random.draw().to_le_bytes();
        let take = usize::try_from(left.min(8)).unwrap_or(8);
        out.write_all(word.get(..take).unwrap_or(&word))?;
        left -= take as u64;
    }
    out.flush()
}
