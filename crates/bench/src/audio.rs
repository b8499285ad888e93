//! audio-migrate against `rclone copy` of the same objects between the same two servers.
//!
//! Both read fake-gcs-server and write local-s3. rclone hands the MD5 on that Cloud Storage
//! states; audio-migrate computes CRC32C, MD5 and SHA-256 of every byte, and writes a ledger.

mod recordings;
mod servers;

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::RunArguments;
use crate::measure::{Series, run};
use crate::report::{Goal, Report, mebibytes, say};
use crate::server::Server;
use crate::size::Sizes;
use recordings::Recordings;
use servers::Servers;

/// There and back, to each of the two services.
const ROUND_TRIP: Duration = Duration::from_millis(40);
/// Mebibytes.
const MEMORY: f64 = 64.0;
/// The database with the conversations and without a recording.
const READY: &str = "sunset_bench_conversations";
const COPIED: &str = "sunset_bench_recordings";
const OURS: &str = "ours";
const THEIRS: &str = "theirs";

/// What is measured by turns.
struct Comparison<'a> {
    server: Server<'a>,
    recordings: &'a Recordings,
    servers: Servers,
    rclone: &'a Path,
}

/// Four ways, turn by turn.
#[derive(Default)]
struct Turns {
    first: Series,
    again: Series,
    their_first: Series,
    their_again: Series,
}

impl Comparison<'_> {
    fn turns(&self, rounds: usize, what: &str) -> Result<Turns> {
        let mut turns = Turns::default();
        for round in 1..=rounds {
            say(&format!("{what}, turn {round} of {rounds}"));
            // Who comes first changes, too.
            for ours in [round % 2 == 1, round % 2 == 0] {
                if ours {
                    self.ours(&mut turns)?;
                } else {
                    self.theirs(&mut turns)?;
                }
            }
        }
        Ok(turns)
    }

    fn ours(&self, turns: &mut Turns) -> Result<()> {
        self.servers.empty(OURS)?;
        self.server.execute(
            "postgres",
            &[
                &format!("DROP DATABASE IF EXISTS {COPIED} WITH (FORCE)"),
                &format!("CREATE DATABASE {COPIED} TEMPLATE {READY}"),
                "CHECKPOINT",
            ],
        )?;
        // A ledger refuses to go on in a copy of its database, unless it is told that this is meant.
        let meant =
            format!("UPDATE sunset.ledger SET target = replace(target, '/{READY}', '/{COPIED}')");
        self.server.execute(COPIED, &[&meant])?;
        for series in [&mut turns.first, &mut turns.again] {
            let mut command = self.server.program("audio-migrate", COPIED);
            self.servers.audio_migrate(&mut command, OURS);
            series.runs.push(run(&mut command, &[0])?);
            self.expect_proven()?;
        }
        self.servers.remove(OURS)?;
        self.server.drop(COPIED)
    }

    fn theirs(&self, turns: &mut Turns) -> Result<()> {
        self.servers.empty(THEIRS)?;
        for series in [&mut turns.their_first, &mut turns.their_again] {
            let mut command = self.servers.rclone(self.rclone, THEIRS);
            series.runs.push(run(&mut command, &[0])?);
            self.expect_held(THEIRS)?;
        }
        self.servers.remove(THEIRS)
    }

    fn expect_held(&self, bucket: &str) -> Result<()> {
        let held = self.servers.held(bucket)?;
        let wanted = (self.recordings.objects, self.recordings.bytes);
        if held != wanted {
            bail!("{bucket} holds {held:?} objects and bytes instead of {wanted:?}");
        }
        Ok(())
    }

    /// Every object in the bucket, with three hashes in the ledger, and linked.
    fn expect_proven(&self) -> Result<()> {
        self.expect_held(OURS)?;
        let proven = self.server.ask(
            COPIED,
            "SELECT count(*) FROM sunset.objects AS o JOIN conversations AS c \
             ON c.id = o.conversation_id AND c.audio_url = o.url WHERE o.state = 'copied' \
             AND o.crc32c IS NOT NULL AND o.md5 IS NOT NULL AND o.sha256 IS NOT NULL",
        );
        if proven != self.recordings.objects.to_string() {
            bail!("{proven} of {} objects are proven", self.recordings.objects);
        }
        Ok(())
    }
}

