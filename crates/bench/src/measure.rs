//! Running a program and watching what it takes.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How often a running program's memory is looked at.
const LOOK: Duration = Duration::from_millis(4);
/// Clock ticks a second in /proc, on every Linux there is.
const TICKS: u64 = 100;

/// What one run of a program took.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    pub wall: Duration,
    /// User and system time of the program and of what it waited for; only Linux tells.
    pub cpu: Option<Duration>,
    /// The most memory it held, in bytes; only Linux tells.
    pub peak: Option<u64>,
}

/// Runs a program to its end.
///
/// # Errors
/// When it cannot be started, or ends with a status that is not among `fine`.
pub fn run(command: &mut Command, fine: &[i32]) -> Result<Measured> {
    let name = command.get_program().to_string_lossy().into_owned();
    let before = children_cpu();
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    let (code, peak) = watch(&mut child)?;
    let wall = begun.elapsed();
    if !code.is_some_and(|code| fine.contains(&code)) {
        bail!("{name} ended with status {code:?}");
    }
    let cpu = children_cpu()
        .zip(before)
        .map(|(after, before)| after.saturating_sub(before));
    Ok(Measured { wall, cpu, peak })
}

fn watch(child: &mut Child) -> Result<(Option<i32>, Option<u64>)> {
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = None;
    loop {
        // The kernel keeps the peak; the last look before the end sees nearly all of it.
        let seen = std::fs::read_to_string(&status_file)
            .ok()
            .and_then(|text| peak_of(&text));
        peak = seen.or(peak);
        if let Some(status) = child.try_wait()? {
            return Ok((status.code(), peak));
        }
        std::thread::sleep(LOOK);
    }
}

fn peak_of(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// The time of all programs that were run and have ended.
fn children_cpu() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name, in parentheses, may hold anything; the fields behind it are numbers.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let user: u64 = fields.get(13)?.parse().ok()?;
    let system: u64 = fields.get(14)?.parse().ok()?;
    Some(Duration::from_millis((user + system) * 1_000 / TICKS))
}

/// One way of doing something, and what its runs took.
#[derive(Debug, Default)]
pub struct Series {
    pub runs: Vec<Measured>,
}

impl Series {
    pub fn wall(&self) -> f64 {
        median(self.runs.iter().map(|run| run.wall.as_secs_f64()))
    }

    /// The median time on processors; the time by the clock where nobody tells.
    pub fn cpu(&self) -> f64 {
        median(
            self.runs
                .iter()
                .map(|run| run.cpu.unwrap_or(run.wall).as_secs_f64()),
        )
    }

    /// The greatest of all runs.
    pub fn peak(&self) -> Option<u64> {
        self.runs.iter().filter_map(|run| run.peak).max()
    }

    /// The median of the ratios turn by turn: what slowed one turn down slowed both.
    pub fn wall_ratio(&self, other: &Self) -> f64 {
        median(
            self.runs
                .iter()
                .zip(&other.runs)
                .map(|(own, other)| own.wall.as_secs_f64() / other.wall.as_secs_f64()),
        )
    }
}

/// The middle one, or the mean of the two in the middle.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match (values.get(half.wrapping_sub(1)), values.get(half)) {
        (Some(a), Some(b)) if values.len().is_multiple_of(2) => f64::midpoint(*a, *b),
        (_, Some(middle)) => *middle,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert!((median([3.0, 1.0, 2.0].into_iter()) - 2.0).abs() < 1e-9);
        assert!((median([4.0, 1.0, 2.0, 3.0].into_iter()) - 2.5).abs() < 1e-9);
        assert!(median(std::iter::empty()).is_nan());
    }

    #[test]
    fn the_peak_is_read_in_bytes() {
        let status = "Name:\tx\nVmPeak:\t  900 kB\nVmHWM:\t  123 kB\nVmRSS:\t 1 kB\n";
        assert_eq!(peak_of(status), Some(123 * 1024));
        assert_eq!(peak_of("Name:\tx\n"), None);
    }
}
