//! `env-migrate`: an env file for another version.

mod arguments;
mod migrate;
mod place;
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    sunset_cli::run(migrate::migrate)
}
