//! What was found, as a table, and what to do about it.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use sunset_cli::Language;
use sunset_core::check::{Check, CheckReport, Finding, Section, Severity, Verdict};

use crate::arguments::SectionName;

/// Items of a finding that are shown.
const SHOWN: usize = 10;

/// The table, the findings with what to do, and the verdict.
pub fn text(
    report: &CheckReport,
    names: &[SectionName],
    verbose: bool,
    (width, language): (Option<u16>, Language),
) -> String {
    // Cells are in the language already, so that the columns are as wide as they are.
    let say = |words: &str| language.words(words).into_owned();
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(["SECTION", "CHECK", "RESULT"].map(say));
    table.set_width(width.unwrap_or(100).max(40));
    for (section, name) in report.sections.iter().zip(names) {
        for check in &section.checks {
            table.add_row([name.name().to_owned(), say(&check.name), say(result(check))]);
        }
        if section.skipped.is_some() {
            table.add_row([name.name().to_owned(), String::new(), say("NOT CHECKED")]);
        }
    }
    let mut text: String = table
        .to_string()
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect();
    for (section, name) in report.sections.iter().zip(names) {
        details(&mut text, section, name.name(), verbose);
    }
    text.push('\n');
    for section in &report.sections {
        text.push_str(&section.summary);
        text.push('\n');
    }
    text.push_str(match report.verdict() {
        Verdict::Passed => "PASSED: the deployment is up.\n",
        Verdict::Failed => "FAILED: see what to do next, above.\n",
        Verdict::Incomplete => "INCOMPLETE: nothing fails, but not everything could be checked.\n",
    });
    text
}

fn result(check: &Check) -> &'static str {
    if !check.passed() {
        "FAIL"
    } else if check.findings.is_empty() {
        "ok"
    } else {
        "ok, see below"
    }
}

fn details(text: &mut String, section: &Section, name: &str, verbose: bool) {
    if let Some(why) = &section.skipped {
        text.push_str(&format!("\n{name}: not checked: {why}\n"));
    }
    for check in &section.checks {
        if !check.findings.is_empty() || verbose {
            text.push_str(&format!("\n{name}: {} ({})\n", check.name, check.compared));
        }
        for finding in &check.findings {
            finding_lines(text, finding);
        }
    }
}

fn finding_lines(text: &mut String, finding: &Finding) {
    let kind = match finding.severity {
        Severity::Failure => "failure",
        Severity::Note => "note",
    };
    text.push_str(&format!("  {kind}: {}\n", finding.message));
    for item in finding.items.iter().take(SHOWN) {
        text.push_str(&format!("    - {item}\n"));
    }
    if finding.items.len() > SHOWN {
        text.push_str("    - … (--json names more)\n");
    }
    if let Some(remedy) = &finding.remedy {
        text.push_str(&format!("  next: {remedy}\n"));
    }
}
