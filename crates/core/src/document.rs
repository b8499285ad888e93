//! Documents, and what a source delivers in their place when they cannot be decoded.

use sha2::Digest as _;

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::instant::Instant;
use crate::value::{Map, Value};

/// Why a document whose id holds U+0000 is in quarantine.
pub const ID_WITH_NUL: &str = "its id holds U+0000, which PostgreSQL cannot store";

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

impl Document {
    /// SHA-256 of the fields, whatever order a source delivered them in.
    pub fn digest(&self) -> Digest {
        let mut hashed = Hashed::begin();
        hashed.map(&self.fields);
        hashed.finish()
    }
}

/// What is hashed, gathered: many small pieces are hashed faster as few large ones.
struct Hashed {
    gathered: Vec<u8>,
    hasher: sha2::Sha256,
}

impl Hashed {
    const ENOUGH: usize = 8 << 10;

    fn begin() -> Self {
        Self {
            gathered: Vec::with_capacity(Self::ENOUGH),
            hasher: sha2::Sha256::default(),
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.gathered.len() + bytes.len() > Self::ENOUGH {
            self.hasher.update(&self.gathered);
            self.gathered.clear();
            if bytes.len() > Self::ENOUGH {
                self.hasher.update(bytes);
                return;
            }
        }
        self.gathered.extend_from_slice(bytes);
    }

    fn finish(mut self) -> Digest {
        self.hasher.update(&self.gathered);
        Digest(self.hasher.finalize().into())
    }

    fn map(&mut self, map: &Map) {
        self.add(&(map.len() as u64).to_le_bytes());
        for (key, value) in map.iter() {
            self.bytes(0, key.as_bytes());
            self.value(value);
        }
    }

    fn bytes(&mut self, tag: u8, bytes: &[u8]) {
        let mut head = [0; 9];
        head[0] = tag;
        head[1..].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.add(&head);
        self.add(bytes);
    }

    /// Every value begins with a tag of its type, and what varies in length with its length.
    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.add(&[1]),
            Value::Boolean(boolean) => self.add(&[2, u8::from(*boolean)]),
            Value::Integer(integer) => self.bytes(3, &integer.to_le_bytes()),
            Value::Double(double) => self.bytes(4, &double.to_bits().to_le_bytes()),
            Value::Timestamp(instant) => {
                self.bytes(5, &instant.seconds().to_le_bytes());
                self.add(&instant.subsec_nanos().to_le_bytes());
            }
            Value::Text(text) => self.bytes(6, text.as_bytes()),
            Value::Bytes(bytes) => self.bytes(7, bytes),
            Value::Reference(name) => self.bytes(8, name.as_bytes()),
            Value::GeoPoint {
                latitude,
                longitude,
            } => {
                self.bytes(9, &latitude.to_bits().to_le_bytes());
                self.add(&longitude.to_bits().to_le_bytes());
            }
            Value::Array(items) => {
                self.add(&[10]);
                self.add(&(items.len() as u64).to_le_bytes());
                items.iter().for_each(|item| self.value(item));
            }
            Value::Map(map) => {
                self.add(&[11]);
                self.map(map);
            }
        }
    }
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
    /// Whether its file ends within it: nobody knows what stood behind it.
    pub breaks_off: bool,
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

    /// `projects/P/databases/D`, the beginning of the name that was taken apart.
    pub fn database_name(&self, name: &'a str) -> &'a str {
        let length = "projects//databases/".len() + self.project.len() + self.database.len();
        name.get(..length).unwrap_or_default()
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
        let name =
            ResourceName::parse("projects/p/databases/(default)/documents/cases/202511-IC001")
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

    /// Digests are compared with those of earlier versions: how they are taken may not change.
    #[test]
    fn a_digest_is_what_it_always_was() {
        let digest = |fields: Vec<(String, Value)>| {
            Document {
                collection: "c".into(),
                id: "1".into(),
                name: String::new(),
                fields: Map::from_entries(fields),
                create_time: None,
                update_time: None,
            }
            .digest()
        };
        let plain = |bytes: &[u8]| Digest::of(bytes);
        assert_eq!(digest(Vec::new()), plain(&[0; 8]));
        // Longer than what is gathered at once, with something short on both sides.
        let long = "x".repeat(20_000);
        let mut expected = 3_u64.to_le_bytes().to_vec();
        for (key, text) in [("a", "1"), ("b", long.as_str()), ("c", "2")] {
            for (tag, part) in [(0, key), (6, text)] {
                expected.push(tag);
                expected.extend_from_slice(&(part.len() as u64).to_le_bytes());
                expected.extend_from_slice(part.as_bytes());
            }
        }
        assert_eq!(
            digest(vec![
                ("a".into(), Value::Text("1".into())),
                ("b".into(), Value::Text(long)),
                ("c".into(), Value::Text("2".into())),
            ]),
            plain(&expected)
        );
    }
}
