//! Write adapters: PostgreSQL (rows, ledger, schema) and R2.

pub mod postgres;
pub mod r2;
