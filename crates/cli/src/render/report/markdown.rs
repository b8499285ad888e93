//! The report as Markdown.

use std::collections::BTreeMap;

use sunset_core::check::{CheckReport, Finding};
use sunset_core::report::Examples;

use super::went::{latency_of, percentiles, phases, seconds};
use super::{GROUPS, Report};
use crate::colour::spelled;
use crate::numbers::{bytes, duration, thousands};

/// Names of one group that Markdown lists.
const LISTED: usize = 20;

/// Text that stays what it is within a cell or a line.
fn cell(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    // Lines of ours go on in the same line.
    let text = text.replace(['\n', '\r'], " ");
    for character in spelled(&text).chars() {
        match character {
            '\\' | '|' | '<' | '`' | '*' | '_' | '[' => {
                plain.push('\\');
                plain.push(character);
            }
            other => plain.push(other),
        }
    }
    plain
}

struct Lines(String);

impl Lines {
    fn add(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn row(&mut self, cells: &[String]) {
        let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
        self.add(&format!("| {} |", cells.join(" | ")));
    }

    fn heads(&mut self, names: &[String]) {
        self.row(names);
        self.add(&format!("|{}", "---|".repeat(names.len())));
    }

    fn names(&mut self, items: &[String], count: u64, indent: &str) {
        for item in items.iter().take(LISTED) {
            self.add(&format!("{indent}- {}", cell(&spelled(item))));
        }
        let more = count.saturating_sub(items.len().min(LISTED) as u64);
        if more > 0 && !items.is_empty() {
            self.add(&format!("{indent}- … +{}", thousands(more)));
        }
    }
}

impl Report {
    /// As Markdown.
    pub fn to_markdown(&self) -> String {
        let mut out = Lines(format!("# {}\n\n{}\n\n", self.title(), self.headline()));
        let took = duration(std::time::Duration::from_millis(self.milliseconds));
        let mut facts = vec![("Made", self.made_at.clone()), ("Plan", self.plan.clone())];
        if let Some(source) = &self.source {
            let time = self.read_time.as_ref();
            let time = time.map_or_else(String::new, |time| format!(" ({time})"));
            facts.push(("V2", format!("{source}{time}")));
        }
        facts.push(("V3", self.target.clone()));
        if let Some(bucket) = &self.bucket {
            facts.push(("Recordings", bucket.clone()));
        }
        facts.push(("Took", took));
        for (name, value) in facts {
            out.add(&format!("- {}: {}", self.w(name), cell(&value)));
        }
        if let Some(failure) = &self.failure {
            out.add(&format!("\n## {}\n", self.w("What broke it off")));
            for line in &failure.lines {
                out.add(&format!("- {}", cell(&self.w(line))));
            }
        }
        self.moved_lines(&mut out);
        out.add(&format!("\n## {}\n", self.w("What did not move, and why")));
        if self.quarantine().is_empty()
            && self.warnings().is_empty()
            && self.history.conflicts.is_empty()
        {
            out.add(&self.w("Nothing is in quarantine, and there are no warnings."));
        }
        let quarantine = "In quarantine: kept whole in the ledger, not in V3";
        let conflicts = "Left alone: somebody else wrote or changed the row";
        self.group_lines(&mut out, quarantine, self.quarantine());
        self.group_lines(&mut out, conflicts, &self.history.conflicts);
        self.group_lines(&mut out, "Migrated with a warning", self.warnings());
        let departed = "Was in quarantine, and V2 has it no longer: kept whole in the ledger";
        self.group_lines(&mut out, departed, &self.history.departed);
        if let Some(checks) = &self.checks {
            self.check_lines(&mut out, checks);
        }
        self.went_lines(&mut out);
        out.add(&format!("\n## {}\n", self.w("How to go on")));
        for step in self.next_steps() {
            out.add(&format!("- {}", cell(&step)));
        }
        out.0
    }

    fn heads(&self, names: &[&str]) -> Vec<String> {
        names.iter().map(|name| self.w(name)).collect()
    }

