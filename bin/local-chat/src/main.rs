//! `local-chat`: v1 and v2 of a chat server, as far as a rehearsal of a rollout needs them, and
//! clients that ask for them through whatever stands in front. It is for one machine.

mod clients;
mod version;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::clients::Tally;
use crate::version::Version;

/// Serves two versions on free ports of the loopback address, and asks for them through a proxy.
///
/// Each version answers its name, health under /api/health and /api/health/ready, and counters
/// and a histogram for Prometheus under /api/health/metrics. It goes on until it is told to end.
#[derive(Parser)]
#[command(name = "local-chat", version)]
struct Arguments {
    /// Write the addresses of both versions to this file when they listen: v1=…, v2=…
    #[arg(long, value_name = "FILE")]
    ready_file: PathBuf,

    /// Where the clients ask, from when on it answers
    #[arg(long, value_name = "HOST:PORT")]
    front: SocketAddr,

    /// Clients at the same time
    #[arg(long, default_value_t = 8)]
    clients: u64,

    /// Write at the end how many requests there were, how many failed, and who answered
    #[arg(long, value_name = "FILE")]
    tally: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Who starts it has the file that is not there to go by.
            drop(std::io::Write::write_all(
                &mut std::io::stderr(),
                format!("error: {error:#}\n").as_bytes(),
            ));
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> anyhow::Result<()> {
    let mut end = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    let (one, two) = (Version::start("v1").await?, Version::start("v2").await?);
    let ready = format!("v1={one}\nv2={two}\n");
    let draft = arguments.ready_file.with_extension("tmp");
    std::fs::write(&draft, ready).context("cannot write the ready file")?;
    std::fs::rename(&draft, &arguments.ready_file).context("cannot write the ready file")?;
    let tally = Arc::new(Tally::default());
    clients::start(arguments.front, arguments.clients, &tally);
    tokio::select! {
        _ = end.recv() => {}
        ended = tokio::signal::ctrl_c() => ended.context("cannot listen for signals")?,
    }
    std::fs::write(&arguments.tally, tally.text()).context("cannot write the tally")
}
