//! The programs as an operator runs them, against real servers.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot run its program fails, and one without a server says so"
)]

mod accounts;
mod backup;
mod branched;
mod broken_off;
mod browser;
mod bucket_export;
mod catch_up;
mod conflicts;
mod departed;
mod drift;
mod ending;
mod firestore;
mod handover;
mod help;
mod hindered;
mod integrity;
mod kept;
mod languages;
mod manifest;
mod migration;
mod mistakes;
mod notices;
mod output;
mod packages;
mod plan_files;
mod proof;
mod quarantine;
mod recordings;
mod refused;
mod repair;
mod report;
mod run_digests;
mod scraped;
mod secrets;
mod spoken;
mod storm;
mod told;
mod undo;
mod usage;
mod watching;
mod words;
mod workplace;
