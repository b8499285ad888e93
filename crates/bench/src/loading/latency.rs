//! data-migrate over a slow line, against one INSERT a row over the same line.

use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::RunArguments;
use crate::measure::{median, run};
use crate::project::Project;
use crate::report::{Goal, Report, say};
use crate::server::Server;
use crate::size::Sizes;
use sunset_testkit::proxy::Proxy;

/// There and back.
const ROUND_TRIP: Duration = Duration::from_millis(10);

const ROWS_OF_A_CONVERSATION: &str = "\
    SELECT 'INSERT INTO conversations SELECT * FROM jsonb_populate_record(NULL::conversations, '
           || quote_literal(to_jsonb(c)::text) || '::jsonb);'
      FROM conversations AS c ORDER BY id LIMIT ";

/// Rows a second, by turns.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
pub fn measure(arguments: &RunArguments, sizes: &Sizes, report: &mut Report) -> Result<()> {
    let server = Server::new(arguments);
    let project = Project::of(arguments, sizes.latency_documents)?;
    let proxy = Proxy::to(&host_of(&arguments.server)?)?;
    proxy.delay(ROUND_TRIP / 2);
    let through = proxy.before(&arguments.server);
    let (migrated, inserted) = ("sunset_bench_migrated", "sunset_bench_inserted");
    let script = arguments.work_dir.join("inserts.sql");
    let (mut ratios, mut bulk_rates, mut single_rates) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=sizes.load_rounds {
        say(&format!("slow line, turn {round} of {}", sizes.load_rounds));
        server.make(migrated)?;
        let url = format!("{}/{migrated}", through.trim_end_matches('/'));
        let bulk = run(&mut server.migrate_at(&url, &project.dir), &[0])?;
        let rows: u64 = server
            .ask(
                migrated,
                "SELECT (SELECT count(*) FROM opportunities) + (SELECT count(*) FROM conversations)
                      + (SELECT count(*) FROM meddic_analyses)",
            )
            .parse()
            .context("the number of rows")?;
        if rows < project.documents {
            bail!("{} documents gave {rows} rows", project.documents);
        }
        let statement = format!("{ROWS_OF_A_CONVERSATION}{}", sizes.latency_rows);
        std::fs::write(&script, server.ask(migrated, &statement))?;

        // The same rows once more, into the same tables with what they refer to.
        server.execute(
            "postgres",
            &[
                &format!("DROP DATABASE IF EXISTS {inserted} WITH (FORCE)"),
                &format!("CREATE DATABASE {inserted} TEMPLATE {migrated}"),
            ],
        )?;
        server.execute(
            inserted,
            &["DELETE FROM meddic_analyses", "DELETE FROM conversations"],
        )?;
        let mut psql = server.psql(inserted);
        psql.args([
            "-d",
            &format!("{}/{inserted}", through.trim_end_matches('/')),
            "-f",
        ]);
        let single = run(psql.arg(&script), &[0])?;
        if server.ask(inserted, "SELECT count(*) FROM conversations")
            != sizes.latency_rows.to_string()
        {
            bail!("not every INSERT gave a row");
        }
        let bulk_rate = rows as f64 / bulk.wall.as_secs_f64();
        let single_rate = sizes.latency_rows as f64 / single.wall.as_secs_f64();
        ratios.push(bulk_rate / single_rate);
        bulk_rates.push(bulk_rate);
        single_rates.push(single_rate);
        server.drop(inserted)?;
        server.drop(migrated)?;
    }
    std::fs::remove_file(&script)?;
    report.figure(
        "rows a second over a line with 10 ms of round trip: data-migrate against one INSERT a row",
        median(ratios.into_iter()),
        "×",
        &format!(
            "{:.0} and {:.0} rows/s; {} documents",
            median(bulk_rates.into_iter()),
            median(single_rates.into_iter()),
            project.documents
        ),
        Goal::AtLeast(30.0),
    )
}

/// `host:port` of a URL.
fn host_of(url: &str) -> Result<String> {
    let rest = url
        .split_once("://")
        .context("the server's URL has no scheme")?
        .1;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    Ok(host.to_owned())
}
