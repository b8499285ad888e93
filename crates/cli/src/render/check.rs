//! What `final-check` found, in words and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};
use sunset_core::check::{Check, CheckReport, Finding, Section, Severity, Verdict};

use crate::colour::spelled;
use crate::numbers::thousands;

/// How many items of a finding the terminal shows; the report shows all that were kept.
const SHOWN: usize = 5;

/// The sections, then the summary: a line for each of them and the verdict.
pub fn check_text(report: &CheckReport, verbose: bool) -> String {
    let mut text = String::new();
    for section in &report.sections {
        text.push_str(&section_text(section, verbose));
    }
    line(&mut text, "");
    for section in &report.sections {
        line(&mut text, &section.summary);
    }
    line(&mut text, &verdict_line(report));
    text
}

/// One section: its title, and a line for each check with what it found.
pub fn section_text(section: &Section, verbose: bool) -> String {
    let mut text = String::new();
    line(&mut text, &section.title);
    if let Some(why) = &section.skipped {
        line(&mut text, &format!("  not compared: {why}"));
    }
    for check in &section.checks {
        check_lines(&mut text, check, verbose);
    }
    text
}

fn check_lines(text: &mut String, check: &Check, verbose: bool) {
    let mark = if check.passed() { "ok  " } else { "FAIL" };
    if verbose || !check.findings.is_empty() || !check.passed() {
        line(
            text,
            &format!("  {mark}  {} ({})", check.name, check.compared),
        );
    } else {
        line(text, &format!("  {mark}  {}", check.name));
    }
    for finding in &check.findings {
        finding_lines(text, finding);
    }
}

fn finding_lines(text: &mut String, finding: &Finding) {
    let kind = match finding.severity {
        Severity::Failure => "failure",
        Severity::Note => "note",
    };
    line(
        text,
        &format!(
            "        {kind}: {} ({})",
            finding.message,
            thousands(finding.count)
        ),
    );
    for item in finding.items.iter().take(SHOWN) {
        line(text, &format!("          - {}", spelled(item)));
    }
    if finding.items.len() > SHOWN {
        line(text, "          - … (the report names more)");
    }
    if let Some(remedy) = &finding.remedy {
        line(text, &format!("        next: {remedy}"));
    }
}

fn line(text: &mut String, words: &str) {
    let written = writeln!(text, "{words}");
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

/// The verdict in words.
pub fn verdict_line(report: &CheckReport) -> String {
    match report.verdict() {
        Verdict::Passed if report.left_out.is_empty() => {
            "PASSED: V3 has everything that V2 has.".into()
        }
        Verdict::Passed => format!(
            "PASSED, as far as asked for; not compared: {}.",
            report.left_out.join(", ")
        ),
        Verdict::Failed => "FAILED: V3 is not yet what V2 says. See the failures above.".into(),
        Verdict::Incomplete => "INCOMPLETE: nothing fails, but not everything was compared.".into(),
    }
}

/// The name of a verdict in JSON.
pub fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Incomplete => "incomplete",
    }
}

/// The same as JSON.
pub fn check_json(report: &CheckReport) -> Value {
    json!({
        "verdict": verdict_name(report.verdict()),
        "left_out": report.left_out,
        "sections": report.sections.iter().map(section_json).collect::<Vec<_>>(),
    })
}

/// One section as JSON.
pub fn section_json(section: &Section) -> Value {
    json!({
        "title": section.title,
        "passed": section.passed(),
        "skipped": section.skipped,
        "summary": section.summary,
        "checks": section.checks.iter().map(check_of_section).collect::<Vec<_>>(),
    })
}

fn check_of_section(check: &Check) -> Value {
    let mut document = json!({
            "name": check.name,
            "compared": check.compared,
            "passed": check.passed(),
            "findings": check.findings.iter().map(finding_json).collect::<Vec<_>>(),
    });
    if let Some(rank) = check.rank {
        document["severity"] = rank.into();
    }
    document
}

/// `not_named` is there where more was found than `items` names.
fn finding_json(finding: &Finding) -> Value {
    let mut document = json!({
        "severity": match finding.severity {
            Severity::Failure => "failure",
            Severity::Note => "note",
        },
        "message": finding.message,
        "count": finding.count,
        "items": finding.items,
        "next": finding.remedy,
    });
    let not_named = finding.count.saturating_sub(finding.items.len() as u64);
    if not_named > 0 && !finding.items.is_empty() {
        document["not_named"] = not_named.into();
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_says_how_many_are_not_named() {
        let finding = Finding::failure("rows differ", 3, vec!["a".into(), "b".into()]);
        assert_eq!(finding_json(&finding)["not_named"], 1);
        let whole = Finding::failure("rows differ", 1, vec!["a".into()]);
        assert_eq!(finding_json(&whole).get("not_named"), None);
    }

    fn report() -> CheckReport {
        let good = Check::new(
            "tables exist",
            "12 tables of the plan with those of the database",
        );
        let bad = Check::new("rows", "3 rows").with(Some(
            Finding::failure("rows are missing or differ", 2, vec!["a: missing".into()])
                .remedy("run data-migrate again"),
        ));
        CheckReport {
            left_out: Vec::new(),
            sections: vec![
                Section {
                    title: "Tables".into(),
                    checks: vec![good],
                    skipped: None,
                    summary: "Tables: 12 of 12 exist".into(),
                },
                Section {
                    title: "Data".into(),
                    checks: vec![bad],
                    skipped: None,
                    summary: "Data: 1 of 3 rows equal to V2".into(),
                },
            ],
        }
    }

    #[test]
    fn a_failure_says_what_where_and_what_next() {
        assert_eq!(
            check_text(&report(), false),
            "Tables\n  ok    tables exist\nData\n  FAIL  rows (3 rows)\n        \
             failure: rows are missing or differ (2)\n          - a: missing\n        \
             next: run data-migrate again\n\nTables: 12 of 12 exist\n\
             Data: 1 of 3 rows equal to V2\n\
             FAILED: V3 is not yet what V2 says. See the failures above.\n"
        );
        assert_eq!(check_json(&report())["verdict"], "failed");
    }
}
