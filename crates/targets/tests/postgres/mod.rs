//! PostgreSQL, on the server of `SUNSET_TEST_DATABASE_URL`.

mod broken;
mod conflicts;
mod connecting;
mod crew;
mod digests;
mod handover;
mod items;
mod ledger;
mod links;
mod objects;
mod owner;
mod rollback;
mod rollback_scopes;
mod server;
mod v3;
