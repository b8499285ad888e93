//! A database of its own for every test, and the programs that are run on it.

use std::ops::Deref;
use std::path::PathBuf;
use std::process::{Command, Output};

use sunset_testkit::database::ScratchDatabase;

/// A database that is dropped with this value.
pub struct Scratch {
    database: ScratchDatabase,
}

impl Deref for Scratch {
    type Target = ScratchDatabase;

    fn deref(&self) -> &ScratchDatabase {
        &self.database
    }
}

/// How a program ended, and what it said.
#[derive(Debug)]
pub struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Scratch {
    /// A new database with what `sql` makes; `None`, with a word why, without a server.
    pub async fn with(sql: &str) -> Option<Self> {
        let scratch = Self {
            database: ScratchDatabase::new().await?,
        };
        scratch.run(sql).await;
        Some(scratch)
    }

    /// Every customer's cells that the application has.
    pub async fn customers(&self) -> String {
        self.text(r#"SELECT md5(string_agg(concat_ws('|', id, name, "lastOrderDate", coalesce("accountType"::text, 'null')), ',' ORDER BY id)) FROM "Customer""#)
            .await
    }

    /// Tables, columns, constraints, indexes and enums of the application's schema.
    pub async fn catalog(&self) -> String {
        self.text(include_str!("catalog.sql")).await
    }

    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let own = PathBuf::from(env!("CARGO_BIN_EXE_data-migrate"));
        let folder = std::env::var_os("SUNSET_TEST_BIN_DIR")
            .map(PathBuf::from)
            .or_else(|| own.parent().map(PathBuf::from))
            .expect("a folder");
        let path = if program == "data-migrate" {
            own
        } else {
            folder.join(program)
        };
        let mut command = Command::new(path);
        command
            .args(arguments)
            .args((program == "final-check").then_some("--no-report"))
            .current_dir(std::env::temp_dir())
            .env_clear()
            .env("DATABASE_URL", &self.url);
        command
    }

    /// Runs a program on this database, with nothing else in its environment.
    pub fn say(&self, program: &str, arguments: &[&str]) -> Said {
        let output = self.command(program, arguments).output();
        Said::new(output.expect("the programs are built into SUNSET_TEST_BIN_DIR"))
    }

    /// Migrates, which must succeed.
    pub fn migrate(&self, arguments: &[&str]) -> Said {
        let mut all = crate::AS_OF.to_vec();
        all.extend(arguments);
        let said = self.say("data-migrate", &all);
        assert_eq!(said.status, 0, "{said:?}");
        said
    }
}

impl Said {
    pub fn new(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Self {
            status: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    pub fn holds(&self, words: &str) -> bool {
        self.out.contains(words) || self.err.contains(words)
    }
}
