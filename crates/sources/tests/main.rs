//! The sources, from the outside.

mod documents;
