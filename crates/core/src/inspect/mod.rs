//! What is in a source, before anybody migrates: the pure part of `v2-inspect`.
//!
//! A [`Profile`] sees documents, in any order and any number, in bounded memory, and tells an
//! [`Assessment`]. Contents do not get into it: text is told by its form and shape, and what is
//! shown as it stands is listed in docs/inspect.md.

mod assessment;
mod clock;
mod collection;
mod field;
mod findings;
mod fingerprint;
mod index;
mod kind;
mod links;
mod names;
mod paths;
mod profile;
mod secrets;
mod shape;
mod size;
mod tell;
mod text;

#[cfg(test)]
mod tests;

pub use assessment::{
    Assessment, BrokenOff, Collection, Counted, Estimate, Field, Finding, Gravity, Lengths, Link,
    Numbers, Similar, Sized, Sizes, Texts, Times, Unreadable,
};
pub use profile::{Limits, Profile};
pub use size::document_size;
