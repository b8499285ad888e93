//! A database of its own for every test, and the programs that are run on it.

use std::process::{Command, Output};

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row as _};
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::runs::{RunEnd, RunStart};
use sunset_core::secret::Secret;
use sunset_targets::postgres::{ActiveRun, ConnectOptions, Database, Ledger};

/// A database that is dropped with this value.
pub struct Scratch {
    admin: String,
    pub name: String,
    pub url: String,
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
        let Ok(admin) = std::env::var("SUNSET_TEST_DATABASE_URL") else {
            println!("skipped: SUNSET_TEST_DATABASE_URL names no server");
            return None;
        };
        let name = format!("sunset_test_{}", uuid::Uuid::new_v4().simple());
        let mut connection = PgConnection::connect(&admin).await.expect("test server");
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE \"{name}\"")))
            .execute(&mut connection)
            .await
            .expect("create database");
        let mut url = url::Url::parse(&admin).expect("url");
        url.set_path(&name);
        let scratch = Self {
            admin,
            name,
            url: url.to_string(),
        };
        scratch.run(sql).await;
        Some(scratch)
    }

    /// Runs statements as somebody else.
    pub async fn run(&self, sql: &str) {
        let mut connection = self.connect().await;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await
            .expect(sql);
        connection.close().await.expect("close");
    }

    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.expect("connect")
    }

    /// One text of one row, NULL as `-`.
    pub async fn text(&self, sql: &str) -> String {
        let mut connection = self.connect().await;
        let row = sqlx::query(AssertSqlSafe(format!("SELECT ({sql})::text")))
            .fetch_one(&mut connection)
            .await
            .expect(sql);
        connection.close().await.expect("close");
        row.get::<Option<String>, _>(0)
            .unwrap_or_else(|| "-".into())
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

impl Drop for Scratch {
    fn drop(&mut self) {
        let (admin, name) = (self.admin.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&admin).await?;
                let drop = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
                sqlx::raw_sql(AssertSqlSafe(drop))
                    .execute(&mut connection)
                    .await?;
                Ok::<_, sqlx::Error>(())
            })
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            eprintln!("database {} is left behind", self.name);
        }
    }
}
