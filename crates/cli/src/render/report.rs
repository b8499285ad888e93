//! The final report: one HTML file that needs nothing else, the same as Markdown, and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Value, json};
use sunset_core::check::{CheckReport, Severity, Verdict};
use sunset_core::report::{Comparison, Examples};

use super::check::{check_json, verdict_line, verdict_name};
use crate::numbers::thousands;

/// Everything that the report tells.
#[derive(Debug, Clone)]
pub struct FinalReport {
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// The tool's version.
    pub version: String,
    /// Where the documents were read, without secrets.
    pub source: String,
    /// As of when, where the source has one point in time.
    pub read_time: Option<String>,
    /// The database, without its password.
    pub target: String,
    /// The bucket, where recordings were checked.
    pub bucket: Option<String>,
    /// How long the check took, in milliseconds.
    pub milliseconds: u64,
    /// The checks.
    pub checks: CheckReport,
    /// What was compared, where documents were.
    pub comparison: Option<Comparison>,
}

impl FinalReport {
    /// As JSON.
    pub fn to_json(&self) -> Value {
        let mut document = check_json(&self.checks);
        document["made_at"] = json!(self.made_at);
        document["version"] = json!(self.version);
        document["source"] = json!(self.source);
        document["read_time"] = json!(self.read_time);
        document["target"] = json!(self.target);
        document["bucket"] = json!(self.bucket);
        document["milliseconds"] = json!(self.milliseconds);
        if let Some(comparison) = &self.comparison {
            let collections = comparison.collections.iter().map(|(name, proof)| {
                let value = json!({
                    "read": proof.read,
                    "in_place": proof.in_place,
                    "repeated": proof.repeated,
                    "quarantined": proof.quarantined,
                    "differing": proof.differing,
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
            document["sample"] = json!(comparison.sample);
            let counted = |found: &BTreeMap<String, Examples>| {
                let counts = found
                    .iter()
                    .map(|(name, found)| (name.clone(), json!(found.count)));
                Value::Object(counts.collect())
            };
            document["quarantine"] = counted(&comparison.quarantine);
            document["warnings"] = counted(&comparison.warnings);
        }
        document
    }

    /// As Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text = format!(
            "# Final check: {}\n\n{}\n\n| | |\n|---|---|\n| made | {} |\n| source | {} |\n| target | {} |\n",
            verdict_name(self.checks.verdict()),
            verdict_line(&self.checks),
            self.made_at,
            self.source,
            self.target
        );
        let mut add = |words: String| {
            let written = writeln!(text, "{words}");
            debug_assert!(written.is_ok(), "writing to a String does not fail");
        };
        if let Some(comparison) = &self.comparison {
            add("\n## What moved\n\n| collection | read | in V3 | repeated | quarantined | differing |\n|---|---|---|---|---|---|".into());
            for (name, proof) in &comparison.collections {
                add(format!(
                    "| {name} | {} | {} | {} | {} | {} |",
                    proof.read, proof.in_place, proof.repeated, proof.quarantined, proof.differing
                ));
            }
        }
        for section in &self.checks.sections {
            add(format!("\n## {}\n\n{}\n", section.title, section.summary));
            for check in &section.checks {
                let mark = if check.passed() { "ok" } else { "**FAIL**" };
                add(format!("- {mark}: {} ({})", check.name, check.compared));
                for finding in &check.findings {
                    add(format!("  - {} ({})", finding.message, finding.count));
                    for item in &finding.items {
                        add(format!("    - {}", item.replace('|', "\\|")));
                    }
                }
            }
        }
        text
    }

    /// As one HTML file.
    pub fn to_html(&self) -> String {
        let verdict = self.checks.verdict();
        let title = format!("Final check: {}", verdict_name(verdict));
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) }
                    style { (PreEscaped(include_str!("report.css"))) }
                }
                body {
                    header {
                        p.verdict.(verdict_name(verdict)) { (verdict_line(&self.checks)) }
                        h1 { "V2 to V3: the final check" }
                        (self.facts())
                    }
                    main {
                        (self.flow())
                        (self.moved())
                        (self.not_moved())
                        (self.sections())
                        (self.next(verdict))
                    }
                    footer { p { "sunset " (self.version) ", " (self.made_at) } }
                }
            }
        };
        page.into_string()
    }

    fn facts(&self) -> Markup {
        html! {
            dl {
                dt { "Made" } dd { (self.made_at) }
                dt { "V2" } dd { (self.source) @if let Some(time) = &self.read_time { " as of " (time) } }
                dt { "V3" } dd { (self.target) }
                @if let Some(bucket) = &self.bucket { dt { "Recordings" } dd { (bucket) } }
                dt { "Took" } dd { (self.milliseconds) " ms" }
            }
            ul.summary {
                @for section in &self.checks.sections {
                    li { (section.summary) }
                }
            }
        }
    }

    /// From collections to tables, as a picture.
    fn flow(&self) -> Markup {
        let Some(comparison) = &self.comparison else {
            return html! {};
        };
        let left: Vec<(String, u64)> = comparison
            .collections
            .iter()
            .filter(|(name, proof)| !name.contains('#') && proof.read > 0)
            .map(|(name, proof)| (name.clone(), proof.read))
            .collect();
        let mut right: Vec<(String, u64)> = comparison
            .rows
            .iter()
            .map(|(table, rows)| (table.clone(), *rows))
            .collect();
        right.push(("quarantine".into(), comparison.quarantined()));
        let height = 34 * left.len().max(right.len()) + 20;
        let row = |index: usize, count: usize| {
            let gap = (height - 20) / count.max(1);
            20 + gap * index + gap / 2
        };
        let middle = height / 2;
        html! {
            section {
                h2 { "The flow" }
                svg role="img" aria-label="Documents of V2 on the left, rows of V3 on the right"
                    viewBox=(format!("0 0 640 {height}")) xmlns="http://www.w3.org/2000/svg" {
                    @for (index, (name, count)) in left.iter().enumerate() {
                        @let y = row(index, left.len());
                        text x="200" y=(y) text-anchor="end" { (name) " " (thousands(*count)) }
                        path d=(format!("M206 {} C 260 {}, 260 {middle}, 300 {middle}", y - 4, y - 4)) {}
                    }
                    circle cx="320" cy=(middle) r="20" {}
                    text x="320" y=(middle + 36) text-anchor="middle" { "mapping" }
                    @for (index, (name, count)) in right.iter().enumerate() {
                        @let y = row(index, right.len());
                        path d=(format!("M340 {middle} C 380 {middle}, 380 {}, 434 {}", y - 4, y - 4)) {}
                        text x="440" y=(y) { (name) " " (thousands(*count)) }
                    }
                }
            }
        }
    }

    fn moved(&self) -> Markup {
        let Some(comparison) = &self.comparison else {
            return html! {};
        };
        html! {
            section {
                h2 { "What moved" }
                table {
                    caption { "Every document that was read has one place" }
                    thead { tr {
                        th scope="col" { "Collection" } th scope="col" { "Read" } th scope="col" { "In V3" }
                        th scope="col" { "Repeated" } th scope="col" { "Quarantined" } th scope="col" { "Differing" }
                    } }
                    tbody {
                        @for (name, proof) in &comparison.collections {
                            tr {
                                th scope="row" { (name) }
                                td { (thousands(proof.read)) } td { (thousands(proof.in_place)) }
                                td { (thousands(proof.repeated)) } td { (thousands(proof.quarantined)) }
                                td { (thousands(proof.differing)) }
                            }
                        }
                    }
                }
                table {
                    caption { "Rows that the mapping makes of them" }
                    thead { tr { th scope="col" { "Table" } th scope="col" { "Rows" } th scope="col" { "Missing or differing" } } }
                    tbody {
                        @for (table, rows) in &comparison.rows {
                            tr {
                                th scope="row" { (table) } td { (thousands(*rows)) }
                                td { (thousands(comparison.differing.get(table).copied().unwrap_or(0))) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn not_moved(&self) -> Markup {
        let Some(comparison) = &self.comparison else {
            return html! {};
        };
        html! {
            section {
                h2 { "What did not move, and why" }
                @if comparison.quarantine.is_empty() && comparison.warnings.is_empty() {
                    p { "Nothing is in quarantine and there are no warnings." }
                } @else {
                    table {
                        caption { "Documents in quarantine and warnings; the ledger holds each with its id" }
                        thead { tr { th scope="col" { "What" } th scope="col" { "Reason" } th scope="col" { "Count" } } }
                        tbody {
                            @for (reason, found) in &comparison.quarantine {
                                tr { td { "quarantined" } th scope="row" { (reason) } td { (thousands(found.count)) } }
                            }
                            @for (code, found) in &comparison.warnings {
                                tr { td { "warning" } th scope="row" { (code) } td { (thousands(found.count)) } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn sections(&self) -> Markup {
        html! {
            @for section in &self.checks.sections {
                section {
                    h2 { (section.title) }
                    @if let Some(why) = &section.skipped { p { "Not compared: " (why) } }
                    @if !section.checks.is_empty() {
                        table {
                            caption { (section.summary) }
                            thead { tr { th scope="col" { "Check" } th scope="col" { "Compared" } th scope="col" { "Result" } } }
                            tbody {
                                @for check in &section.checks {
                                    tr {
                                        th scope="row" { (check.name) }
                                        td { (check.compared) }
                                        td {
                                            @if check.passed() { span.ok { "passed" } } @else { span.fail { "failed" } }
                                            @for finding in &check.findings {
                                                p {
                                                    @if finding.severity == Severity::Note { "Note: " }
                                                    (finding.message) " (" (thousands(finding.count)) ")"
                                                    @if let Some(remedy) = &finding.remedy { ". Next: " (remedy) }
                                                }
                                                @if !finding.items.is_empty() {
                                                    ul { @for item in &finding.items { li { code { (item) } } } }
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn next(&self, verdict: Verdict) -> Markup {
        html! {
            section {
                h2 { "How to go on" }
                @match verdict {
                    Verdict::Passed => ul {
                        li { "Look at the quarantine, if there is any: the documents are kept whole in the ledger (" code { "sunset.quarantine" } ")." }
                        li { "Freeze V2, run " code { "make migrate" } " once more, and this check again." }
                        li { "Keep this report, and V2's export, before V2 is shut down." }
                    },
                    Verdict::Failed => ul {
                        li { "Each failure above says what to do next." }
                        li { code { "make migrate" } " can be run again at any time: what is there is not written twice." }
                        li { code { "make rollback" } " removes what the migration wrote." }
                    },
                    Verdict::Incomplete => ul {
                        li { "Configure what was not compared, and run " code { "final-check" } " again." }
                    },
                }
            }
        }
    }
}
