//! The command line: arguments, environment, progress, rendering and exit status. The only crate
//! that prints, reads the environment, or decides how a process ends.
//!
//! A program is a [`clap::Parser`] with [`CommonArgs`] (and [`WriteArgs`] where it writes), and an
//! asynchronous function from its arguments and a [`Session`] to a [`Status`]:
//!
//! ```no_run
//! use clap::Parser;
//! use sunset_cli::{CommonArgs, Session, Status};
//!
//! #[derive(Parser)]
//! struct Arguments {
//!     #[command(flatten)]
//!     common: CommonArgs,
//! }
//!
//! impl sunset_cli::Program for Arguments {
//!     const NAME: &'static str = "demo";
//!     fn common(&self) -> &CommonArgs {
//!         &self.common
//!     }
//! }
//!
//! async fn demo(_arguments: Arguments, session: Session) -> sunset_core::Result<Status> {
//!     session.say("one line on standard error");
//!     session.print("data on standard output");
//!     Ok(Status::Done)
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     sunset_cli::run(demo)
//! }
//! ```

/// Documents are many small pieces of memory that one thread makes and another gives back; the
/// system's allocator took a third of the time that reading them takes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod arguments;
mod colour;
mod environment;
mod failure;
mod heard;
mod language;
mod machine;
mod manual;
mod metrics;
mod notice;
mod numbers;
mod output;
mod plans;
mod progress;
pub mod render;
mod report_files;
mod session;
mod status;
mod stop;
mod usage;

pub use arguments::{
    BackupArgs, BackupChoice, CommonArgs, Consented, ReadArgs, RunDigests, WriteArgs,
};
pub use colour::{Palette, Tone};
pub use environment::Environment;
pub use failure::{failure_json, failure_text};
pub use language::Language;
pub use machine::{host_name, run_start};
pub use metrics::{Metrics, MetricsArgs};
pub use notice::{Notice, NoticeArgs, Notifier};
pub use numbers::{bytes, duration, interval, thousands};
pub use plans::{
    desired_schema, document_plan, in_place_plan, in_place_settings, is_file, schema_name,
    schema_plan_name,
};
pub use report_files::{ReportBehind, now, write_report};
pub use session::{Program, Session, run};
pub use status::Status;
