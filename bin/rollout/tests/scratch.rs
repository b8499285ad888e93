//! A database of its own for every test, and the program that is run on it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row as _};

/// A database that is dropped with this value.
pub struct Scratch {
    admin: String,
    name: String,
    pub url: String,
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
        let Ok(admin) = std::env::var("SUNSET_TEST_DATABASE_URL") else {
            println!("skipped: SUNSET_TEST_DATABASE_URL names no server");
            return None;
        };
        let name = format!("sunset_test_{}", uuid::Uuid::new_v4().simple());
        let mut url = url::Url::parse(&admin).expect("url");
        url.set_path(&name);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("runtime");
        let scratch = Self {
            url: url.to_string(),
            admin,
            name,
            folder: tempfile::tempdir().expect("folder"),
            runtime,
        };
        scratch.execute(
            &scratch.admin,
            &format!("CREATE DATABASE \"{}\"", scratch.name),
        );
        Some(scratch)
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

    fn execute(&self, url: &str, sql: &str) {
        self.runtime.block_on(async {
            let mut connection = PgConnection::connect(url).await.expect("connect");
            sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
                .execute(&mut connection)
                .await
                .expect(sql);
            connection.close().await.expect("close");
        });
    }

    pub fn sql(&self, sql: &str) {
        self.execute(&self.url, sql);
    }

    /// One value as text.
    pub fn text(&self, sql: &str) -> String {
        self.runtime.block_on(async {
            let mut connection = PgConnection::connect(&self.url).await.expect("connect");
            let row = sqlx::query(AssertSqlSafe(format!("SELECT ({sql})::text")))
                .fetch_one(&mut connection)
                .await
                .expect(sql);
            connection.close().await.expect("close");
            row.get::<Option<String>, _>(0)
                .unwrap_or_else(|| "-".into())
        })
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

impl Drop for Scratch {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name);
        self.execute(&self.admin, &drop);
    }
}
