//! A database and a folder of its own for every test.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A chat server's database as v1 made it, and what else a database may hold.
const V1: &str = include_str!("../../../samples/main-server/database.sql");
const MORE: &str = include_str!("more.sql");

/// How a program ended, and what it said.
#[derive(Debug)]
pub struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

/// Dropped with everything in it.
pub struct Scratch {
    admin: String,
    pub name: String,
    pub folder: tempfile::TempDir,
    pub variables: Vec<(String, String)>,
}

impl Said {
    pub fn new(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).expect("one JSON document")
    }
}

pub fn psql(url: &str, sql: &str) -> String {
    use std::io::Write as _;
    let mut child = Command::new("psql")
        .args([url, "-AtqX", "-v", "ON_ERROR_STOP=1", "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("psql");
    // A whole sample is too long for a command line.
    let mut input = child.stdin.take().expect("a pipe");
    drop(input.write_all(sql.as_bytes()));
    drop(input);
    let output = child.wait_with_output().expect("psql");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

impl Scratch {
    /// With a whole database; `None`, with a word why, without a server or its programs.
    pub fn new() -> Option<Self> {
        let scratch = Self::empty()?;
        scratch.sql(V1);
        scratch.sql(MORE);
        Some(scratch)
    }

    /// With an empty one.
    pub fn empty() -> Option<Self> {
        let Ok(admin) = std::env::var("SUNSET_TEST_DATABASE_URL") else {
            println!("skipped: SUNSET_TEST_DATABASE_URL names no server");
            return None;
        };
        let server = psql(&admin, "SHOW server_version_num");
        let dump = Command::new("pg_dump").arg("--version").output().ok();
        let dump = dump.map(|o| String::from_utf8_lossy(&o.stdout).into_owned());
        let major = |text: &str| text.split(['.', ' ']).next().map(str::to_owned);
        let ours = dump
            .as_deref()
            .and_then(|text| text.split(") ").nth(1))
            .and_then(major)
            .and_then(|text| text.parse::<u32>().ok());
        let theirs = server.parse::<u32>().unwrap_or(0) / 10_000;
        if ours.is_none_or(|ours| ours < theirs) {
            println!("skipped: there is no pg_dump for PostgreSQL {theirs} in the search path");
            return None;
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("backup_{}_{number}", std::process::id());
        psql(&admin, &format!("CREATE DATABASE {name}"));
        let mut scratch = Self {
            admin,
            name,
            folder: tempfile::tempdir().expect("a folder"),
            variables: Vec::new(),
        };
        scratch.set("DATABASE_URL", &scratch.url());
        Some(scratch)
    }

    pub fn url(&self) -> String {
        let (server, _) = self.admin.rsplit_once('/').expect("a URL with a database");
        format!("{server}/{}", self.name)
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub fn sql(&self, sql: &str) -> String {
        psql(&self.url(), sql)
    }

    /// Of the server, not of this database.
    pub fn admin(&self, sql: &str) -> String {
        psql(&self.admin, sql)
    }

    /// Every row and every object, in one digest.
    pub fn everything(&self) -> String {
        self.sql(include_str!("everything.sql"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backup"));
        command.args(arguments).current_dir(self.folder.path());
        command.env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub fn say(&self, arguments: &[&str]) -> Said {
        Said::new(self.command(arguments).output().expect("backup"))
    }

    pub fn expect(&self, status: i32, arguments: &[&str]) -> Said {
        let said = self.say(arguments);
        assert_eq!(said.status, status, "backup {arguments:?}: {said:?}");
        said
    }

    /// Takes one, and gives its id.
    pub fn take(&self) -> String {
        let said = self.expect(0, &["--plan", "main-server", "--json"]);
        let id = said.json()["manifest"]["id"].as_str().map(str::to_owned);
        id.expect("an id")
    }

    pub fn manifest(&self, id: &str) -> PathBuf {
        self.path("backups").join(id).join("manifest.json")
    }
}

/// A program of the test's own.
pub fn script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, format!("#!/bin/bash\n{text}\n")).expect("a script");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(path, mode).expect("a mode");
}

impl Drop for Scratch {
    fn drop(&mut self) {
        psql(
            &self.admin,
            &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
        );
    }
}
