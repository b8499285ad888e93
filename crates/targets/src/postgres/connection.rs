//! The way to a database.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, PgPool, Postgres, Row as _,
    Transaction,
};
use sunset_core::error::RetryPolicy;
use sunset_core::permit::TargetIdentity;
use sunset_core::secret::Secret;
use sunset_core::{Error, ErrorKind, Result};

use super::address::Address;
use super::dial::{ANSWER, LONGEST_BEGIN, Waiting, at_connecting, dial, first_facts};
use super::fault::error;
use super::identity;
use super::watch::{self, Session};

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
    /// Time between glances at what the server is doing, while it does not answer.
    pub glance: Duration,
}

impl ConnectOptions {
    /// The defaults for a program: 4 connections, 15 s an attempt, 45 s in all.
    pub fn for_program(program: &str) -> Self {
        Self {
            program: program.to_owned(),
            max_connections: 4,
            attempt_time_out: Duration::from_secs(15),
            patience: Duration::from_secs(45),
            glance: watch::GLANCE,
        }
    }

    /// Another number of connections.
    #[must_use]
    pub fn connections(mut self, connections: u32) -> Self {
        self.max_connections = connections.max(1);
        self
    }
}

/// A connection that rested no longer than this is taken for alive.
const REST: Duration = Duration::from_secs(1);

/// Connections on which a transaction is tried to begin at the same time.
const ATTEMPTS: usize = 3;

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
    settings: Arc<Settings>,
    abandoned: watch::Abandoned,
}

/// What every transaction begins with.
struct Settings {
    writing: String,
    reading: String,
    where_am_i: String,
    home: String,
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
        let facts = first_facts(&address, &options, &connecting).await?;
        let pool = PgPoolOptions::new()
            .max_connections(connecting.max_connections)
            .acquire_timeout(connecting.patience)
            .idle_timeout(Duration::from_secs(120))
            // The pool's own test would wait for a connection that is dead without a word.
            .test_before_acquire(false)
            .before_acquire(|connection, seen| {
                Box::pin(async move { Ok(seen.idle_for < REST || answers(connection).await) })
            })
            .after_release(|connection, _| Box::pin(async move { Ok(answers(connection).await) }))
            .connect_lazy_with(options.clone());
        let settings = Settings::of(&facts);
        Ok(Self {
            pool,
            address,
            options,
            connecting,
            identity: facts.identity,
            name: facts.name,
            server_version: facts.server_version,
            lz4: facts.lz4,
            settings: Arc::new(settings),
            abandoned: watch::Abandoned::default(),
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

    /// The host that it is reached by.
    pub fn host(&self) -> &str {
        self.address.options().get_host()
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

    pub(super) fn connecting(&self) -> &ConnectOptions {
        &self.connecting
    }

    pub(super) fn abandoned(&self) -> &watch::Abandoned {
        &self.abandoned
    }

    /// A connection outside the pool. The server was there before, so it is waited for.
    ///
    /// # Errors
    /// As [`Database::connect`].
    pub async fn dedicated(&self) -> Result<PgConnection> {
        dial(&self.address, &self.options, &self.connecting, true).await
    }

    /// One attempt to connect, outside the pool.
    pub(super) async fn dial_once(&self) -> sqlx::Result<PgConnection> {
        self.options.connect().await
    }

    /// Begins a transaction that may write. Settings of the role or the server that would break a
    /// long statement off, or change what text means, do not apply in it. A server that is
    /// starting, or out of reach for a moment, is waited for.
    ///
    /// # Errors
    /// `Unreachable`, `Throttled`; `Refused` when the address leads to another database by now.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        self.begin_with(&self.settings.writing).await
    }

    /// Begins a transaction that sees one snapshot and cannot write.
    ///
    /// # Errors
    /// As [`Database::begin`].
    pub async fn begin_reading(&self) -> Result<Transaction<'static, Postgres>> {
        self.begin_with(&self.settings.reading).await
    }

    async fn begin_with(&self, settings: &str) -> Result<Transaction<'static, Postgres>> {
        let mut waiting = Waiting::for_a_while(&self.connecting);
        loop {
            let attempt = tokio::time::timeout(LONGEST_BEGIN, self.begin_somewhere(settings)).await;
            let fault = match attempt {
                Ok(Ok(transaction)) => return Ok(transaction),
                Ok(Err(fault)) => fault,
                Err(_) => {
                    return Err(Error::new(
                        ErrorKind::Unreachable,
                        format!(
                            "the database did not begin a transaction within {} s",
                            LONGEST_BEGIN.as_secs()
                        ),
                    )
                    .remedy(
                        "a pooler may have no connection free: raise its default_pool_size (4 or \
                         more), or set DATABASE_URL to the direct host",
                    ));
                }
            };
            if fault.kind().policy() == RetryPolicy::Never {
                return Err(fault);
            }
            if !waiting.pause(&fault).await {
                return Err(self.reason(fault).await);
            }
        }
    }

