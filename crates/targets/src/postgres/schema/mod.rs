//! The live schema: reading it, changing it, and the record of what was changed.

mod index;
mod locks;
mod path;
mod reader;
mod record;
mod writer;

pub use reader::LiveReader;
pub use writer::SchemaSteps;
