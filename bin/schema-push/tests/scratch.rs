//! A database of its own for every test, and the programs that are run on it.

use std::ops::{Deref, DerefMut};
use std::process::{Command, Output};

use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::progress::Silent;
use sunset_core::ports::runs::{RunEnd, RunStart};
use sunset_core::secret::Secret;
use sunset_engine::schema::undo;
use sunset_targets::postgres::{ActiveRun, ConnectOptions, Database, Ledger, LiveReader};
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

/// For tests that connect as somebody else.
impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut ScratchDatabase {
        &mut self.database
    }
}

/// How a program ended, and what it said.
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

    /// As [`Self::with`] nothing, with options of CREATE DATABASE.
    pub async fn made_with(options: &str) -> Option<Self> {
        let database = ScratchDatabase::made_with(options).await?;
        Some(Self { database })
    }

    /// From the next connection on it takes no writes.
    pub async fn take_no_writes(&self) {
        self.run(&format!(
            "ALTER DATABASE \"{}\" SET default_transaction_read_only = on",
            self.name
        ))
        .await;
    }

    /// Its address for a role; the password `x` is right for those that have one.
    pub fn url_as(&self, role: &str) -> String {
        let mut url = url::Url::parse(&self.url).expect("url");
        url.set_username(role).expect("user");
        url.set_password(Some("x")).expect("password");
        url.to_string()
    }

    /// Everything about the application's schema, as text.
    pub async fn structure(&self) -> String {
        self.text(include_str!("structure.sql")).await
    }

    /// Everything about the application's schema, and all its rows, as text.
    pub async fn dump(&self) -> String {
        let mut dump = self.structure().await;
        let tables = "SELECT coalesce(string_agg(quote_ident(relname), ',' ORDER BY relname), '')
              FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
        for table in self.text(tables).await.split_terminator(',') {
            let rows = "coalesce(string_agg(x::text, E'\\n' ORDER BY x::text), '')";
            let rows = self
                .text(&format!("SELECT {rows} FROM public.{table} AS x"))
                .await;
            dump.push_str(&format!("\n{table} rows {rows}"));
        }
        dump
    }

    pub async fn database(&self) -> Database {
        Database::connect(&Secret::new(&self.url), ConnectOptions::for_program("test"))
            .await
            .expect("connect")
    }

    /// A run that may write.
    pub async fn begin(&self) -> ActiveRun {
        let database = self.database().await;
        let permit = WritePermit::bind(&Consent::given_by_arguments(), database.identity().clone());
        let ledger = Ledger::install(&database, &permit).await.expect("ledger");
        let start = RunStart {
            plan: "schema".into(),
            program: "test".into(),
            version: "0".into(),
            source: None,
            read_time: None,
            options: serde_json::json!({}),
            host: "testhost".into(),
            pid: 1,
        };
        ledger.begin_run(&permit, &start).await.expect("run")
    }

    /// Takes back what pushes and repairs did, within a run of its own.
    pub async fn take_back(&self) {
        let run = self.begin().await;
        let reader = LiveReader::new(self.database().await);
        undo(&reader, &run.schema(), false, &Silent)
            .await
            .expect("undo");
        finish(run).await;
    }

    /// Runs `sql`, and says why nothing can be taken back then.
    pub async fn run_undo_error(&self, sql: &str) -> String {
        self.run(sql).await;
        let run = self.begin().await;
        let reader = LiveReader::new(self.database().await);
        let refused = undo(&reader, &run.schema(), false, &Silent)
            .await
            .expect_err("refused");
        finish(run).await;
        format!("{refused} {}", refused.item_name().unwrap_or_default())
    }

    pub fn program(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(std::env::temp_dir())
            .env_clear()
            .env("DATABASE_URL", &self.url);
        command
    }

    /// Runs a program on this database, with nothing else in its environment.
    pub fn say(&self, program: &str, arguments: &[&str]) -> Said {
        let output = self.program(program, arguments).output().expect("program");
        Said::new(output, &self.name)
    }
}

impl Said {
    pub fn new(output: Output, database: &str) -> Self {
        let text = |bytes: Vec<u8>| {
            String::from_utf8(bytes)
                .expect("UTF-8")
                .replace(database, "DATABASE")
        };
        Self {
            status: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// As a snapshot holds it.
    pub fn shown(&self) -> String {
        format!("{}{}status {}", self.out, self.err, self.status)
    }
}

/// Ends a run as a program does.
pub async fn finish(run: ActiveRun) {
    run.finish(&RunEnd::done(serde_json::json!({}), serde_json::json!({})))
        .await
        .expect("finish");
}
