//! A database of its own for every test, and the program that is run on it.

use std::ops::Deref;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use sunset_testkit::database::ScratchDatabase;

/// A database that is dropped with this value.
pub struct Scratch {
    database: ScratchDatabase,
    pub folder: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
}

/// How the program ended, and what it said.
#[derive(Debug)]
pub struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn of(output: &Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

impl Scratch {
    /// A new database; `None`, with a word why, without a server.
    pub fn new() -> Option<Self> {
        let database = ScratchDatabase::new_and_wait()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("runtime");
        Some(Self {
            database,
            folder: tempfile::tempdir().expect("folder"),
            runtime,
        })
    }

    /// With the tables, the functions, and `count` tenants named tenant-1 and so on.
    pub fn installed(count: u32) -> Option<Self> {
        let scratch = Self::new()?;
        scratch.sql(&format!(
            "CREATE TABLE tenants (id text PRIMARY KEY, name text);
             INSERT INTO tenants SELECT 'tenant-' || n, 'T' FROM generate_series(1, {count}) AS n"
        ));
        scratch.expect(0, &["init"]);
        Some(scratch)
    }

    pub fn sql(&self, sql: &str) {
        self.run_and_wait(sql);
    }

    /// One value as text.
    pub fn text(&self, sql: &str) -> String {
        self.text_and_wait(sql)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollout"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DATABASE_URL", &self.url)
            .env("USER", "tester")
            .stdin(Stdio::null());
        command
    }

    /// Another program of the workspace, with the same environment.
    pub fn other(&self, program: &str, arguments: &[&str]) -> Said {
        self.other_at(program, arguments, None)
    }

    /// The same, with another database's address.
    pub fn other_at(&self, program: &str, arguments: &[&str], url: Option<&str>) -> Said {
        let own = std::path::PathBuf::from(env!("CARGO_BIN_EXE_rollout"));
        let folder = std::env::var_os("SUNSET_TEST_BIN_DIR")
            .map(std::path::PathBuf::from)
            .or_else(|| own.parent().map(std::path::PathBuf::from))
            .expect("a folder");
        let mut command = Command::new(folder.join(program));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DATABASE_URL", url.unwrap_or(&self.url))
            .env("USER", "tester")
            .stdin(Stdio::null());
        let output = command.output();
        Said::of(&output.expect("the programs are built into SUNSET_TEST_BIN_DIR"))
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(&self.command(arguments).output().expect("run"))
    }

    pub fn expect(&self, status: i32, arguments: &[&str]) -> Said {
        let said = self.run(arguments);
        assert_eq!(said.status, status, "{arguments:?}: {said:#?}");
        said
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(Path::new(&self.path(name)), text).expect("write");
    }

    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

impl Deref for Scratch {
    type Target = ScratchDatabase;

    fn deref(&self) -> &ScratchDatabase {
        &self.database
    }
}
