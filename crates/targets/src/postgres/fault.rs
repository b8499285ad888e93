//! What PostgreSQL's errors mean here, and what to do about them.

mod swallowed;

use sqlx::postgres::{PgDatabaseError, PgErrorPosition};
use sunset_core::plans::in_place::places::place_of;
use sunset_core::ports::schema::Turn;
use sunset_core::{Error, ErrorKind};

pub(crate) use self::swallowed::{is_swallowed, swallowed};

/// Turns an error of the driver into the house's, by its SQLSTATE. `what` says what was being
/// done: `"cannot write a batch of rows"`.
pub fn error(cause: sqlx::Error, what: impl Into<String>) -> Error {
    let what = what.into();
    let (kind, remedy) = match &cause {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default().into_owned();
            let fault = database.try_downcast_ref::<PgDatabaseError>();
            let (kind, remedy) = if code.starts_with("42") && within_a_function(fault) {
                (ErrorKind::Conflict, Some(FUNCTION))
            } else {
                by_state(&code, database.message())
            };
            let item = item(database.try_downcast_ref::<PgDatabaseError>());
            let error = Error::new(kind, format!("{what}: {}", database.message()));
            let error = match item {
                Some(item) => error.item(item),
                None => error,
            };
            let error = error.cause(cause);
            return match remedy {
                Some(remedy) => error.remedy(remedy),
                None => error,
            };
        }
        sqlx::Error::Io(io) => by_io(io.kind()),
        sqlx::Error::Tls(_) => (
            ErrorKind::Unreachable,
            Some(
                "the server must offer TLS with a certificate this machine trusts; for a server \
                 without TLS use a tunnel that ends at 127.0.0.1",
            ),
        ),
        sqlx::Error::PoolTimedOut => (
            ErrorKind::Unreachable,
            Some("no connection came free in time; lower the number of connections or try again"),
        ),
        sqlx::Error::Configuration(_) => (ErrorKind::Configuration, Some("check DATABASE_URL")),
        // 0x00 stands for no answer at all: a tunnel or a server that closes what it accepted.
        sqlx::Error::Protocol(text)
            if text.contains("unexpected response from SSLRequest")
                && !text.contains("SSLRequest: 0x00") =>
        {
            (
                ErrorKind::Configuration,
                Some(
                    "what answers at this address is not PostgreSQL; check host and port in DATABASE_URL",
                ),
            )
        }
        // A connection that was cut in the middle of an answer.
        sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => (ErrorKind::Unreachable, None),
        _ => (ErrorKind::Internal, None),
    };
    let error = Error::new(kind, what).cause(cause);
    match remedy {
        Some(remedy) => error.remedy(remedy),
        None => error,
    }
}

/// As [`error`], of a statement about tables that were just looked at, or that change them: where it
/// finds them otherwise, somebody was quicker.
pub fn amid_changes(cause: sqlx::Error, what: impl Into<String>) -> Error {
    let database = cause.as_database_error();
    let fault = database.and_then(|fault| fault.try_downcast_ref::<PgDatabaseError>());
    let otherwise = fault.is_some_and(|known| {
        matches!(
            known.code(),
            "42P01" | "3F000" | "42703" | "42704" | "42804" | "42P10"
        ) && !within_a_function(fault)
    });
    let error = error(cause, what);
    if otherwise {
        return error.remedy(OTHERWISE);
    }
    error
}

const OTHERWISE: &str = "the tables are not as they were when this command looked at them: start it again; if it says the same, \
     put right by hand what it names";

/// As [`error`], of a statement whose parts can stand in a plan file: what PostgreSQL says of a
/// position there is said of the file's line and column.
pub fn located(cause: sqlx::Error, what: impl Into<String>, statement: &str) -> Error {
    let Some(place) = place_in_file(&cause, statement) else {
        return error(cause, what);
    };
    let message = cause
        .as_database_error()
        .map_or_else(String::new, |fault| fault.message().to_owned());
    Error::new(
        ErrorKind::Configuration,
        format!("{place}: {message} ({})", what.into()),
    )
    .cause(cause)
    .remedy(
        "put the SQL right there; where what it names is yet to come, run schema-push with this plan first",
    )
}

/// `plan.toml:31:9`, where a statement was not understood and that part of it is from a file.
fn place_in_file(cause: &sqlx::Error, statement: &str) -> Option<String> {
    let fault = cause
        .as_database_error()?
        .try_downcast_ref::<PgDatabaseError>()?;
    match fault.position()? {
        PgErrorPosition::Original(position) => place_of(statement, position),
        PgErrorPosition::Internal { .. } => None,
    }
}

const FUNCTION: &str = "a function of the database (of a trigger, an index or a check) names what is not there: put it right, \
     or switch the trigger off for as long as this takes (ALTER TABLE … DISABLE TRIGGER …), and start the command again";

