//! Who else is at the database meanwhile.

use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail};

use crate::server::Server;

/// A client that goes on until it is stopped, and leaves what it found in a table.
pub struct Client {
    /// How its session is found again.
    name: &'static str,
    statements: &'static str,
    /// The longest that it found, in milliseconds.
    pub longest: &'static str,
}

/// Writes single rows of the table that is changed.
pub const PROBE: Client = Client {
    name: "sunset_bench_probe",
    statements: include_str!("probe.sql"),
    longest: "SELECT extract(epoch FROM max(longest)) * 1000 FROM waits",
};

/// Looks at what the probe waits for.
pub const WATCHER: Client = Client {
    name: "sunset_bench_watcher",
    statements: include_str!("watcher.sql"),
    longest: "SELECT extract(epoch FROM max(longest)) * 1000 FROM lock_waits",
};

/// Writes a row of a table of its own, which nobody else wants: what it waits for is the disk.
pub const BYSTANDER: Client = Client {
    name: "sunset_bench_bystander",
    statements: include_str!("bystander.sql"),
    longest: "SELECT extract(epoch FROM max(longest)) * 1000 FROM bystander_waits",
};

/// Does something while these clients are at the database.
pub fn beside<T>(
    server: &Server<'_>,
    database: &str,
    customers: u64,
    clients: &[Client],
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let mut running = Vec::new();
    for client in clients {
        let child = server
            .file(database, client.name, client.statements, customers)?
            .env("PGAPPNAME", client.name)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", client.name))?;
        running.push((client.name, child));
    }
    let done = work();
    let stopped = running
        .into_iter()
        .try_for_each(|(name, mut child)| stop(server, name, &mut child));
    let done = done?;
    stopped?;
    Ok(done)
}

/// The server has to end it: it would not see before the next answer that nobody listens.
fn stop(server: &Server<'_>, name: &str, child: &mut Child) -> Result<()> {
    let is_running = child.try_wait()?.is_none();
    server.execute(
        "postgres",
        &[&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'"
        )],
    )?;
    child.wait()?;
    if !is_running {
        bail!("{name} ended by itself");
    }
    Ok(())
}
