//! Documents, and what a source delivers in their place when they cannot be decoded.

use crate::error::{Error, ErrorKind, Result};
use crate::instant::Instant;
use crate::value::Map;

/// One document of a root collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The collection it stands in.
    pub collection: String,
    /// Its id within the collection.
    pub id: String,
    /// Its full resource name, `projects/P/databases/D/documents/<collection>/<id>`.
    pub name: String,
    /// Its fields; a document without `fields` has none.
    pub fields: Map,
    /// When it was created; where the source does not say, the time that stands for it (the
    /// start of the export, the modification time of the file).
    pub create_time: Option<Instant>,
    /// When it was last changed, where the source says.
    pub update_time: Option<Instant>,
}

/// Something that stands where a document should, and cannot be read as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadDocument {
    /// The collection it stands in, where that is known.
    pub collection: String,
    /// Its id, where that much could be read.
    pub id: Option<String>,
    /// Where it stands: `cases.ndjson:17`, `output-0@32768`.
    pub place: String,
    /// The bytes as read.
    pub bytes: Vec<u8>,
    /// What is wrong with it.
    pub why: String,
}

/// One thing that a source delivered.
#[derive(Debug, Clone, PartialEq)]
pub enum Delivery {
    /// A document that was decoded.
    Document(Document),
    /// Bytes that could not be.
    Bad(BadDocument),
}

/// The parts of a resource name, `projects/P/databases/D/documents/<path>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceName<'a> {
    /// Project id.
    pub project: &'a str,
    /// Database id, `(default)` for the default one.
    pub database: &'a str,
    /// The path below `documents`, without a slash at its ends.
    pub path: &'a str,
}

impl<'a> ResourceName<'a> {
    /// Takes a resource name apart.
    ///
    /// # Errors
    /// `Malformed` when it is not of the form above, or the path is empty.
    pub fn parse(name: &'a str) -> Result<Self> {
        let parts = || {
            let rest = name.strip_prefix("projects/")?;
            let (project, rest) = rest.split_once('/')?;
            let rest = rest.strip_prefix("databases/")?;
            let (database, rest) = rest.split_once('/')?;
            let path = rest.strip_prefix("documents/")?;
            let whole = path.split('/').all(|segment| !segment.is_empty());
            (whole && !project.is_empty() && !database.is_empty()).then_some(Self {
                project,
                database,
                path,
            })
        };
        parts().ok_or_else(|| {
            Error::new(ErrorKind::Malformed, "not a document's resource name")
                .item(name.to_owned())
                .remedy("a name is projects/P/databases/D/documents/<collection>/<id>")
        })
    }

    /// Collection and id, when the path is that of a document of a root collection.
    pub fn root_document(&self) -> Option<(&'a str, &'a str)> {
        let (collection, id) = self.path.split_once('/')?;
        (!id.contains('/')).then_some((collection, id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart() {
        let name = ResourceName::parse("projects/p/databases/(default)/documents/cases/202511-IC001")
            .expect("well-formed");
        assert_eq!(name.database, "(default)");
        assert_eq!(name.root_document(), Some(("cases", "202511-IC001")));
        let nested = ResourceName::parse("projects/p/databases/d/documents/cases/a/notes/b")
            .expect("well-formed");
        assert_eq!(nested.root_document(), None);
    }

    #[test]
    fn other_names_are_refused() {
        for name in [
            "",
            "cases/1",
            "projects/p/databases/d/documents/",
            "projects/p/databases/d/documents/cases//x",
            "projects//databases/d/documents/cases/x",
        ] {
            assert!(ResourceName::parse(name).is_err(), "{name}");
        }
    }
}
