//! A database of its own for every test.
//!
//! With `SUNSET_TEST_POOLER_URL` (a PgBouncer in transaction mode before the same server) what is
//! tested goes through the pooler, and what looks at the outcome does not.

use std::ops::Deref;

use sqlx::{AssertSqlSafe, Row as _};
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::runs::RunStart;
use sunset_core::secret::Secret;
use sunset_targets::postgres::{ActiveRun, ConnectOptions, Database, Ledger};
use sunset_testkit::database::ScratchDatabase;

/// A database that is dropped with this value.
pub struct Scratch {
    database: ScratchDatabase,
    /// For what is tested.
    pub url: Secret,
}

impl Deref for Scratch {
    type Target = ScratchDatabase;

    fn deref(&self) -> &ScratchDatabase {
        &self.database
    }
}

impl Scratch {
    /// A new, empty database; `None`, with a word why, without a server.
    pub async fn new() -> Option<Self> {
        Self::with("").await
    }

    /// A new database with the V3 tables that the tests use.
    pub async fn v3() -> Option<Self> {
        let scratch = Self::new().await?;
        scratch.run(include_str!("v3.sql")).await;
        Some(scratch)
    }

    /// A copy of another.
    pub async fn copy_of(other: &Self) -> Option<Self> {
        // A pooler keeps connections, and a template may have none.
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        other.run(others).await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        Self::with(&format!("TEMPLATE \"{}\"", other.name)).await
    }

    async fn with(options: &str) -> Option<Self> {
        let database = ScratchDatabase::made_with(options).await?;
        let mut tested = database.url.clone();
        if let Ok(pooler) = std::env::var("SUNSET_TEST_POOLER_URL") {
            let mut pooler = url::Url::parse(&pooler).expect("url of the pooler");
            pooler.set_path(&database.name);
            tested = pooler.to_string();
        }
        Some(Self {
            database,
            url: Secret::new(tested),
        })
    }

    pub async fn database(&self) -> Database {
        Database::connect(&self.url, ConnectOptions::for_program("test"))
            .await
            .expect("connect")
    }

    pub async fn ledger(&self) -> Ledger {
        let database = self.database().await;
        let permit = permit(&database);
        Ledger::install(&database, &permit).await.expect("ledger")
    }

    pub async fn run_of(&self, program: &str) -> ActiveRun {
        let ledger = self.ledger().await;
        let permit = permit(ledger.database());
        ledger
            .begin_run(&permit, &start(program))
            .await
            .expect("run")
    }

    /// All rows of all tables of `public`, in order, as text.
    pub async fn dump(&self) -> String {
        let mut connection = self.connect().await;
        let tables = sqlx::query(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
        )
        .fetch_all(&mut connection)
        .await
        .expect("tables");
        let mut dump = String::new();
        for table in tables {
            let table: String = table.get(0);
            let rows = sqlx::query(AssertSqlSafe(format!(
                "SELECT x::text FROM public.\"{table}\" AS x ORDER BY 1"
            )))
            .fetch_all(&mut connection)
            .await
            .expect("rows");
            for row in rows {
                dump.push_str(&format!("{table} {}\n", row.get::<String, _>(0)));
            }
        }
        dump
    }
}

pub fn permit(database: &Database) -> WritePermit {
    WritePermit::bind(&Consent::given_by_arguments(), database.identity().clone())
}

pub fn start(program: &str) -> RunStart {
    RunStart {
        plan: "sales-ai".into(),
        program: program.into(),
        version: "0.0.0".into(),
        source: Some("file:///v2".into()),
        read_time: None,
        options: serde_json::json!({}),
        host: "testhost".into(),
        pid: 4711,
    }
}