/// Whether a function that the application has made met with it; what we send in `DO` has no name.
fn within_a_function(fault: Option<&PgDatabaseError>) -> bool {
    let place = fault.and_then(PgDatabaseError::r#where);
    place.is_some_and(|place| {
        let outermost = place.lines().last().unwrap_or_default();
        place.contains(" function ") && !outermost.contains("inline_code_block")
    })
}

fn item(database: Option<&PgDatabaseError>) -> Option<String> {
    let database = database?;
    let state = database.code();
    let place = match (database.table(), database.constraint()) {
        (Some(table), Some(constraint)) => format!("table {table}, constraint {constraint}, "),
        (Some(table), None) => match database.column() {
            Some(column) => format!("table {table}, column {column}, "),
            None => format!("table {table}, "),
        },
        _ => String::new(),
    };
    Some(format!("{place}SQLSTATE {state}"))
}

fn by_io(kind: std::io::ErrorKind) -> (ErrorKind, Option<&'static str>) {
    use std::io::ErrorKind as Io;
    match kind {
        Io::ConnectionRefused => (
            ErrorKind::Unreachable,
            Some("start the server, or check host and port in DATABASE_URL"),
        ),
        Io::TimedOut => (
            ErrorKind::Unreachable,
            Some("check that a firewall lets this machine reach the server, and try again"),
        ),
        _ => (
            ErrorKind::Unreachable,
            Some("check the network and the host in DATABASE_URL, and try again"),
        ),
    }
}

/// The kind and the remedy of an SQLSTATE.
fn by_state(code: &str, message: &str) -> (ErrorKind, Option<&'static str>) {
    match code {
        "42P01" | "3F000" => {
            if message.contains("sunset.") || message.contains("\"sunset\"") {
                (
                    ErrorKind::NotFound,
                    Some("this database has no ledger yet; run data-migrate first"),
                )
            } else {
                (
                    ErrorKind::NotFound,
                    Some("the V3 tables are not there; run schema-push, then repeat this command"),
                )
            }
        }
        "42703" | "42704" | "42804" | "42P10" => (
            ErrorKind::NotFound,
            Some(
                "the V3 tables are not as this version wants them; run schema-push and fix-schema",
            ),
        ),
        "28P01" => (
            ErrorKind::Denied,
            Some("check user and password in DATABASE_URL"),
        ),
        "28000" => (
            ErrorKind::Denied,
            Some(
                "check the user in DATABASE_URL, and that the server's pg_hba.conf lets it in with this sslmode",
            ),
        ),
        "3D000" => (
            ErrorKind::NotFound,
            Some("create the database, or correct its name in DATABASE_URL"),
        ),
        "42501" if message.contains("row-level security") => (
            ErrorKind::Denied,
            Some(
                "every row must be seen: use a role with BYPASSRLS, or let the owner run ALTER TABLE … NO FORCE ROW LEVEL SECURITY for as long as this takes",
            ),
        ),
        "42501" => (
            ErrorKind::Denied,
            Some(
                "the user in DATABASE_URL must own the V3 tables and may create the schema sunset; use the owner's role",
            ),
        ),
        "25006" => (
            ErrorKind::Denied,
            Some(
                "this server takes no writes: set DATABASE_URL to the primary, or lift default_transaction_read_only",
            ),
        ),
        "53300" => (
            ErrorKind::Throttled,
            Some("the server has no connection left; close other clients or raise max_connections"),
        ),
        "53100" => (
            ErrorKind::Internal,
            Some(
                "the server's disk is full; make room, then start the command again: it goes on where it stopped",
            ),
        ),
        "53200" | "53000" | "53400" => (ErrorKind::Throttled, None),
        "40001" | "40P01" | "55P03" => (
            ErrorKind::Contended,
            Some("another transaction was in the way; try again"),
        ),
        // What a killed program's connection still does to an index, most of all: it ends by itself.
        "XX000" if message == "tuple concurrently updated" => (
            ErrorKind::Contended,
            Some("another transaction was changing the same; try again"),
        ),
        "57014" => (
            ErrorKind::Contended,
            Some(
                "the server cancelled the statement; raise statement_timeout for this role, or try again",
            ),
        ),
        "57P01" | "57P02" | "57P03" | "57P05" | "58000" => (
            ErrorKind::Unreachable,
            Some("the server is starting or shutting down; try again in a moment"),
        ),
        "25P03" | "25P04" => (
            ErrorKind::Unreachable,
            Some(
                "the server or the pooler ended a transaction; raise idle_in_transaction_session_timeout and transaction_timeout for this role",
            ),
        ),
        // PgBouncer tells everything that its own login met with this one state.
        "08P01"
            if ["authentication failed", "no such user", "not allowed"]
                .iter()
                .any(|text| message.contains(text)) =>
        {
            by_state("28P01", "")
        }
        "08P01"
            if ["does not exist", "no such database"]
                .iter()
                .any(|text| message.contains(text)) =>
        {
            by_state("3D000", "")
        }
        "08P01"
            if ["query_wait_timeout", "no more connections allowed"]
                .iter()
                .any(|text| message.contains(text)) =>
        {
            (
                ErrorKind::Throttled,
                Some(
                    "the pooler has no connection free: raise its default_pool_size (4 or more) and max_client_conn, or set DATABASE_URL to the direct host",
                ),
            )
        }
        "08P01" => (ErrorKind::Unreachable, None),
        "26000" | "42P05" => (
            ErrorKind::Unreachable,
            Some("a connection pooler mixed up statements; set DATABASE_URL to the direct host"),
        ),
        "0A000" if message.contains("RETURNING on relation") => (
            ErrorKind::Conflict,
            Some(
                "a rule of the table stands in the way: switch it off for as long as this takes (ALTER TABLE … DISABLE RULE …), and start the command again",
            ),
        ),
        "2BP01" => (
            ErrorKind::Conflict,
            Some(
                "something else uses it: note how that is made, drop it, and start the command again; then make it again",
            ),
        ),
        "42P07" | "42710" | "42701" => (
            ErrorKind::Conflict,
            Some(
                "something else has this name by now: rename or drop it, and start the command again",
            ),
        ),
        "54011" => (
            ErrorKind::Conflict,
            Some(
                "drop columns that nobody needs, or write the table anew: those that were dropped count, too",
            ),
        ),
        "P0001" => (
            ErrorKind::Conflict,
            Some(
                "a trigger or a function of the database refused this: see its message; switch it off for as long as this takes (ALTER TABLE … DISABLE TRIGGER …, ALTER EVENT TRIGGER … DISABLE), and start the command again",
            ),
        ),
        _ if code.starts_with("08") => (ErrorKind::Unreachable, None),
        _ if code.starts_with("22") => (ErrorKind::Malformed, None),
        _ if code.starts_with("23") => (ErrorKind::Conflict, None),
        _ if code.starts_with("54") => (ErrorKind::Malformed, None),
        _ => (ErrorKind::Internal, None),
    }
}

/// The SQLSTATE behind an error of [`error`].
pub(crate) fn state_of(fault: &Error) -> Option<String> {
    let cause = std::error::Error::source(fault)?;
    match cause.downcast_ref::<sqlx::Error>()? {
        sqlx::Error::Database(database) => database.code().map(std::borrow::Cow::into_owned),
        _ => None,
    }
}

/// Whether a statement failed because other rows refer to a row, or it to one that is not there.
pub(crate) fn is_foreign_key(fault: &Error) -> bool {
    state_of(fault).is_some_and(|code| code == "23503")
}

/// Whether the server refused a row for a rule of its table: a value that is missing, a check, a key
/// that is there already.
pub(crate) fn breaks_a_rule(fault: &Error) -> bool {
    state_of(fault).is_some_and(|code| code.starts_with("23") && code != "23503")
}

/// Whether the server refused the data of a row: a constraint, a value out of range, an index
/// entry that is too long, an exception of a trigger, a trigger that keeps it out.
pub(crate) fn is_about_data(fault: &Error) -> bool {
    is_swallowed(fault)
        || state_of(fault).is_some_and(|code| {
            ["22", "23", "54"]
                .iter()
                .any(|class| code.starts_with(class))
                || code == "P0001"
        })
}

/// Rows that break a constraint or an index that is made of them, as the server says it. It names no
/// row: what a key holds is nobody's to see.
///
/// # Errors
/// Any other error, as it is.
pub(crate) fn broken_by_rows(fault: Error) -> sunset_core::Result<Turn> {
    let broken = state_of(&fault).is_some_and(|code| code.starts_with("23"));
    if broken {
        return Ok(Turn::Broken(fault.what().to_owned()));
    }
    Err(fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunset_core::error::RetryPolicy;

    #[test]
    fn a_missing_table_sends_to_schema_push() {
        let (kind, remedy) = by_state("42P01", "relation \"opportunities\" does not exist");
        assert_eq!(kind, ErrorKind::NotFound);
        assert!(remedy.is_some_and(|text| text.contains("schema-push")));
        let (_, remedy) = by_state("42P01", "relation \"sunset.items\" does not exist");
        assert!(remedy.is_some_and(|text| text.contains("data-migrate")));
    }

    #[test]
    fn an_internal_error_is_retried_where_it_says_that_others_were_quicker() {
        let policy = |message| by_state("XX000", message).0.policy();
        assert_ne!(policy("tuple concurrently updated"), RetryPolicy::Never);
        assert_eq!(policy("cache lookup failed"), RetryPolicy::Never);
    }

    #[test]
    fn what_changes_tables_does_not_send_to_itself() {
        assert!(!OTHERWISE.contains("schema-push") && !OTHERWISE.contains("fix-schema"));
    }

    #[test]
    fn what_passes_is_retried_and_a_wrong_password_is_not() {
        for code in [
            "57P01", "57P03", "08006", "53300", "40001", "40P01", "57014", "25P04",
        ] {
            assert_ne!(by_state(code, "").0.policy(), RetryPolicy::Never, "{code}");
        }
        for code in [
            "28P01", "28000", "3D000", "42501", "53100", "42P01", "23505", "22021",
        ] {
            assert_eq!(by_state(code, "").0.policy(), RetryPolicy::Never, "{code}");
        }
    }
}
