//! Plans that change a database in place: against what a person would write by hand, what others
//! wait meanwhile, and what memory many calls take.

mod others;

use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::RunArguments;
use crate::measure::{Measured, Series, run};
use crate::report::{Goal, Report, mebibytes, say};
use crate::server::Server;
use crate::size::Sizes;

use others::{BYSTANDER, Client, PROBE, WATCHER, beside};

/// The day that decides.
const AS_OF: &str = "2026-03-01";

/// The same rows, the copies of which are changed by turns.
const BASE: &str = "sunset_bench_customers";
const BY_HAND: &str = "sunset_bench_by_hand";
const BY_PLAN: &str = "sunset_bench_by_plan";
const CALLS: &str = "sunset_bench_calls";

/// A step of the plan, and the same as one statement without a ledger.
struct Step {
    name: &'static str,
    by_hand: &'static str,
    /// What must be the same in both copies.
    outcome: &'static str,
}

const STEPS: [Step; 2] = [
    Step {
        name: "classification",
        by_hand: r#"UPDATE "Customer" AS t SET "accountType" = (CASE
            WHEN t."lastOrderDate" >= date '2026-03-01' - 180 THEN 'ACTIVE'
            WHEN t."lastOrderDate" >= date '2026-03-01' - 365 THEN 'TARGET'
            ELSE 'PROSPECT' END)::"AccountType""#,
        outcome: r#"SELECT string_agg(concat(value, ' ', rows), ', ' ORDER BY value)
            FROM (SELECT "accountType"::text AS value, count(*) AS rows FROM "Customer" GROUP BY 1) AS shares"#,
    },
    Step {
        name: "priorities",
        by_hand: r#"UPDATE "Customer" AS t SET "accountPriority" = (CASE t."accountType"
            WHEN 'ACTIVE' THEN 'HIGH' WHEN 'TARGET' THEN 'MEDIUM' ELSE 'LOW' END)::"AccountPriority""#,
        outcome: r#"SELECT string_agg(concat(value, ' ', rows), ', ' ORDER BY value)
            FROM (SELECT "accountPriority"::text AS value, count(*) AS rows FROM "Customer" GROUP BY 1) AS shares"#,
    },
];

/// Both steps against one UPDATE each, by turns, while another client writes single rows.
pub fn measure(arguments: &RunArguments, sizes: &Sizes, report: &mut Report) -> Result<()> {
    let server = Server::new(arguments);
    let customers = sizes.customers;
    say(&format!("making {customers} customers"));
    server.make_empty(BASE)?;
    server.run_file(BASE, include_str!("in_place/customers.sql"), customers)?;
    let mut series = STEPS.map(|_| (Series::default(), Series::default()));
    let (mut wait, mut lock_wait, mut batch) = (0.0_f64, 0.0_f64, 0.0_f64);
    let (mut disk, mut disk_by_hand) = (0.0_f64, 0.0_f64);
    for round in 1..=sizes.in_place_rounds {
        say(&format!(
            "in place, turn {round} of {}",
            sizes.in_place_rounds
        ));
        for name in [BY_HAND, BY_PLAN] {
            server.copy(BASE, name)?;
        }
        for (step, (hand, plan)) in STEPS.iter().zip(&mut series) {
            let by_hand = || run(server.psql(BY_HAND).args(["-c", step.by_hand]), &[0]);
            let by_plan = || run_step(&server, step);
            let all = [PROBE, WATCHER, BYSTANDER];
            hand.runs
                .push(beside(&server, BY_HAND, customers, &[BYSTANDER], by_hand)?);
            plan.runs
                .push(beside(&server, BY_PLAN, customers, &all, by_plan)?);
            let found = [BY_HAND, BY_PLAN].map(|name| server.ask(name, step.outcome));
            if found[0] != found[1] || found[0].is_empty() {
                bail!("{}: {found:?}", step.name);
            }
            if step.name == STEPS[0].name {
                bring_schema(&server)?;
            }
        }
        check_ledger(&server, customers)?;
        let longest = |client: Client, database| number(&server, database, client.longest);
        wait = wait.max(longest(PROBE, BY_PLAN)?);
        lock_wait = lock_wait.max(longest(WATCHER, BY_PLAN)?);
        disk = disk.max(longest(BYSTANDER, BY_PLAN)?);
        disk_by_hand = disk_by_hand.max(longest(BYSTANDER, BY_HAND)?);
        batch = batch.max(number(
            &server,
            BY_PLAN,
            "SELECT extract(epoch FROM max(booked_at - began_at)) * 1000 FROM sunset.batches",
        )?);
    }
    for name in [BASE, BY_HAND, BY_PLAN] {
        server.drop(name)?;
    }
    for (step, (hand, plan)) in STEPS.iter().zip(&series) {
        report.figure(
            &format!(
                "in place: {} of {customers} customers, speed against one UPDATE without a ledger",
                step.name
            ),
            hand.wall_ratio(plan),
            "×",
            &format!("{:.1} s and {:.1} s", plan.wall(), hand.wall()),
            Goal::AtLeast(0.7),
        )?;
    }
    report.figure(
        "in place: longest transaction of the plan",
        batch,
        "ms",
        "",
        Goal::AtMost(1000.0),
    )?;
    report.figure(
        "in place: longest wait for a lock of another client that writes single rows",
        lock_wait,
        "ms",
        "",
        Goal::AtMost(1000.0),
    )?;
    report.figure(
        "in place: longest wait of that client for whatever it was",
        wait,
        "ms",
        &format!(
            "a client that writes a table of its own: {disk:.0} ms, and beside the UPDATE {disk_by_hand:.0} ms"
        ),
        Goal::AtMost(1000.0),
    )
}

