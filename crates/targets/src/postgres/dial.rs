//! Connecting to a server that may be asleep, starting, or out of reach for a moment.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use sunset_core::error::RetryPolicy;
use sunset_core::{Error, ErrorKind, Result};
use tokio::time::Instant;

use super::address::Address;
use super::connection::ConnectOptions;
use super::fault::error;
use super::identity;

/// Patience with a first connection that this machine itself refuses.
const REFUSED_HERE: Duration = Duration::from_secs(3);
/// No connection takes longer to say that it is alive.
pub(super) const ANSWER: Duration = Duration::from_secs(5);
/// A pooler may let a transaction wait until one of its connections comes free.
pub(super) const LONGEST_BEGIN: Duration = Duration::from_secs(60);

/// Waits with growing pauses, for a time.
pub(super) struct Waiting {
    deadline: Instant,
    pause: Duration,
}

impl Waiting {
    pub fn for_a_while(connecting: &ConnectOptions) -> Self {
        Self {
            deadline: Instant::now() + connecting.patience,
            pause: Duration::from_millis(250),
        }
    }

    /// Waits a little; false when the time is over.
    pub async fn pause(&mut self, fault: &Error) -> bool {
        if Instant::now() + self.pause > self.deadline {
            return false;
        }
        tracing::info!(error = %fault, "waiting for the database");
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(Duration::from_secs(5));
        true
    }
}

/// Connects for the first time and asks what has to be known.
pub(super) async fn first_facts(
    address: &Address,
    options: &PgConnectOptions,
    connecting: &ConnectOptions,
) -> Result<identity::Facts> {
    let mut waiting = Waiting::for_a_while(connecting);
    loop {
        let mut first = dial(address, options, connecting, false).await?;
        let asked = tokio::time::timeout(LONGEST_BEGIN, identity::read(&mut first, address)).await;
        let fault = match asked {
            Ok(Ok(facts)) => {
                // What follows uses the pool; a failed farewell harms nothing.
                drop(tokio::time::timeout(ANSWER, first.close()).await);
                return Ok(facts);
            }
            Ok(Err(fault)) => fault,
            Err(_) => Error::new(
                ErrorKind::Unreachable,
                "the database lets this program in and does not answer",
            )
            .item(address.shown())
            .remedy("check the pooler or the tunnel before the database, and try again"),
        };
        if fault.kind().policy() == RetryPolicy::Never || !waiting.pause(&fault).await {
            return Err(fault);
        }
    }
}

/// Connects, patiently where patience helps.
pub(super) async fn dial(
    address: &Address,
    options: &PgConnectOptions,
    connecting: &ConnectOptions,
    known: bool,
) -> Result<PgConnection> {
    let begun = Instant::now();
    let mut waiting = Waiting::for_a_while(connecting);
    loop {
        let attempt = tokio::time::timeout(connecting.attempt_time_out, options.connect()).await;
        let fault = match attempt {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(cause)) => {
                let refused_here = address.is_local() && is_refusal(&cause);
                let passing = is_passing(&cause);
                let fault = at_connecting(cause, address.shown());
                // What was reached before is restarting at the worst. Else a refusal on this
                // machine is mostly a server that nobody started.
                let patient = known
                    || passing && !(refused_here && begun.elapsed() + waiting.pause > REFUSED_HERE);
                if !patient || fault.kind().policy() == RetryPolicy::Never {
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
        if !waiting.pause(&fault).await {
            return Err(fault);
        }
    }
}

/// As [`error`], of a connection to `shown` that did not come about: whoever reads it can always do
/// something.
pub(super) fn at_connecting(cause: sqlx::Error, shown: &str) -> Error {
    let by_server = cause.as_database_error().is_some();
    let error = error(cause, format!("cannot connect to the database {shown}"));
    if error.remedy_text().is_some() {
        return error;
    }
    error.remedy(if by_server { BY_SERVER } else { ON_THE_WAY })
}

const BY_SERVER: &str = "the server, or a pooler before it, says this of itself: its log says more (a full disk, or too \
     little memory); put it right there, and start this command again";

const ON_THE_WAY: &str = "check host and port in DATABASE_URL, and what stands between this machine and the server, and \
     try again";

fn is_refusal(cause: &sqlx::Error) -> bool {
    matches!(cause, sqlx::Error::Io(io) if io.kind() == std::io::ErrorKind::ConnectionRefused)
}

/// Whether the same attempt may give another answer in a minute: an unknown host and a certificate
/// that is not trusted are there to stay.
fn is_passing(cause: &sqlx::Error) -> bool {
    match cause {
        sqlx::Error::Io(io) => !io.to_string().contains("failed to lookup address"),
        sqlx::Error::Database(_) | sqlx::Error::Protocol(_) => true,
        _ => false,
    }
}
