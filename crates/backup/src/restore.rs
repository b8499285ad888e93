//! Restoring a backup: into an empty database, or over one that holds something.

use std::collections::BTreeSet;

use sqlx::Row as _;
use sunset_core::permit::WritePermit;
use sunset_core::schema::name::in_dollars;
use sunset_core::secret::Secret;
use sunset_core::{Error, ErrorKind, Result};
use sunset_targets::postgres::{
    Database, LibpqVariables, contents, error, query, quote_identifier,
};

use crate::catalog;
use crate::child::{self, NOT_AS_IT_WAS};
use crate::loss::Loss;
use crate::manifest::ObjectPart;
use crate::replay::Replay;
use crate::shelf::Backup;
use crate::take::DUMP;
use crate::tools::Tools;

/// What is restored, and where.
pub struct Restoring<'a> {
    /// The backup.
    pub backup: &'a Backup,
    /// The database that gets its contents.
    pub database: &'a Database,
    /// Its URL.
    pub url: &'a Secret,
    /// The programs.
    pub tools: &'a Tools,
}

impl Restoring<'_> {
    /// Restores in one transaction, in which everything that came since the backup goes, and whose
    /// last statements compare every table's rows with the manifest. Whatever fails, the database
    /// is as it was.
    ///
    /// # Errors
    /// `Mismatch` for damaged files; `Contended` when tables are in use for longer than a minute;
    /// `Denied`; those of the programs.
    pub async fn run(&self, permit: &WritePermit, loss: &Loss) -> Result<()> {
        permit.check(self.database.identity())?;
        self.backup.check_files().await?;
        let variables = LibpqVariables::of(self.url, None, "backup")?;
        let list = self.list().await?;
        let same = self.backup.manifest.database.identity == self.database.identity().as_str();
        let mut options = vec![
            "--clean".to_owned(),
            "--if-exists".to_owned(),
            format!("--use-list={}", list.path().display()),
        ];
        if !same {
            // Roles of another server may not exist here.
            options.extend(["--no-owner", "--no-privileges"].map(str::to_owned));
        }
        let replay = Replay {
            tools: self.tools,
            backup: self.backup,
            variables: &variables,
            server_version: self.database.server_version(),
            options,
            before: self.before(loss).await?,
            behind: self.behind(),
        };
        replay.run().await
    }

    /// Takes every table, so that nothing behind waits, and drops what came since.
    async fn before(&self, loss: &Loss) -> Result<String> {
        let mut transaction = self.database.begin_reading().await?;
        let tables = catalog::tables(&mut transaction).await?;
        drop(transaction);
        let mut sql = String::from("BEGIN;\nSET LOCAL lock_timeout = '60s';\n");
        let names: Vec<String> = tables
            .iter()
            .map(|(schema, table)| {
                format!("{}.{}", quote_identifier(schema), quote_identifier(table))
            })
            .collect();
        if !names.is_empty() {
            sql.push_str(&format!(
                "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE;\n",
                names.join(", ")
            ));
        }
        let mut since: Vec<&ObjectPart> = loss.objects.iter().collect();
        // Tables before the types and functions that they use; schemas last.
        since.sort_by_key(|object| match object.kind.as_str() {
            "view" | "materialized view" => 0,
            "table" | "foreign table" => 1,
            "schema" => 9,
            _ => 5,
        });
        for object in since {
            sql.push_str(&format!(
                "DROP {} IF EXISTS {} CASCADE;\n",
                object.kind.to_uppercase(),
                object.name
            ));
        }
        Ok(sql)
    }

    /// Compares before it commits.
    fn behind(&self) -> String {
        let mut sql = String::from(
            "\nSET LOCAL search_path = public, pg_temp;\nSET LOCAL TimeZone = 'UTC';\n\
             SET LOCAL DateStyle = 'ISO, YMD';\nSET LOCAL bytea_output = 'hex';\n\
             SET LOCAL IntervalStyle = 'postgres';\nSET LOCAL extra_float_digits = 1;\n\
             SET LOCAL row_security = off;\n",
        );
        for table in &self.backup.manifest.database.tables {
            let digest = contents::digest_sql(&table.schema, &table.table, &table.columns);
            let name = table.name().replace('\'', "''");
            let block = format!(
                " BEGIN IF (SELECT w.rows || ' ' || w.digest FROM ({digest}) AS w) IS DISTINCT FROM '{} {}' \
                 THEN RAISE EXCEPTION '%', '{name} {NOT_AS_IT_WAS}'; END IF; END ",
                table.rows, table.digest
            );
            sql.push_str(&format!("DO {};\n", in_dollars(&block)));
        }
        sql.push_str("COMMIT;\n");
        sql
    }

    /// The dump's list without what is there already and stays: schemas and extensions.
    async fn list(&self) -> Result<ListFile> {
        let program = self.tools.path("pg_restore");
        let mut command = child::of_postgres(&program, None);
        command.arg("--list").arg(self.backup.folder.join(DUMP));
        let output = child::succeed(command, &program, "pg_restore cannot read the dump").await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let there = self.there().await?;
        let lines: Vec<&str> = text.lines().filter(|line| !stands(line, &there)).collect();
        ListFile::write(&format!("{}\n", lines.join("\n")))
    }

    /// `SCHEMA public`, `EXTENSION pgcrypto`
    async fn there(&self) -> Result<BTreeSet<String>> {
        let failed = |cause| error(cause, "cannot list schemas and extensions");
        let mut transaction = self.database.begin_reading().await?;
        let rows = query(include_str!("sql/there.sql"))
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?;
        drop(transaction);
        rows.iter()
            .map(|row| row.try_get("name"))
            .collect::<sqlx::Result<_>>()
            .map_err(failed)
    }
}

