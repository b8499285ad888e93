//! A database of its own for a test, on the server that `SUNSET_TEST_DATABASE_URL` names.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test whose server fails it fails, and one without a server says so"
)]

use std::future::Future;

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row as _};

/// A database that is dropped with this value.
#[derive(Debug)]
pub struct ScratchDatabase {
    admin: String,
    /// Its name, which no other test has.
    pub name: String,
    /// Its URL, for a superuser.
    pub url: String,
}

impl ScratchDatabase {
    /// A new, empty database; `None`, with a word why, without a server.
    pub async fn new() -> Option<Self> {
        Self::made_with("").await
    }

    /// As [`Self::new`], with options of CREATE DATABASE.
    pub async fn made_with(options: &str) -> Option<Self> {
        let Ok(admin) = std::env::var("SUNSET_TEST_DATABASE_URL") else {
            println!("skipped: SUNSET_TEST_DATABASE_URL names no server");
            return None;
        };
        let name = format!("sunset_test_{}", uuid::Uuid::new_v4().simple());
        let mut url = url::Url::parse(&admin).expect("the URL of the test server");
        url.set_path(&name);
        run_at(&admin, &format!("CREATE DATABASE \"{name}\" {options}")).await;
        Some(Self {
            admin,
            name,
            url: url.to_string(),
        })
    }

    /// As [`Self::new`], for tests that know no runtime.
    pub fn new_and_wait() -> Option<Self> {
        apart(Self::new())
    }

    /// A connection as somebody else.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.expect("connect")
    }

    /// Runs statements as somebody else.
    pub async fn run(&self, sql: &str) {
        run_at(&self.url, sql).await;
    }

    /// As [`Self::run`], for tests that know no runtime.
    pub fn run_and_wait(&self, sql: &str) {
        apart(self.run(sql));
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

    /// As [`Self::text`], for tests that know no runtime.
    pub fn text_and_wait(&self, sql: &str) -> String {
        apart(self.text(sql))
    }
}

async fn run_at(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.expect("connect");
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .expect(sql);
    connection.close().await.expect("close");
}

/// Waits on a thread of its own, where no runtime stands in the way.
fn apart<T: Send>(future: impl Future<Output = T> + Send) -> T {
    let waited = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(future)
        });
        waiting.join()
    });
    waited.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl Drop for ScratchDatabase {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name);
        let dropped: Result<(), sqlx::Error> = apart(async {
            let mut connection = PgConnection::connect(&self.admin).await?;
            sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&mut connection)
                .await?;
            connection.close().await
        });
        // Dropped while a test fails, too: nothing may panic here.
        if let Err(error) = dropped {
            eprintln!("database {} is left behind: {error}", self.name);
        }
    }
}
