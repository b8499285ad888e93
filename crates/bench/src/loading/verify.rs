//! final-check of what data-migrate wrote, against the writing.

use anyhow::{Result, bail};

use crate::RunArguments;
use crate::measure::{Series, run};
use crate::project::Project;
use crate::report::{Goal, Report, mebibytes, say};
use crate::server::Server;
use crate::size::Sizes;

/// Mebibytes.
const MEMORY: f64 = 256.0;

/// Writes and compares, by turns.
pub fn measure(arguments: &RunArguments, sizes: &Sizes, report: &mut Report) -> Result<()> {
    let server = Server::new(arguments);
    let project = Project::of(arguments, sizes.verify_documents)?;
    let database = "sunset_bench_verified";
    let [mut load, mut check] = [(); 2].map(|()| Series::default());
    let mut rows = String::new();
    for round in 1..=sizes.load_rounds {
        say(&format!("verifying, turn {round} of {}", sizes.load_rounds));
        server.make(database)?;
        load.runs
            .push(run(&mut server.migrate(database, &project.dir), &[0, 3])?);
        rows = server.ask(
            database,
            "SELECT (SELECT count(*) FROM opportunities) + (SELECT count(*) FROM conversations)
                  + (SELECT count(*) FROM meddic_analyses)",
        );
        if rows.is_empty() || rows == "0" {
            bail!("nothing was written");
        }
        check
            .runs
            .push(run(&mut server.check(database, &project.dir), &[0])?);
        server.drop(database)?;
    }
    report.figure(
        &format!(
            "final-check of {rows} rows of {} documents: time against the loading of them",
            project.documents
        ),
        check.wall_ratio(&load),
        "×",
        &format!(
            "{:.1} s and {:.1} s; {:.1} s of processor in final-check",
            check.wall(),
            load.wall(),
            check.cpu()
        ),
        Goal::AtMost(2.0),
    )?;
    let what = format!("final-check of {rows} rows: peak memory");
    match check.peak() {
        Some(peak) => report.figure(&what, mebibytes(peak), "MiB", "", Goal::AtMost(MEMORY)),
        None => report.skipped(&what, "this system does not tell"),
    }
}
