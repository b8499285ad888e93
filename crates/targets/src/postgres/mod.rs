//! PostgreSQL: the connection, the ledger, and what is written through them.

mod address;
mod connection;
mod fault;
mod identifier;
mod identity;
mod ledger;

pub use address::Address;
pub use connection::{ConnectOptions, Database};
pub use fault::error;
pub use identifier::{public_table, quote_identifier};
pub use ledger::Ledger;
