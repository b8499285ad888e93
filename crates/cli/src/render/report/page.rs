//! The report as one HTML file.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sunset_core::check::{Check, CheckReport, Severity};
use sunset_core::report::Examples;

use super::super::check::verdict_name;
use super::{GROUPS, ON_PAGE, Report};
use crate::numbers::{duration, thousands};

/// A table that may be wider than a phone: it scrolls within itself, also by the keyboard.
pub(super) fn wide(label: &str, table: &Markup) -> Markup {
    html! { div.wide role="group" tabindex="0" aria-label=(label) { (table) } }
}

/// A heading row; behind the first `words` columns stand numbers.
pub(super) fn heads(names: &[String], words: usize) -> Markup {
    html! {
        thead { tr {
            @for (at, name) in names.iter().enumerate() {
                th.number[at >= words] scope="col" { (name) }
            }
        } }
    }
}

/// Names: a few as they are, more of them folded away, and of very many the first.
pub(super) fn names(report: &Report, items: &[String], count: u64) -> Markup {
    let more = count.saturating_sub(items.len().min(ON_PAGE) as u64);
    let list = html! {
        ul {
            @for item in items.iter().take(ON_PAGE) { li { code { (report.item(item)) } } }
            @if more > 0 { li { (report.w(&format!("… and {} more", thousands(more)))) } }
        }
    };
    html! {
        @if items.len() > 5 {
            details {
                summary { (report.w(&format!("{} of them", thousands(items.len().min(ON_PAGE) as u64)))) }
                (list)
            }
        } @else if !items.is_empty() { (list) }
    }
}

impl Report {
    /// As one HTML file.
    pub fn to_html(&self) -> String {
        let title = self.title();
        let class = match self.verdict() {
            _ if self.failure.is_some() => "failed",
            verdict => verdict.map_or("none", verdict_name),
        };
        let page = html! {
            (DOCTYPE)
            html lang=(self.language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    style { (PreEscaped(include_str!("report.css"))) }
                }
                body {
                    header {
                        h1 { (title) }
                        p.verdict.(class) { (self.headline()) }
                        (self.facts())
                    }
                    main {
                        @if let Some(failure) = &self.failure {
                            section {
                                h2 { (self.w("What broke it off")) }
                                @for line in &failure.lines { p { (self.w(line)) } }
                            }
                        }
                        (self.moved())
                        (self.not_moved())
                        @if let Some(checks) = &self.checks { (self.sections(checks)) }
                        (self.went())
                        (self.next())
                    }
                    footer { p { "sunset " (self.version) ", " (self.program) ", " (self.made_at) } }
                }
            }
        };
        page.into_string()
    }

    fn facts(&self) -> Markup {
        let took = duration(std::time::Duration::from_millis(self.milliseconds));
        html! {
            dl {
                dt { (self.w("Made")) } dd { (self.made_at) }
                dt { (self.w("Plan")) } dd { (self.plan) }
                @if let Some(source) = &self.source {
                    dt { "V2" } dd { (source) @if let Some(time) = &self.read_time { " (" (time) ")" } }
                }
                dt { "V3" } dd { (self.target) }
                @if let Some(bucket) = &self.bucket { dt { (self.w("Recordings")) } dd { (bucket) } }
                dt { (self.w("Took")) } dd { (took) }
            }
            @if let Some(checks) = &self.checks {
                ul.summary {
                    @for section in &checks.sections { li { (self.w(&section.summary)) } }
                }
            }
        }
    }

    fn not_moved(&self) -> Markup {
        let (quarantine, warnings) = (self.quarantine(), self.warnings());
        let conflicts = &self.history.conflicts;
        html! {
            section {
                h2 { (self.w("What did not move, and why")) }
                @if quarantine.is_empty() && warnings.is_empty() && conflicts.is_empty() {
                    p { (self.w("Nothing is in quarantine, and there are no warnings.")) }
                }
                (self.groups("In quarantine: kept whole in the ledger, not in V3", quarantine))
                (self.groups("Left alone: somebody else wrote or changed the row", conflicts))
                (self.groups("Migrated with a warning", warnings))
                (self.groups("Was in quarantine, and V2 has it no longer: kept whole in the ledger", &self.history.departed))
            }
        }
    }

    fn groups(&self, title: &str, found: &std::collections::BTreeMap<String, Examples>) -> Markup {
        if found.is_empty() {
            return html! {};
        }
        let title = self.w(title);
        let mut groups: Vec<(&String, &Examples)> = found.iter().collect();
        groups.sort_by_key(|(_, found)| std::cmp::Reverse(found.count));
        let head = ["Reason", "Count", "Which"].map(|name| self.w(name));
        let table = html! {
            table {
                caption { (title) }
                (heads(&head, 3))
                tbody {
                    @for (reason, found) in groups.iter().take(GROUPS) {
                        tr {
                            th scope="row" { code { (reason) } }
                            td.number { (thousands(found.count)) }
                            td.which { (names(self, &found.items, found.count)) }
                        }
                    }
                    @if groups.len() > GROUPS {
                        tr { th scope="row" { (self.w(&format!("… and {} more", thousands((groups.len() - GROUPS) as u64)))) } td {} td {} }
                    }
                }
            }
        };
        wide(&title, &table)
    }

    fn sections(&self, checks: &CheckReport) -> Markup {
        let head = ["Check", "Compared", "Result"].map(|name| self.w(name));
        html! {
            section {
                h2 { (self.w("What was checked")) }
                @for section in &checks.sections {
                    h3 { (self.w(&section.title)) }
                    @if let Some(why) = &section.skipped { p { (self.w(&format!("not compared: {why}"))) } }
                    @if !section.checks.is_empty() {
                        (wide(&self.w(&section.title), &html! {
                            table {
                                caption { (self.w(&section.summary)) }
                                (heads(&head, 3))
                                tbody { @for check in &section.checks { (self.check(check)) } }
                            }
                        }))
                    }
                }
                @if !checks.left_out.is_empty() {
                    p { (self.w("Left out, as asked for")) ": " (checks.left_out.join(", ")) }
                }
            }
        }
    }

    fn check(&self, check: &Check) -> Markup {
        html! {
            tr {
                th scope="row" { (self.w(&check.name)) }
                td { (self.w(&check.compared)) }
                td {
                    @if check.passed() { span.ok { (self.w("passed")) } }
                    @else { span.fail { (self.w("failed")) } }
                    @for finding in &check.findings {
                        p {
                            @if finding.severity == Severity::Note { (self.w("Note")) ": " }
                            (self.w(&finding.message)) " (" (thousands(finding.count)) ")"
                        }
                        (names(self, &finding.items, finding.count))
                        @if let Some(remedy) = &finding.remedy { p { (self.w(&format!("next: {remedy}"))) } }
                    }
                }
            }
        }
    }

    fn next(&self) -> Markup {
        html! {
            section {
                h2 { (self.w("How to go on")) }
                ul { @for step in self.next_steps() { li { (step) } } }
            }
        }
    }
}
