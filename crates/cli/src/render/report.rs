//! The report: one HTML file that needs nothing else, the same as Markdown, and as JSON.
//!
//! What it tells of how the migration went is read of the ledger, so that it can be made again at
//! any time; what the final check compared stands in it where it was made by one.

mod markdown;
mod moved;
mod page;
mod picture;
mod went;

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::{Value, json};
use sunset_core::check::{CheckReport, Verdict};
use sunset_core::env_vars;
use sunset_core::error::Error;
use sunset_core::report::{Comparison, Examples, History};

use super::check::{check_json, verdict_line, verdict_name};
use super::rollback::run_json;
use crate::colour::spelled;
use crate::failure::{failure_json, failure_text};
use crate::language::Language;
use crate::report_files::now;
use crate::session::{Program, Session};

/// Names of one reason, code or finding that stand on the page; JSON has all that were kept.
const ON_PAGE: usize = 200;

/// Groups that stand on the page.
const GROUPS: usize = 50;

/// Everything that the report tells.
#[derive(Debug, Clone)]
pub struct Report {
    /// The program that made it.
    pub program: String,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// The tool's version.
    pub version: String,
    /// The plan.
    pub plan: String,
    /// Where the documents were read, without secrets.
    pub source: Option<String>,
    /// As of when, where the source has one point in time.
    pub read_time: Option<String>,
    /// The database, without its password.
    pub target: String,
    /// The bucket, where there is one.
    pub bucket: Option<String>,
    /// How long the program took, in milliseconds.
    pub milliseconds: u64,
    /// What the program ended with, where it did not come to its end.
    pub failure: Option<Failure>,
    /// The checks, where any were made.
    pub checks: Option<CheckReport>,
    /// What was compared, where documents were.
    pub comparison: Option<Comparison>,
    /// What the ledger tells.
    pub history: History,
    /// The language of the page and of Markdown.
    pub language: Language,
}

/// An error as the report tells it.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What happened, why, and what to do next.
    lines: Vec<String>,
    document: Value,
}

impl Failure {
    /// Of the error that a program ends with.
    pub fn of(error: &Error) -> Self {
        let text = failure_text(error);
        let lines = text.lines().map(|line| line.trim_start().to_owned());
        Self {
            lines: lines.collect(),
            document: failure_json(error)["error"].take(),
        }
    }
}

impl Report {
    /// The report of what the ledger holds, without a check; `target` is the database without its
    /// password.
    pub fn of_ledger<P: Program>(
        session: &Session,
        plan: &str,
        target: &str,
        begun: Instant,
        history: History,
    ) -> Self {
        Self {
            program: P::NAME.into(),
            made_at: now().to_string(),
            version: env!("CARGO_PKG_VERSION").into(),
            plan: plan.to_owned(),
            source: None,
            read_time: None,
            target: target.to_owned(),
            bucket: session.variable(env_vars::CLOUDFLARE_R2_BUCKET),
            milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            failure: None,
            checks: None,
            comparison: None,
            history,
            language: session.language(),
        }
    }

    /// Words in the report's language.
    fn w(&self, words: &str) -> String {
        self.language.words(words).into_owned()
    }

    /// One of a list, in the report's language; said as it is said on the terminal.
    fn item(&self, item: &str) -> String {
        let item = spelled(item);
        let said = self.w(&format!("- {item}"));
        said.strip_prefix("- ").unwrap_or(&item).to_owned()
    }

    fn verdict(&self) -> Option<Verdict> {
        self.checks.as_ref().map(CheckReport::verdict)
    }

    fn title(&self) -> String {
        match self.verdict() {
            _ if self.failure.is_some() => self.w(&format!("Broken off: {}", self.program)),
            Some(verdict) => self.w(&format!("Final check: {}", verdict_name(verdict))),
            None => self.w("Report of the migration"),
        }
    }

    /// The verdict, or how the ledger stands.
    fn headline(&self) -> String {
        if self.failure.is_some() {
            return self.w("It did not come to its end, so it proves nothing. What was done until then stands below.");
        }
        if let Some(checks) = &self.checks {
            return self.w(&verdict_line(checks));
        }
        self.w(if self.history.is_empty() {
            "Nothing was migrated into this database yet."
        } else {
            "This tells what the ledger holds. Whether V3 has everything is said by final-check."
        })
    }

    /// Documents in quarantine by reason: as the mapping says today, or as the ledger holds them.
    fn quarantine(&self) -> &BTreeMap<String, Examples> {
        let compared = self.comparison.as_ref();
        compared.map_or(&self.history.quarantine, |compared| &compared.quarantine)
    }

    fn warnings(&self) -> &BTreeMap<String, Examples> {
        let compared = self.comparison.as_ref();
        compared.map_or(&self.history.warnings, |compared| &compared.warnings)
    }