/// All comparisons; a line that says so where a program is absent.
pub fn measure(arguments: &RunArguments, sizes: &Sizes, report: &mut Report) -> Result<()> {
    let (Some(gcs), Some(rclone)) = (&arguments.gcs_server, &arguments.rclone) else {
        return report.skipped(
            "audio-migrate against rclone",
            "fake-gcs-server or rclone is not there (scripts/object-servers.sh)",
        );
    };
    let server = Server::new(arguments);
    let many = Recordings::of(arguments, sizes.recordings, sizes.recording_bytes)?;
    ready(&server, &many)?;
    for (line, round_trip, goal) in [
        ("on this machine", None, 0.9),
        ("with 40 ms of round trip", Some(ROUND_TRIP), 0.8),
    ] {
        let comparison = Comparison {
            server,
            recordings: &many,
            servers: Servers::start(arguments, gcs, &many, round_trip)?,
            rclone,
        };
        let turns = comparison.turns(sizes.load_rounds, &format!("recordings {line}"))?;
        first_run(report, &many, line, &turns, goal)?;
        second_run(report, &many, line, &turns)?;
    }
    let small = Recordings::of(
        arguments,
        sizes.small_recordings,
        sizes.small_recordings << 10,
    )?;
    ready(&server, &small)?;
    let comparison = Comparison {
        server,
        recordings: &small,
        servers: Servers::start(arguments, gcs, &small, None)?,
        rclone,
    };
    let turns = comparison.turns(sizes.small_rounds, "small recordings")?;
    first_run(report, &small, "on this machine", &turns, f64::INFINITY)?;
    second_run(report, &small, "on this machine", &turns)?;
    server.drop(READY)
}

/// The peak memory of one very large object.
pub fn measure_memory(arguments: &RunArguments, sizes: &Sizes, report: &mut Report) -> Result<()> {
    let what = format!(
        "audio-migrate of one object of {:.0} MiB: peak memory",
        mebibytes(sizes.large_recording)
    );
    let Some(gcs) = &arguments.gcs_server else {
        return report.skipped(
            &what,
            "fake-gcs-server is not there (scripts/object-servers.sh)",
        );
    };
    let server = Server::new(arguments);
    let large = Recordings::of(arguments, 1, sizes.large_recording)?;
    ready(&server, &large)?;
    let comparison = Comparison {
        server,
        recordings: &large,
        servers: Servers::start(arguments, gcs, &large, None)?,
        rclone: Path::new(""),
    };
    let mut turns = Turns::default();
    say("a large recording");
    comparison.ours(&mut turns)?;
    server.drop(READY)?;
    memory(report, &what, &turns.first)
}

/// The database that every turn begins with.
fn ready(server: &Server<'_>, recordings: &Recordings) -> Result<()> {
    server.make(READY)?;
    run(&mut server.migrate(READY, &recordings.project.dir), &[0])?;
    Ok(())
}

fn first_run(
    report: &mut Report,
    recordings: &Recordings,
    line: &str,
    turns: &Turns,
    goal: f64,
) -> Result<()> {
    let what = format!(
        "audio-migrate of {} objects, {:.0} MB, {line}",
        recordings.objects,
        mebibytes(recordings.bytes) * 1.048_576
    );
    report.figure(
        &format!("{what}: time against `rclone copy --transfers 16 --checksum`"),
        turns.first.wall_ratio(&turns.their_first),
        "×",
        &format!(
            "{:.2} s and {:.2} s; {:.2} s and {:.2} s of processor; rclone held {}",
            turns.first.wall(),
            turns.their_first.wall(),
            turns.first.cpu(),
            turns.their_first.cpu(),
            turns.their_first.peak().map_or_else(
                || "?".to_owned(),
                |peak| format!("{:.0} MiB", mebibytes(peak))
            ),
        ),
        if goal.is_finite() {
            Goal::AtMost(goal)
        } else {
            Goal::None
        },
    )?;
    memory(report, &format!("{what}: peak memory"), &turns.first)
}

fn second_run(
    report: &mut Report,
    recordings: &Recordings,
    line: &str,
    turns: &Turns,
) -> Result<()> {
    report.figure(
        &format!(
            "its second run over {} unchanged objects, {line}: time against rclone's",
            recordings.objects
        ),
        turns.again.wall_ratio(&turns.their_again),
        "×",
        &format!(
            "{:.2} s and {:.2} s; {:.2} s and {:.2} s of processor",
            turns.again.wall(),
            turns.their_again.wall(),
            turns.again.cpu(),
            turns.their_again.cpu(),
        ),
        Goal::AtMost(1.0),
    )
}

fn memory(report: &mut Report, what: &str, series: &Series) -> Result<()> {
    match series.peak() {
        Some(peak) => report.figure(what, mebibytes(peak), "MiB", "", Goal::AtMost(MEMORY)),
        None => report.skipped(what, "this system does not tell"),
    }
}
