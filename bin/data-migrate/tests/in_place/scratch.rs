//! A database of its own for every test, and the programs that are run on it.

use std::path::PathBuf;
use std::process::{Command, Output};

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row as _};

/// A database that is dropped with this value.
pub struct Scratch {
    admin: String,
    pub name: String,
    pub url: String,
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

    /// Runs statements as the application.
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