    /// What to do next, a line each.
    fn next_steps(&self) -> Vec<String> {
        let quarantined: u64 = self.quarantine().values().map(|found| found.count).sum();
        let mut steps: Vec<&str> = Vec::new();
        if self.failure.is_some() {
            steps.push("Do what stands behind the error, and start the same command again.");
        }
        let taken_back = self
            .history
            .runs
            .last()
            .is_some_and(|run| run.start.program == "rollback" && run.state.name() == "done");
        let last = self.history.runs.iter().rev();
        let mut last = last.filter(|run| run.start.program.ends_with("-migrate"));
        if last
            .next()
            .is_some_and(|run| matches!(run.state.name(), "failed" | "interrupted"))
        {
            steps.push("The last run did not come to its end: start the same command again, it goes on where it stopped.");
        }
        match self.verdict() {
            Some(Verdict::Failed) => steps.extend([
                "Each failure above says what to do next.",
                "make migrate can be run again at any time: what is there is not written twice.",
                "make rollback removes what the migration wrote.",
            ]),
            Some(Verdict::Incomplete) => {
                steps.push("Configure what was not compared, and run final-check again.");
            }
            Some(Verdict::Passed) | None => {}
        }
        if quarantined > 0 {
            steps.push("Look at the quarantine: each document is kept whole in the ledger (sunset.quarantine). Correct it in V2, and run data-migrate --retry-quarantined.");
        }
        if self.history.in_conflict() > 0 {
            steps.push("Look at the rows that were left alone: decide which side is right; data-migrate --on-conflict overwrite writes what V2 says.");
        }
        match self.verdict() {
            Some(Verdict::Passed) => steps.extend([
                "Freeze V2, run make migrate once more, and this check again.",
                "Keep this report, and V2's export, before V2 is shut down.",
            ]),
            None if taken_back => steps
                .push("The last run took back what was migrated: make migrate goes forward again."),
            None => {
                steps.push("Run final-check: it compares every row with V2 and gives a verdict.")
            }
            Some(_) => {}
        }
        steps.into_iter().map(|step| self.w(step)).collect()
    }

    /// As JSON, never translated.
    pub fn to_json(&self) -> Value {
        let mut document = match &self.checks {
            Some(checks) => check_json(checks),
            None => json!({ "verdict": Value::Null, "sections": [] }),
        };
        document["program"] = json!(self.program);
        document["made_at"] = json!(self.made_at);
        document["version"] = json!(self.version);
        document["plan"] = json!(self.plan);
        document["source"] = json!(self.source.as_deref().unwrap_or("not compared"));
        document["read_time"] = json!(self.read_time);
        document["target"] = json!(self.target);
        document["bucket"] = json!(self.bucket);
        if let Some(failure) = &self.failure {
            document["error"] = failure.document.clone();
        }
        document["milliseconds"] = json!(self.milliseconds);
        if let Some(comparison) = &self.comparison {
            let collections = comparison.collections.iter().map(|(name, proof)| {
                let value = json!({
                    "read": proof.read,
                    "in_place": proof.in_place,
                    "repeated": proof.repeated,
                    "quarantined": proof.quarantined,
                    "differing": proof.differing,
                    "rolled_back": proof.taken_back,
                    "not_compared": proof.not_compared,
                    "superseded": proof.superseded,
                });
                (name.clone(), value)
            });
            document["collections"] = Value::Object(collections.collect());
            document["rows"] = json!(comparison.rows);
            document["compared"] = json!(comparison.compared);
            document["differing"] = json!(comparison.differing);
            document["repaired"] = json!(comparison.repaired);
            document["ledger"] = json!({
                "documents": comparison.accounts,
                "faults": comparison.ledger,
                "booked": comparison.booked,
            });
            document["sample"] = json!(comparison.sample);
        }
        let counted = |found: &BTreeMap<String, Examples>| {
            let counts = found
                .iter()
                .map(|(name, found)| (name.clone(), json!(found.count)));
            Value::Object(counts.collect())
        };
        document["quarantine"] = counted(self.quarantine());
        document["warnings"] = counted(self.warnings());
        document["history"] = self.history_json();
        document
    }

    /// What the ledger tells, and the names of what is in quarantine.
    fn history_json(&self) -> Value {
        let history = &self.history;
        let named = |found: &BTreeMap<String, Examples>| {
            let groups = found.iter().map(|(name, found)| {
                let group = json!({ "count": found.count, "items": found.items });
                (name.clone(), group)
            });
            Value::Object(groups.collect())
        };
        let pairs = |found: &BTreeMap<(String, String), u64>, names: [&str; 3]| -> Vec<Value> {
            let entries = found.iter();
            entries
                .map(|((first, second), count)| {
                    json!({ names[0]: first, names[1]: second, names[2]: count })
                })
                .collect()
        };
        json!({
            "runs_total": history.runs_total,
            "runs": history.runs.iter().map(run_json).collect::<Vec<_>>(),
            "documents": pairs(&history.documents, ["collection", "state", "documents"]),
            "flow": pairs(&history.flow, ["from", "table", "rows"]),
            "quarantine": named(self.quarantine()),
            "warnings": named(self.warnings()),
            "departed": named(&history.departed),
            "conflicts": named(&history.conflicts),
            "paces": history.paces.iter().map(|pace| json!({
                "run": pace.run,
                "of": if pace.recordings { "recordings" } else { "rows" },
                "began_at": pace.began_at,
                "seconds": pace.seconds,
                "items": pace.items,
                if pace.recordings { "bytes" } else { "rows_written" }: pace.written,
                "batches": pace.batches,
                "items_a_second": pace.rate(),
                "slot_seconds": pace.slot_seconds,
                "slots": pace.slots,
                "latency_ms": pace.latency.map(|latency| json!({
                    "p50": latency.p50, "p90": latency.p90, "p95": latency.p95,
                    "p99": latency.p99, "max": latency.max,
                })),
                "steps": pace.steps.iter().map(|step| json!({
                    "name": step.name, "items": step.items, "rows_written": step.written,
                    "batches": step.batches, "seconds": step.seconds,
                })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "recordings": history.recordings.iter().map(|of| json!({
                "format": of.format, "role": of.role, "state": of.state,
                "objects": of.objects, "bytes": of.bytes,
            })).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests;