/// Whether a line of a dump's list is of a schema or an extension that is there.
fn stands(line: &str, there: &BTreeSet<String>) -> bool {
    // `3; 2615 2200 SCHEMA - public owner`, `3401; 0 0 COMMENT - SCHEMA public owner`
    let mut words = line.split_whitespace().skip(3);
    let (first, second, third, fourth) = (words.next(), words.next(), words.next(), words.next());
    match (first, second, third, fourth) {
        (Some("COMMENT"), Some("-"), Some(kind @ "EXTENSION"), Some(name)) => {
            there.contains(&format!("{kind} {name}"))
        }
        (Some(kind @ ("SCHEMA" | "EXTENSION")), Some("-"), Some(name), _) => {
            there.contains(&format!("{kind} {name}"))
        }
        _ => false,
    }
}

/// A file for pg_restore that goes with this value.
struct ListFile(std::path::PathBuf);

impl ListFile {
    fn write(text: &str) -> Result<Self> {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;
        let failed = |cause: std::io::Error| {
            Error::new(ErrorKind::Configuration, "cannot write a temporary file")
                .cause(cause)
                .remedy("check TMPDIR")
        };
        let base = std::env::temp_dir();
        for attempt in 0..100 {
            let path = base.join(format!(
                "sunset-restore-{}-{attempt}.list",
                std::process::id()
            ));
            let opened = std::fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path);
            match opened {
                Ok(mut file) => {
                    let list = Self(path);
                    file.write_all(text.as_bytes()).map_err(failed)?;
                    return Ok(list);
                }
                Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(cause) => return Err(failed(cause)),
            }
        }
        Err(Error::new(
            ErrorKind::Conflict,
            "there is no free name for a temporary file",
        ))
    }

    fn path(&self) -> &std::path::Path {
        &self.0
    }
}

impl Drop for ListFile {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_and_extensions_that_are_there_are_left_out() {
        let there: BTreeSet<String> = ["SCHEMA public", "EXTENSION pgcrypto"]
            .map(str::to_owned)
            .into();
        for line in [
            "3; 2615 2200 SCHEMA - public pg_database_owner",
            "2; 3079 16385 EXTENSION - pgcrypto ",
            "3400; 0 0 COMMENT - EXTENSION pgcrypto ",
        ] {
            assert!(stands(line, &there), "{line}");
        }
        for line in [
            ";",
            "; Archive created at 2026-11-21",
            "6; 2615 16400 SCHEMA - sunset postgres",
            "215; 1259 16386 TABLE public users postgres",
            "3401; 0 0 COMMENT - SCHEMA public pg_database_owner",
        ] {
            assert!(!stands(line, &there), "{line}");
        }
    }
}
