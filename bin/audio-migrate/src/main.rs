//! `audio-migrate`: recordings of V2 into R2.

mod arguments;
mod migrate;
mod shared;

use std::process::ExitCode;

fn main() -> ExitCode {
    sunset_cli::run(migrate::migrate)
}
