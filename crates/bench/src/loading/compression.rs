//! The rows that hold transcripts, stored with lz4 and with pglz, which is the server's own choice:
//! data-migrate asks for lz4 where the server has it.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::{Rows, expect_rows, timed};
use crate::RunArguments;
use crate::measure::{Series, median};
use crate::project::Project;
use crate::report::{Goal, Report, mebibytes, say};
use crate::server::Server;
use crate::size::Sizes;

const DATABASE: &str = "sunset_bench_compressed";
const TABLE: &str = "conversations";

/// The values of `default_toast_compression`.
const METHODS: [&str; 2] = ["pglz", "lz4"];

const OFFERED: &str = "SELECT count(*) FROM pg_settings \
                       WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)";

/// How the transcripts are compressed that are; short ones are not.
const COMPRESSION: &str = "SELECT string_agg(DISTINCT pg_column_compression(transcript), ' ') \
                           FROM conversations";

/// What is taken to pieces and made readable, every transcript of it.
const READ: &str = "SELECT sum(length(transcript::text)) FROM conversations";

/// What one method took.
#[derive(Default)]
struct Stored {
    load: Series,
    read: Series,
    /// Of the table with what lies beside it, without its indexes.
    bytes: Vec<u64>,
}

impl Stored {
    fn mebibytes(&self) -> f64 {
        median(self.bytes.iter().copied().map(mebibytes))
    }

    /// Loads the rows into the empty table, looks at it and reads it: the length of all transcripts.
    fn turn(
        &mut self,
        server: &Server<'_>,
        rows: &Rows,
        project: &Project,
        method: &str,
    ) -> Result<String> {
        server.execute(DATABASE, &["TRUNCATE conversations CASCADE", "CHECKPOINT"])?;
        let mut copy = rows.copy(server, DATABASE);
        let setting = format!("-c default_toast_compression={method}");
        copy.env(
            "PGOPTIONS",
            format!("-c client_min_messages=warning {setting}"),
        );
        self.load.runs.push(timed(&mut copy)?);
        expect_rows(server, DATABASE, project)?;
        let found = server.ask(DATABASE, COMPRESSION);
        if found != method {
            bail!("transcripts are compressed with {found:?}, and not with {method}");
        }
        let size = server.ask(DATABASE, "SELECT pg_table_size('conversations')");
        let size = size
            .parse::<u64>()
            .with_context(|| format!("the size of the table: {size:?}"))?;
        self.bytes.push(size);
        // Read once before: what the first reader of a new table writes into it is not measured.
        let length = server.ask(DATABASE, READ);
        self.read
            .runs
            .push(timed(reading(server).stdout(Stdio::null()))?);
        Ok(length)
    }
}

/// psql that reads every transcript, whatever the table's size by one process of the server.
fn reading(server: &Server<'_>) -> Command {
    let mut psql = server.psql(DATABASE);
    for statement in [
        "SET max_parallel_workers_per_gather = 0",
        "SET jit = off",
        READ,
    ] {
        psql.args(["-c", statement]);
    }
    psql
}

/// Loading, size and reading, by turns.
pub fn measure(arguments: &RunArguments, sizes: &Sizes, report: &mut Report) -> Result<()> {
    let server = Server::new(arguments);
    if server.ask("postgres", OFFERED) == "0" {
        return report.skipped(
            "conversations stored with lz4 against pglz",
            "the server was built without lz4",
        );
    }
    let project = Project::of(arguments, sizes.compression_documents)?;
    server.make(DATABASE)?;
    timed(&mut server.migrate(DATABASE, &project.dir))?;
    expect_rows(&server, DATABASE, &project)?;
    let rows = Rows::of(&server, DATABASE, arguments, &[TABLE])?;
    let mut stored = METHODS.map(|_| Stored::default());
    for round in 1..=sizes.load_rounds {
        say(&format!(
            "compression, turn {round} of {}",
            sizes.load_rounds
        ));
        let mut lengths = Vec::new();
        for (method, stored) in METHODS.iter().zip(&mut stored) {
            lengths.push(stored.turn(&server, &rows, &project, method)?);
        }
        lengths.dedup();
        if lengths.len() != 1 || lengths.iter().any(String::is_empty) {
            bail!("the transcripts that were read back differ: {lengths:?}");
        }
    }
    server.drop(DATABASE)?;
    let count = rows.count.clone();
    rows.remove()?;
    let [pglz, lz4] = stored;
    report.figure(
        "conversations stored with lz4: time of `psql \\copy` against pglz",
        lz4.load.wall_ratio(&pglz.load),
        "×",
        &format!(
            "{:.2} s and {:.2} s for {count} rows",
            lz4.load.wall(),
            pglz.load.wall()
        ),
        Goal::AtMost(1.0),
    )?;
    report.figure(
        "the same: size of the table without its indexes",
        lz4.mebibytes() / pglz.mebibytes(),
        "×",
        &format!("{:.1} MiB and {:.1} MiB", lz4.mebibytes(), pglz.mebibytes()),
        Goal::None,
    )?;
    report.figure(
        "the same: time of reading every transcript",
        lz4.read.wall_ratio(&pglz.read),
        "×",
        &format!("{:.2} s and {:.2} s", lz4.read.wall(), pglz.read.wall()),
        Goal::None,
    )
}
