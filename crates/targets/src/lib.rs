//! Write adapters: PostgreSQL (rows, ledger, schema), R2, and the file of a proof.

pub mod postgres;
pub mod proof;
pub mod r2;
