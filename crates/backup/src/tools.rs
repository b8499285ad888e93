//! PostgreSQL's own programs: where they are, and whether they fit the server.

use std::path::{Path, PathBuf};

use sunset_core::{Error, ErrorKind, Result};

use crate::child;

/// One set of programs of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tools {
    /// Their folder; empty for those that the search path finds.
    folder: PathBuf,
    /// The first number of their version.
    major: i32,
    /// `pg_dump (PostgreSQL) 15.18`
    version: String,
}

/// All that are needed.
const PROGRAMS: [&str; 3] = ["pg_dump", "pg_restore", "psql"];

impl Tools {
    /// Those that fit a server of this version (`server_version_num`): the oldest that is not
    /// older than it. Looked for in `folder` alone where one is named, otherwise in the search
    /// path and where Debian puts them.
    ///
    /// # Errors
    /// `Configuration` when there are none, or all are older than the server.
    pub async fn find(folder: Option<&Path>, server_version: i32) -> Result<Self> {
        let server = server_version / 10_000;
        let mut found = Vec::new();
        let mut missing = None;
        for folder in folders(folder) {
            match Self::look(folder).await {
                Ok(tools) => found.push(tools),
                Err(program) => missing = missing.or(Some(program)),
            }
        }
        let install = format!(
            "install PostgreSQL's client programs of version {server} or newer (Debian: apt-get \
             install postgresql-client-{server}; macOS: brew install libpq), or name their folder \
             with PG_BIN_DIR"
        );
        if let Some(fitting) = found
            .iter()
            .filter(|tools| tools.major >= server)
            .min_by_key(|tools| tools.major)
        {
            return Ok(fitting.clone());
        }
        let error = match found.iter().max_by_key(|tools| tools.major) {
            Some(newest) => Error::new(
                ErrorKind::Configuration,
                format!(
                    "the server is PostgreSQL {server}, newer than pg_dump here; nothing was begun"
                ),
            )
            .item(newest.version.clone()),
            None => {
                let program = missing.unwrap_or_else(|| "pg_dump".to_owned());
                Error::new(
                    ErrorKind::Configuration,
                    format!("there is no {program} here; nothing was begun"),
                )
            }
        };
        Err(error.remedy(install))
    }

    /// Asks all programs of a folder for their version; gives the name of one that is not there.
    async fn look(folder: PathBuf) -> std::result::Result<Self, String> {
        let mut version = String::new();
        for program in PROGRAMS {
            let path = folder.join(program);
            let mut command = child::of_postgres(&path, None);
            let output = command.arg("--version").output().await;
            let text = match output {
                Ok(output) if output.status.success() => {
                    String::from_utf8_lossy(&output.stdout).trim().to_owned()
                }
                _ => return Err(program.to_owned()),
            };
            if version.is_empty() {
                version = text;
            }
        }
        let major = major(&version).ok_or_else(|| "pg_dump".to_owned())?;
        Ok(Self {
            folder,
            major,
            version,
        })
    }

    /// `pg_dump (PostgreSQL) 15.18`
    pub fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }
}

fn folders(named: Option<&Path>) -> Vec<PathBuf> {
    if let Some(named) = named {
        return vec![named.to_owned()];
    }
    let mut folders = vec![PathBuf::new()];
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    for entry in versions.into_iter().flatten().flatten() {
        folders.push(entry.path().join("bin"));
    }
    folders
}

/// `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` → 15
fn major(version: &str) -> Option<i32> {
    let number = version.split_whitespace().nth(2)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn pretend(folder: &Path, version: &str) {
        for program in PROGRAMS {
            let path = folder.join(program);
            std::fs::write(
                &path,
                format!("#!/bin/sh\necho \"{program} (PostgreSQL) {version}\"\n"),
            )
            .unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    #[tokio::test]
    async fn programs_older_than_the_server_are_refused_before_anything_begins() {
        let folder = tempfile::tempdir().unwrap();
        let empty = Tools::find(Some(folder.path()), 150_018).await.unwrap_err();
        assert_eq!(empty.what(), "there is no pg_dump here; nothing was begun");
        pretend(folder.path(), "14.9 (Debian)");
        let older = Tools::find(Some(folder.path()), 150_018).await.unwrap_err();
        assert!(older.what().contains("newer than pg_dump"), "{older}");
        assert!(
            older
                .remedy_text()
                .unwrap()
                .contains("postgresql-client-15")
        );
        assert!(Tools::find(Some(folder.path()), 140_001).await.is_ok());
        std::fs::remove_file(folder.path().join("psql")).unwrap();
        let part = Tools::find(Some(folder.path()), 140_001).await.unwrap_err();
        assert!(part.what().contains("no psql"), "{part}");
    }
}