/// The columns and indexes of the second step, in both copies.
fn bring_schema(server: &Server<'_>) -> Result<()> {
    for name in [BY_HAND, BY_PLAN] {
        let mut push = server.program("schema-push", name);
        let pushed = push.args(["--plan", "leora-phase2"]).output();
        let pushed = pushed.context("cannot start schema-push: build it first")?;
        if !pushed.status.success() {
            bail!("schema-push: {}", String::from_utf8_lossy(&pushed.stderr));
        }
        server.execute(name, &[r#"VACUUM ANALYZE "Customer""#, "CHECKPOINT"])?;
    }
    Ok(())
}

/// A step of the plan.
fn run_step(server: &Server<'_>, step: &Step) -> Result<Measured> {
    run(
        server
            .program("data-migrate", BY_PLAN)
            .args([
                "--plan",
                "leora-phase2",
                "--as-of",
                AS_OF,
                "--step",
                step.name,
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
        &[0],
    )
}

fn number(server: &Server<'_>, database: &str, query: &str) -> Result<f64> {
    let text = server.ask(database, query);
    text.parse().with_context(|| format!("{query}: {text:?}"))
}

/// Every row must be in the ledger once a step.
fn check_ledger(server: &Server<'_>, customers: u64) -> Result<()> {
    let booked = server.ask(
        BY_PLAN,
        "SELECT string_agg(concat(step, ' ', rows), ', ' ORDER BY step)
           FROM (SELECT step, sum(cardinality(keys)) AS rows FROM sunset.changes GROUP BY 1) AS booked",
    );
    let wanted = format!("classification {customers}, priorities {customers}");
    if booked != wanted {
        bail!("the ledger has {booked:?}, and not {wanted:?}");
    }
    Ok(())
}

/// The memory of outcomes and metrics over many calls.
pub fn measure_memory(arguments: &RunArguments, sizes: &Sizes, report: &mut Report) -> Result<()> {
    let server = Server::new(arguments);
    let calls = sizes.calls;
    say(&format!("making {calls} calls"));
    server.make_empty(CALLS)?;
    server.run_file(CALLS, include_str!("in_place/calls.sql"), calls)?;
    let migrated = run(
        server
            .program("data-migrate", CALLS)
            .args(["--plan", "voice-agent", "--skip-backup"])
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
        &[0],
    )?;
    let found = server.ask(
        CALLS,
        "SELECT concat((SELECT count(*) FROM voice_agent_calls WHERE outcome IS NOT NULL), ' ',
                (SELECT sum(total_calls) FROM voice_agent_metrics))",
    );
    if found != format!("{calls} {calls}") {
        bail!("{calls} calls, of which these have outcomes and metrics: {found}");
    }
    server.drop(CALLS)?;
    let what = format!("in place: outcomes and metrics of {calls} calls, peak memory");
    let seconds = format!("{:.1} s", migrated.wall.as_secs_f64());
    match migrated.peak {
        Some(peak) => report.figure(&what, mebibytes(peak), "MiB", &seconds, Goal::AtMost(256.0)),
        None => report.skipped(&what, "this system does not tell"),
    }
}