    /// Why no transaction can begin: the pool only says that no connection came free.
    async fn reason(&self, fault: Error) -> Error {
        match tokio::time::timeout(ANSWER, self.dial_once()).await {
            Ok(Err(cause)) => at_connecting(cause, self.describe()),
            Ok(Ok(_)) | Err(_) => fault,
        }
    }

    /// Begins on whichever connection answers first: one that is dead without a word never does.
    async fn begin_somewhere(&self, settings: &str) -> Result<Transaction<'static, Postgres>> {
        let mut attempts = FuturesUnordered::new();
        attempts.push(self.begin_once(settings));
        loop {
            tokio::select! {
                begun = attempts.next() => match begun {
                    Some(Err(_)) if !attempts.is_empty() => {}
                    Some(begun) => return begun,
                    None => attempts.push(self.begin_once(settings)),
                },
                () = tokio::time::sleep(ANSWER), if attempts.len() < ATTEMPTS => {
                    attempts.push(self.begin_once(settings));
                }
            }
        }
    }

    async fn begin_once(&self, settings: &str) -> Result<Transaction<'static, Postgres>> {
        let failed = |cause| error(cause, "cannot begin a transaction");
        // With its settings in one message: no time-out of the role comes in between.
        let begin = AssertSqlSafe(settings.to_owned());
        let mut transaction = self.pool.begin_with(begin).await.map_err(failed)?;
        let row = sqlx::raw_sql(AssertSqlSafe(self.settings.where_am_i.clone()))
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
        let backend: String = row.try_get(0).map_err(failed)?;
        let home: String = row.try_get(2).map_err(failed)?;
        if home != self.settings.home {
            return Err(Error::new(
                ErrorKind::Refused,
                format!(
                    "the address leads to another database by now: to {home}, and it began in {}",
                    self.settings.home
                ),
            )
            .item(self.describe())
            .remedy(
                "a fail-over, a restored branch or a changed tunnel stands behind DATABASE_URL: \
                 find out which database is meant, then start this command again",
            ));
        }
        watch::note(Session {
            backend: backend.parse().unwrap_or_default(),
            began: row.try_get(1).map_err(failed)?,
        });
        Ok(transaction)
    }

    /// Closes the pool's connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl Settings {
    fn of(facts: &identity::Facts) -> Self {
        let transaction_timeout = if facts.server_version >= 170_000 {
            ";\nSET LOCAL transaction_timeout = 0"
        } else {
            ""
        };
        let common = format!("{}{transaction_timeout}", include_str!("settings.sql"));
        Self {
            // Whatever the role's default is: the statements are written for this one.
            writing: format!("BEGIN ISOLATION LEVEL READ COMMITTED;\n{common}"),
            reading: format!("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;\n{common}"),
            where_am_i: facts.where_am_i.clone(),
            home: facts.home.clone(),
        }
    }
}

/// Whether a connection is alive. One that breaks now is no better than one that was broken.
async fn answers(connection: &mut PgConnection) -> bool {
    let answer = tokio::time::timeout(ANSWER, connection.ping()).await;
    let alive = matches!(answer, Ok(Ok(())));
    if !alive {
        tracing::debug!("a connection of the pool is dead");
    }
    alive
}
