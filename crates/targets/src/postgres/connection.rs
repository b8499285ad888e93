//! The way to a database.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool, Postgres, Transaction};
use sunset_core::permit::TargetIdentity;
use sunset_core::secret::Secret;
use sunset_core::{Error, ErrorKind, Result};
use tokio::time::Instant;

use super::address::Address;
use super::fault::error;
use super::identity;

/// How to connect.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// The program's name; the server sees `sunset/<program>`.
    pub program: String,
    /// Connections of the pool, besides the one that holds the run lock.
    pub max_connections: u32,
    /// Patience with one attempt; a sleeping Neon compute takes up to 5 s.
    pub attempt_time_out: Duration,
    /// Patience with a server that is waking or starting.
    pub patience: Duration,
}

impl ConnectOptions {
    /// The defaults for a program: 4 connections, 15 s an attempt, 45 s in all.
    pub fn for_program(program: &str) -> Self {
        Self {
            program: program.to_owned(),
            max_connections: 4,
            attempt_time_out: Duration::from_secs(15),
            patience: Duration::from_secs(45),
        }
    }

    /// Another number of connections.
    #[must_use]
    pub fn connections(mut self, connections: u32) -> Self {
        self.max_connections = connections.max(1);
        self
    }
}

/// A PostgreSQL database that answered, and which one it is.
///
/// Statements are sent inside transactions ([`Database::begin`]): a statement outside of one goes
/// wrong in silence behind a pooler in transaction mode. For the same reason no session setting,
/// session lock or named prepared statement ([`super::query`]) is used.
#[derive(Clone)]
pub struct Database {
    pool: PgPool,
    address: Address,
    options: PgConnectOptions,
    connecting: ConnectOptions,
    identity: TargetIdentity,
    name: String,
    server_version: i32,
    lz4: bool,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Database({} = {})", self.describe(), self.identity)
    }
}

impl Database {
    /// Connects, waiting for a server that is waking, and asks which database it is. Nothing is
    /// written.
    ///
    /// # Errors
    /// `Configuration` for an unreadable URL, `Denied`, `NotFound`, `Unreachable`.
    pub async fn connect(url: &Secret, connecting: ConnectOptions) -> Result<Self> {
        let address = Address::parse(url)?;
        let options = address
            .options()
            .clone()
            .application_name(&format!("sunset/{}", connecting.program))
            // PgBouncer refuses this parameter at the start of a session.
            .extra_float_digits(None)
            .disable_statement_logging();
        let mut first = dial(&address, &options, &connecting).await?;
        let facts = identity::read(&mut first, &address).await?;
        // What follows uses the pool; a failed farewell harms nothing.
        drop(first.close().await);
        let pool = PgPoolOptions::new()
            .max_connections(connecting.max_connections)
            .acquire_timeout(connecting.patience)
            .idle_timeout(Duration::from_secs(120))
            .connect_lazy_with(options.clone());
        Ok(Self {
            pool,
            address,
            options,
            connecting,
            identity: facts.identity,
            name: facts.name,
            server_version: facts.server_version,
            lz4: facts.lz4,
        })
    }

    /// The pool. Use it to begin transactions only; see the type's description.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Which database this is.
    pub fn identity(&self) -> &TargetIdentity {
        &self.identity
    }

    /// The URL without its password.
    pub fn describe(&self) -> &str {
        self.address.shown()
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As `server_version_num`: 150018 for 15.18.
    pub fn server_version(&self) -> i32 {
        self.server_version
    }

    /// Whether TOAST values can be compressed with lz4.
    pub fn has_lz4(&self) -> bool {
        self.lz4
    }

    /// The pooler's host that the URL named, when the direct host is used in its place.
    pub fn replaced_pooler(&self) -> Option<&str> {
        self.address.replaced_pooler()
    }

    /// A connection outside the pool.
    ///
    /// # Errors
    /// As [`Database::connect`].
    pub async fn dedicated(&self) -> Result<PgConnection> {
        dial(&self.address, &self.options, &self.connecting).await
    }

    /// Begins a transaction that may write. Settings of the role or the server that would break a
    /// long statement off, or change what text means, do not apply in it.
    ///
    /// # Errors
    /// `Unreachable`, `Throttled`.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        self.begin_with(include_str!("settings.sql")).await
    }

    /// Begins a transaction that sees one snapshot and cannot write.
    ///
    /// # Errors
    /// `Unreachable`, `Throttled`.
    pub async fn begin_reading(&self) -> Result<Transaction<'static, Postgres>> {
        self.begin_with(concat!(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;\n",
            include_str!("settings.sql")
        ))
        .await
    }

    async fn begin_with(&self, settings: &'static str) -> Result<Transaction<'static, Postgres>> {
        let failed = |cause| error(cause, "cannot begin a transaction");
        let mut transaction = self.pool.begin().await.map_err(failed)?;
        sqlx::raw_sql(settings)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        if self.server_version >= 170_000 {
            sqlx::raw_sql("SET LOCAL transaction_timeout = 0")
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        Ok(transaction)
    }

    /// Closes the pool's connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Connects, patiently where patience helps.
async fn dial(
    address: &Address,
    options: &PgConnectOptions,
    connecting: &ConnectOptions,
) -> Result<PgConnection> {
    let deadline = Instant::now() + connecting.patience;
    let mut pause = Duration::from_millis(250);
    loop {
        let attempt = tokio::time::timeout(connecting.attempt_time_out, options.connect()).await;
        let fault = match attempt {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(cause)) => {
                let hopeless = is_hopeless(&cause, address);
                let fault = error(
                    cause,
                    format!("cannot connect to the database {}", address.shown()),
                );
                if hopeless {
                    return Err(fault);
                }
                fault
            }
            Err(_) => Error::new(
                ErrorKind::Unreachable,
                format!(
                    "the database {} did not answer within {} s",
                    address.shown(),
                    connecting.attempt_time_out.as_secs()
                ),
            )
            .remedy(
                "check the host in DATABASE_URL and that a firewall lets this machine reach it",
            ),
        };
        if Instant::now() + pause > deadline {
            return Err(fault);
        }
        tracing::info!(database = address.shown(), error = %fault, "waiting for the database");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

/// Whether the same attempt gives the same answer in a minute. A refused connection on this
/// machine is a server that nobody started; elsewhere it may be one that is starting.
fn is_hopeless(cause: &sqlx::Error, address: &Address) -> bool {
    use sunset_core::error::RetryPolicy;
    match cause {
        sqlx::Error::Io(io) => {
            address.is_local() || io.to_string().contains("failed to lookup address")
        }
        sqlx::Error::Database(database) => {
            let probe = super::fault::kind_of_state(
                &database.code().unwrap_or_default(),
                database.message(),
            );
            probe.policy() == RetryPolicy::Never
        }
        _ => true,
    }
}
