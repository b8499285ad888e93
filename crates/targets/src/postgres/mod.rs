//! PostgreSQL: the connection, the ledger, and what is written through them.

mod address;
mod connection;
mod digest;
mod fault;
mod identifier;
mod identity;
mod in_place;
mod ledger;
mod links;
mod numbers;
mod objects;
mod outside;
mod owner;
mod rollback;
mod rows;
mod runs;
mod schema;
mod statement;
mod verify;

pub use address::Address;
pub use connection::{ConnectOptions, Database};
pub use digest::digest_expression;
pub use fault::error;
pub use identifier::{public_table, quote_identifier};
pub use in_place::{ChangeBook, ChangeUndo, InPlaceLook, InPlaceStore};
pub use ledger::Ledger;
pub use links::{CellLink, LinkOutcome};
pub use objects::{ObjectBook, ObjectStoreJournal};
pub use owner::{MIGRATION_EMAIL, Owner};
pub use rollback::Undo;
pub use rows::RowStore;
pub use runs::ActiveRun;
pub use schema::{LiveReader, SchemaSteps};
pub use statement::query;
pub use verify::Verifier;
