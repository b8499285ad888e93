//! The signed part: what was compared, when, by what, and the roots.

use serde::{Deserialize, Serialize};

use super::layout::TreeLayout;
use crate::error::{Error, ErrorKind, Result};

/// What a tree is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TreeKind {
    /// Documents of V2, with the digests of what was read.
    Collection,
    /// Rows of V3, with the digests of their cells.
    Table,
}

impl TreeKind {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Collection => "collection",
            Self::Table => "table",
        }
    }
}

/// One tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeSummary {
    /// What it is over.
    pub kind: TreeKind,
    /// The collection's or table's name.
    pub name: String,
    /// Leaves.
    pub count: u64,
    /// Bytes of all ids.
    pub id_bytes: u64,
    /// The root, in lower-case hexadecimal.
    pub root: String,
}

/// See the module. In the file it is JSON without line breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The tool and its version.
    pub tool: String,
    /// The plan.
    pub plan: String,
    /// When the comparison ended, RFC 3339.
    pub made_at: String,
    /// Where the documents were read, without secrets.
    pub source: String,
    /// As of when, where the source has one point in time.
    pub read_time: Option<String>,
    /// The database, without its password.
    pub database: String,
    /// Which database that is: its cluster's identifier, and its name.
    pub target: String,
    /// What the final check said: a line a section.
    pub summary: Vec<String>,
    /// `passed`, or `incomplete` where a section could not be compared.
    pub verdict: String,
    /// The trees, in the order in which they stand in the file.
    pub trees: Vec<TreeSummary>,
}

impl Manifest {
    /// As it stands in the file.
    ///
    /// # Errors
    /// `Internal`; there is nothing in it that JSON cannot say.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|cause| {
            Error::new(
                ErrorKind::Internal,
                "cannot write the manifest of the proof",
            )
            .cause(cause)
        })
    }

    /// From the file.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).map_err(|cause| {
            Error::new(
                ErrorKind::Malformed,
                "the manifest of the proof cannot be read",
            )
            .cause(cause)
            .remedy("the file was changed: take another copy of it")
        })
    }

    /// Where each tree stands when the first begins at `base`, and where the last ends.
    ///
    /// # Errors
    /// `Malformed` when the counts exceed every file.
    pub fn layouts(&self, base: u64) -> Result<(Vec<TreeLayout>, u64)> {
        let mut next = base;
        let mut layouts = Vec::with_capacity(self.trees.len());
        for tree in &self.trees {
            let layout = TreeLayout {
                base: next,
                count: tree.count,
                id_bytes: tree.id_bytes,
            };
            next = layout.end().ok_or_else(|| {
                Error::new(
                    ErrorKind::Malformed,
                    "a count in the manifest cannot be right",
                )
                .item(tree.name.clone())
            })?;
            layouts.push(layout);
        }
        Ok((layouts, next))
    }
}