    fn moved_lines(&self, out: &mut Lines) {
        out.add(&format!("\n## {}\n", self.w("What moved")));
        if let Some(comparison) = &self.comparison {
            out.heads(&self.heads(&[
                "Collection",
                "Read",
                "In V3",
                "Repeated",
                "Quarantined",
                "Differing",
            ]));
            for (name, proof) in &comparison.collections {
                let counts = [
                    proof.read,
                    proof.in_place,
                    proof.repeated,
                    proof.quarantined,
                    proof.differing + proof.taken_back,
                ];
                let mut cells = vec![name.clone()];
                cells.extend(counts.map(thousands));
                out.row(&cells);
            }
            out.add("");
        }
        if self.history.flow.is_empty() {
            out.add(&self.w("Nothing that was migrated is in V3."));
            return;
        }
        out.heads(&self.heads(&["Of what", "Table", "Rows"]));
        for ((from, table), rows) in &self.history.flow {
            out.row(&[from.clone(), table.clone(), thousands(*rows)]);
        }
        if !self.history.documents.is_empty() {
            out.add("");
            out.heads(&self.heads(&["Collection", "State", "Documents"]));
            for ((collection, state), count) in &self.history.documents {
                out.row(&[collection.clone(), self.w(state), thousands(*count)]);
            }
        }
    }

    fn group_lines(&self, out: &mut Lines, title: &str, found: &BTreeMap<String, Examples>) {
        if found.is_empty() {
            return;
        }
        out.add(&format!("\n### {}\n", self.w(title)));
        for (reason, found) in found.iter().take(GROUPS) {
            out.add(&format!("- {}: {}", cell(reason), thousands(found.count)));
            out.names(&found.items, found.count, "  ");
        }
        if found.len() > GROUPS {
            out.add(&format!("- … +{}", found.len() - GROUPS));
        }
    }

    fn check_lines(&self, out: &mut Lines, checks: &CheckReport) {
        out.add(&format!("\n## {}", self.w("What was checked")));
        for section in &checks.sections {
            let (title, summary) = (self.w(&section.title), self.w(&section.summary));
            out.add(&format!("\n### {title}\n\n{}\n", cell(&summary)));
            if let Some(why) = &section.skipped {
                out.add(&format!(
                    "{}\n",
                    cell(&self.w(&format!("not compared: {why}")))
                ));
            }
            for check in &section.checks {
                let mark = if check.passed() {
                    self.w("passed")
                } else {
                    format!("**{}**", self.w("failed"))
                };
                let (name, compared) = (self.w(&check.name), self.w(&check.compared));
                out.add(&format!("- {mark}: {} ({})", cell(&name), cell(&compared)));
                for finding in &check.findings {
                    self.finding_lines(out, finding);
                }
            }
        }
    }

    fn finding_lines(&self, out: &mut Lines, finding: &Finding) {
        let message = cell(&self.w(&finding.message));
        out.add(&format!("  - {message} ({})", thousands(finding.count)));
        let items = finding.items.iter().take(LISTED);
        let items: Vec<String> = items.map(|item| self.item(item)).collect();
        out.names(&items, finding.count, "    ");
        if let Some(remedy) = &finding.remedy {
            out.add(&format!(
                "    - {}",
                cell(&self.w(&format!("next: {remedy}")))
            ));
        }
    }

    fn went_lines(&self, out: &mut Lines) {
        if self.history.is_empty() {
            return;
        }
        out.add(&format!("\n## {}\n", self.w("How it went")));
        out.heads(&self.heads(&["Run", "Program", "Began", "Ended", "State", "Times"]));
        for run in &self.history.runs {
            let times: Vec<String> = phases(run)
                .into_iter()
                .map(|(name, time)| format!("{} {time}", self.w(&name)))
                .collect();
            let mut program = format!("{}, {}", run.start.program, run.start.plan);
            if run.origin != run.id {
                program.push_str(&format!(
                    ", {}",
                    self.w(&format!("goes on with run {}", run.origin))
                ));
            }
            out.row(&[
                run.id.to_string(),
                program,
                run.started_at.clone(),
                run.finished_at.clone().unwrap_or_else(|| "-".into()),
                self.w(run.state.name()),
                times.join(", "),
            ]);
        }
        for pace in &self.history.paces {
            let sum = self.sum(pace);
            out.add(&format!("\n- {} {}: {sum}", self.w("Run"), pace.run));
            if let Some(latency) = &pace.latency {
                let words = latency_of(pace);
                let parts = percentiles(latency).map(|(name, time)| format!("{name} {time}"));
                out.add(&format!("  - {}: {}", self.w(&words), parts.join(", ")));
            }
            for step in &pace.steps {
                out.add(&format!(
                    "  - {}: {} in {}",
                    cell(&step.name),
                    thousands(step.items),
                    seconds(step.seconds)
                ));
            }
        }
        if !self.history.recordings.is_empty() {
            out.add("");
            out.heads(&self.heads(&["Format", "What it is", "State", "Objects", "Bytes"]));
            for of in &self.history.recordings {
                out.row(&[
                    of.format.clone(),
                    self.w(&of.role),
                    self.w(&of.state),
                    thousands(of.objects),
                    bytes(of.bytes),
                ]);
            }
        }
    }
}
