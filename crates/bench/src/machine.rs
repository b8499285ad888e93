//! What the figures were measured on.

use std::process::Command;

use crate::RunArguments;
use crate::server::Server;

/// One line each: processor, memory, system, server, load.
pub fn describe(arguments: &RunArguments) -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".into());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_else(|| "unknown".into());
    let system = output(Command::new("uname").arg("-sr"));
    let server = Server::new(arguments);
    vec![
        format!("processor: {processor}, {cores} cores; memory: {memory}; {system}"),
        format!(
            "{}; fsync {}, shared_buffers {}, max_wal_size {}",
            server.ask("postgres", "SELECT split_part(version(), ' on ', 1)"),
            server.ask("postgres", "SHOW fsync"),
            server.ask("postgres", "SHOW shared_buffers"),
            server.ask("postgres", "SHOW max_wal_size"),
        ),
        load_average(),
    ]
}

/// How busy the machine is with everything else.
pub fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let figures: Vec<&str> = text.split_whitespace().take(3).collect();
    format!("load average: {}", figures.join(" "))
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn output(command: &mut Command) -> String {
    command
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default()
}
