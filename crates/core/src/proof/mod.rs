//! The proof document: what was compared, so that anybody can check it later without V2, V3 or
//! the network.
//!
//! Per collection of V2 there is a Merkle tree over (document id, digest of the document as read),
//! per table of V3 one over (row id, digest of the row). The roots stand in a [`Manifest`], which
//! is signed. `docs/proof.md` gives the layout byte by byte.

mod inclusion;
mod layout;
mod manifest;
mod reading;
mod tree;
mod whole;

pub use inclusion::{Inclusion, Sibling, find};
pub use layout::{HEADER, Header, MAGIC, RECORD, TreeLayout, signed_bytes};
pub use manifest::{Manifest, TreeKind, TreeSummary};
pub use reading::{Opened, ReadAt, open};
pub use tree::{Side, leaf, level_sizes, node, root_of};
pub use whole::{Fault, check};
