//! Changing rows where they stand: the database evaluates, locks, writes and books a batch in one
//! statement, so that the rows of a batch and its entry in the ledger are one.

mod change;
mod reader;
mod row_batch;
mod statements;
mod undo;
mod writer;

pub use reader::InPlaceLook;
pub use undo::{ChangeBook, ChangeUndo};
pub use writer::InPlaceStore;

use serde_json::{Map, Value as JsonValue};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres};

/// A statement with a plan's values bound, as texts.
fn bound<'q>(sql: &str, binds: &'q [String]) -> Query<'q, Postgres, PgArguments> {
    binds
        .iter()
        .fold(super::query(AssertSqlSafe(sql)), |query, value| {
            query.bind(value)
        })
}

/// An object that the server printed.
fn object(text: &str) -> Map<String, JsonValue> {
    match serde_json::from_str(text) {
        Ok(JsonValue::Object(map)) => map,
        _ => Map::new(),
    }
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
