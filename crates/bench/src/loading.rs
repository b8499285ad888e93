//! The whole of data-migrate, against `psql \copy` of the very rows it makes.

pub mod compression;
pub mod latency;
pub mod verify;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::RunArguments;
use crate::measure::{Measured, Series, run};
use crate::project::Project;
use crate::report::{Goal, Report, mebibytes, say};
use crate::server::Server;
use crate::size::Sizes;

/// In the order of their foreign keys.
const TABLES: [&str; 4] = ["user", "opportunities", "conversations", "meddic_analyses"];
/// Mebibytes.
const MEMORY: f64 = 256.0;

/// Rows of a migrated database, as files that `\copy` reads.
struct Rows {
    files: Vec<(&'static str, PathBuf)>,
    count: String,
}

impl Rows {
    fn of(
        server: &Server<'_>,
        database: &str,
        arguments: &RunArguments,
        tables: &[&'static str],
    ) -> Result<Self> {
        let mut files = Vec::new();
        let mut counts = Vec::new();
        for &table in tables {
            let file = arguments.work_dir.join(format!("{table}.rows"));
            let copy = format!(r#"\copy "{table}" TO '{}'"#, file.display());
            server.execute(database, &[&copy])?;
            counts.push(server.ask(database, &format!(r#"SELECT count(*) FROM "{table}""#)));
            files.push((table, file));
        }
        Ok(Self {
            files,
            count: counts.join(" + "),
        })
    }

    /// One psql, one `\copy` a table.
    fn copy(&self, server: &Server<'_>, database: &str) -> Command {
        let mut command = server.psql(database);
        for (table, file) in &self.files {
            command.arg("-c");
            command.arg(format!(r#"\copy "{table}" FROM '{}'"#, file.display()));
        }
        command
    }

    fn remove(&self) -> Result<()> {
        for (_, file) in &self.files {
            std::fs::remove_file(file).with_context(|| file.display().to_string())?;
        }
        Ok(())
    }
}

/// First run, second run and `\copy`, by turns.
pub fn measure(arguments: &RunArguments, sizes: &Sizes, report: &mut Report) -> Result<()> {
    let server = Server::new(arguments);
    let project = Project::of(arguments, sizes.load_documents)?;
    let (migrated, copied) = ("sunset_bench_migrated", "sunset_bench_copied");
    let [mut first, mut second, mut copy] = [(); 3].map(|()| Series::default());
    let mut rows: Option<Rows> = None;
    for round in 1..=sizes.load_rounds {
        say(&format!("loading, turn {round} of {}", sizes.load_rounds));
        server.make(migrated)?;
        first
            .runs
            .push(timed(&mut server.migrate(migrated, &project.dir))?);
        let written = expect_rows(&server, migrated, &project)?;
        second
            .runs
            .push(timed(&mut server.migrate(migrated, &project.dir))?);
        if expect_rows(&server, migrated, &project)? != written {
            bail!("the second run changed the number of rows");
        }
        if rows.is_none() {
            rows = Some(Rows::of(&server, migrated, arguments, &TABLES)?);
        }
        server.drop(migrated)?;
        server.make(copied)?;
        if let Some(rows) = &rows {
            copy.runs.push(timed(&mut rows.copy(&server, copied))?);
        }
        expect_rows(&server, copied, &project)?;
        server.drop(copied)?;
    }
    let count = rows
        .as_ref()
        .map(|rows| rows.count.clone())
        .unwrap_or_default();
    if let Some(rows) = rows {
        rows.remove()?;
    }
    let documents = project.documents;
    report.figure(
        &format!("data-migrate of {documents} documents: time against `psql \\copy` of its rows"),
        first.wall_ratio(&copy),
        "×",
        &format!(
            "{:.1} s and {:.1} s for {count} rows; {:.1} s of processor in data-migrate",
            first.wall(),
            copy.wall(),
            first.cpu(),
        ),
        Goal::AtMost(1.0),
    )?;
    report.figure(
        "second run over unchanged data: time against the first",
        second.wall_ratio(&first),
        "×",
        &format!("{:.1} s; {:.1} s of processor", second.wall(), second.cpu()),
        Goal::AtMost(0.25),
    )?;
    memory(
        report,
        &format!("data-migrate of {documents} documents"),
        first.peak(),
    )
}

/// data-migrate once, for its memory.
pub fn measure_memory(arguments: &RunArguments, sizes: &Sizes, report: &mut Report) -> Result<()> {
    let server = Server::new(arguments);
    let project = Project::of(arguments, sizes.load_memory_documents)?;
    let database = "sunset_bench_migrated";
    say(&format!(
        "memory of loading {} documents",
        project.documents
    ));
    server.make(database)?;
    let measured = timed(&mut server.migrate(database, &project.dir))?;
    expect_rows(&server, database, &project)?;
    server.drop(database)?;
    let what = format!("data-migrate of {} documents", project.documents);
    memory(report, &what, measured.peak)
}

fn memory(report: &mut Report, what: &str, peak: Option<u64>) -> Result<()> {
    let what = format!("{what}: peak memory");
    match peak {
        Some(peak) => report.figure(&what, mebibytes(peak), "MiB", "", Goal::AtMost(MEMORY)),
        None => report.skipped(&what, "this system does not tell"),
    }
}

fn timed(command: &mut Command) -> Result<Measured> {
    run(command, &[0])
}

/// That every document has its conversation: what is fast and loses rows is not measured.
fn expect_rows(server: &Server<'_>, database: &str, project: &Project) -> Result<String> {
    let found = server.ask(database, "SELECT count(*) FROM conversations");
    if found != project.documents.to_string() {
        bail!(
            "{} documents gave {found:?} conversations",
            project.documents
        );
    }
    Ok(server.ask(
        database,
        "SELECT (SELECT count(*) FROM opportunities), (SELECT count(*) FROM meddic_analyses)",
    ))
}
