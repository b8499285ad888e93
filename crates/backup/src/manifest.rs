//! What a backup says of itself.

use serde::{Deserialize, Serialize};

/// The version of this description.
pub const FORMAT: u32 = 1;

/// One backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`]
    pub format: u32,
    /// The name of its folder.
    pub id: String,
    /// The plan whose database it is of.
    pub plan: String,
    /// When its snapshot was taken, RFC 3339, UTC.
    pub taken_at: String,
    /// The program that took it, with its version, and the machine.
    pub taken_by: String,
    /// PostgreSQL.
    pub database: DatabasePart,
    /// Redis, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redis: Option<RedisPart>,
    /// Every file beside the manifest.
    pub files: Vec<FilePart>,
}

/// What is in the dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabasePart {
    /// The URL without its password.
    pub url: String,
    /// Which database it is, whatever its address.
    pub identity: String,
    /// As `server_version` prints it.
    pub server_version: String,
    /// The transactions that the snapshot saw, as `pg_current_snapshot()` prints it.
    pub snapshot: String,
    /// The tables with their rows at the dump's snapshot.
    pub tables: Vec<TablePart>,
    /// Everything that has a name: `("view", "public.recent")`.
    pub objects: Vec<ObjectPart>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TablePart {
    /// The schema that it stands in.
    pub schema: String,
    /// Its name.
    pub table: String,
    /// The columns that the digest is taken over.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: u64,
    /// Over all rows, in whatever order.
    pub digest: String,
}

/// One object of the database.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectPart {
    /// `table`, `view`, `type`, `function`, …
    pub kind: String,
    /// As SQL names it.
    pub name: String,
}

/// What is known of the Redis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedisPart {
    /// The URL without its password.
    pub url: String,
    /// Its version.
    pub server_version: String,
    /// Keys in all its databases just before it was copied.
    pub keys: u64,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePart {
    /// Its name in the folder.
    pub name: String,
    /// What it is.
    pub what: String,
    /// The program that wrote it, as it names itself.
    pub made_with: String,
    /// Bytes.
    pub size: u64,
    /// Hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.database.tables.iter().map(|table| table.rows).sum()
    }

    /// Bytes of all files.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }
}

impl TablePart {
    /// `public.users`
    pub fn name(&self) -> String {
        format!("{}.{}", self.schema, self.table)
    }
}

/// Whether a text can be the id of a backup: the name of one folder, and no way out of it.
pub fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text.len() <= 120 && !text.starts_with('.') && text.chars().all(plain)
}

/// A name as it may begin an id.
pub(crate) fn as_id(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let plain = |c| if plain(c) { c } else { '-' };
    name.chars().take(60).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_one_folder() {
        assert!(is_id("main-server-20261121-113000"));
        for bad in ["", ".", "..", "../x", "a/b", ".hidden", "a b", "a\0"] {
            assert!(!is_id(bad), "{bad:?}");
        }
        assert_eq!(as_id("../my leads ü"), "---my-leads--");
        assert!(is_id(&as_id(&"ü".repeat(500))));
    }
}
