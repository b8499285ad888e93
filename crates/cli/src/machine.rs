//! The machine that a program runs on, and what a run there is known by.

use sunset_core::ports::runs::RunStart;

use crate::Program;

/// The machine's name, for the ledger's record of who ran what.
pub fn host_name() -> String {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    read("/proc/sys/kernel/hostname")
        .or_else(|| read("/etc/hostname"))
        .or_else(|| std::env::var("HOSTNAME").ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "unknown".into())
}

/// A run of the program `P` on this machine that begins now. `options` are those that matter to
/// the outcome, as a JSON object; where the run reads from is for the caller to add.
pub fn run_start<P: Program>(plan: &str, options: serde_json::Value) -> RunStart {
    RunStart {
        plan: plan.to_owned(),
        program: P::NAME.to_owned(),
        // All programs of the workspace have one version.
        version: env!("CARGO_PKG_VERSION").to_owned(),
        source: None,
        read_time: None,
        options,
        host: host_name(),
        pid: std::process::id(),
    }
}
