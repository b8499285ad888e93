//! Plans that change a database in place: what a step did, the summary, the check, the way back.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use sunset_core::check::{Check, CheckReport, Severity, Verdict};
use sunset_core::plans::in_place::{InPlacePlan, PlanStep, Rank};

use super::check::{check_json, section_text};
use crate::colour::{Palette, Tone, spelled};
use crate::numbers::{duration, thousands};

/// How many rows of a finding are named.
const ITEMS: usize = 20;

/// Counts of rows by what was said of them, and the first of them.
pub type Examples = std::collections::BTreeMap<String, (u64, Vec<String>)>;

/// One step, as it was done or would be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StepText {
    /// Its place among the plan's steps, from 1.
    pub place: usize,
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What was counted.
    pub counts: Vec<(String, u64)>,
    /// Warnings.
    pub warnings: Examples,
    /// Quarantined rows.
    pub quarantined: Examples,
    /// What was checked.
    pub checks: CheckReport,
    /// Rows written.
    pub written: u64,
    /// Further lines.
    pub remarks: Vec<String>,
    /// What of it is worth a detail.
    pub details: Vec<String>,
    /// How long it took.
    pub elapsed: std::time::Duration,
}

/// `Step 1 of 6: Classification by last order date`
pub fn step_heading(plan: &InPlacePlan, step: &PlanStep, palette: Palette) -> String {
    let place = place_of(plan, step);
    palette.paint(
        Tone::Heading,
        &format!("Step {place} of {}: {}", plan.steps.len(), step.title),
    )
}

/// The place of a step, from 1.
pub fn place_of(plan: &InPlacePlan, step: &PlanStep) -> usize {
    plan.steps
        .iter()
        .position(|each| each.name == step.name)
        .map_or(0, |at| at + 1)
}

/// The lines below a step's heading.
pub fn step_text(step: &StepText, palette: Palette, verbose: bool) -> String {
    let mut text = String::new();
    for (label, count) in &step.counts {
        line(&mut text, &format!("  {label}: {}", thousands(*count)));
    }
    for (code, (count, items)) in &step.warnings {
        let words = format!("  warning {code}: {}", examples(*count, items));
        line(&mut text, &palette.paint(Tone::Notice, &words));
    }
    for (reason, (count, items)) in &step.quarantined {
        let words = format!("  quarantined {reason}: {}", examples(*count, items));
        line(&mut text, &palette.paint(Tone::Notice, &words));
    }
    for section in &step.checks.sections {
        for check in &section.checks {
            check_line(&mut text, check, palette);
        }
    }
    for remark in &step.remarks {
        line(&mut text, &format!("  {remark}"));
    }
    if verbose {
        for detail in &step.details {
            line(&mut text, &format!("    {detail}"));
        }
    }
    text
}

fn examples(count: u64, items: &[String]) -> String {
    let shown: Vec<_> = items.iter().take(3).map(|item| spelled(item)).collect();
    let more = if count > shown.len() as u64 {
        "; …"
    } else {
        ""
    };
    format!("{} ({}{more})", thousands(count), shown.join("; "))
}

/// ` (critical)`, where a check has a rank.
fn rank(check: &Check) -> String {
    check
        .rank
        .map(|rank| format!(" ({rank})"))
        .unwrap_or_default()
}

/// Whether a check found something that does not weigh enough to fail the whole.
fn is_warning(check: &Check) -> bool {
    check.passed() && check.rank == Some(Rank::Medium.name()) && !check.findings.is_empty()
}

/// What was found stands in the line, whether the check passes or not.
fn check_line(text: &mut String, check: &Check, palette: Palette) {
    let mark = if !check.passed() {
        palette.paint(Tone::Bad, "FAIL")
    } else if is_warning(check) {
        palette.paint(Tone::Notice, "warn")
    } else {
        palette.paint(Tone::Good, "ok  ")
    };
    line(
        text,
        &format!(
            "  {mark}  {}{}: {}",
            check.name,
            rank(check),
            check.compared
        ),
    );
    for finding in &check.findings {
        let (kind, tone) = match finding.severity {
            Severity::Failure => ("failure", Tone::Bad),
            Severity::Note => ("note", Tone::Notice),
        };
        let words = format!("{kind}: {} ({})", finding.message, thousands(finding.count));
        line(text, &format!("        {}", palette.paint(tone, &words)));
        for item in finding.items.iter().take(ITEMS) {
            line(text, &format!("          - {}", spelled(item)));
        }
        if finding.count > ITEMS as u64 && !finding.items.is_empty() {
            line(text, "          - …");
        }
        if let Some(remedy) = &finding.remedy {
            line(text, &format!("        next: {remedy}"));
        }
    }
}

/// One line a step, in the plan's order, and how it ended.
pub fn summary_text(
    plan: &InPlacePlan,
    steps: &[StepText],
    dry_run: bool,
    palette: Palette,
) -> String {
    let mut text = String::new();
    line(&mut text, "");
    line(&mut text, &palette.paint(Tone::Heading, "Summary"));
    let mut ordered: Vec<&StepText> = steps.iter().collect();
    ordered.sort_by_key(|step| step.place);
    for step in ordered {
        line(
            &mut text,
            &format!(
                "  {}. {}: {} ({})",
                step.place,
                step.title,
                outcome(step, dry_run),
                duration(step.elapsed)
            ),
        );
    }
    if !changed(steps) {
        line(
            &mut text,
            "Nothing to change: the database is as the plan wants it.",
        );
    }
    let whole = steps.len() == plan.steps.len();
    let last = match (dry_run, whole) {
        (true, _) => "No changes will be made in dry-run mode.".to_owned(),
        (false, true) => format!(
            "All {} migration steps completed successfully!",
            plan.steps.len()
        ),
        (false, false) => format!(
            "{} of {} migration steps completed successfully.",
            steps.len(),
            plan.steps.len()
        ),
    };
    line(&mut text, &palette.paint(Tone::Good, &last));
    text
}

fn changed(steps: &[StepText]) -> bool {
    steps.iter().any(|step| {
        step.written > 0
            || step
                .counts
                .iter()
                .any(|(label, n)| *n > 0 && label.contains("schema"))
    })
}

fn outcome(step: &StepText, dry_run: bool) -> String {
    let checks: Vec<&Check> = step
        .checks
        .sections
        .iter()
        .flat_map(|section| &section.checks)
        .collect();
    if !checks.is_empty() {
        let good = checks.iter().filter(|check| check.passed()).count();
        return format!("{good} of {} checks passed", checks.len());
    }
    if let Some((_, count)) = step
        .counts
        .iter()
        .find(|(label, _)| label.contains("schema"))
    {
        return match (*count, dry_run) {
            (0, _) => "as wanted already".to_owned(),
            (count, true) => format!("{} changes to be made", thousands(count)),
            (count, false) => format!("{} changes made", thousands(count)),
        };
    }
    if step.counts.is_empty() {
        let first = step.remarks.first().cloned();
        return first.unwrap_or_else(|| "done".to_owned());
    }
    if let (0, Some(remark)) = (step.written, step.remarks.first()) {
        return remark.clone();
    }
    match (step.written, dry_run) {
        (0, _) => "nothing to change".to_owned(),
        (rows, true) => format!("{} rows to be changed", thousands(rows)),
        (rows, false) => format!("{} rows changed", thousands(rows)),
    }
}

/// The steps as JSON.
pub fn steps_json(steps: &[StepText]) -> Value {
    let named = |found: &Examples| -> Value {
        let entries = found
            .iter()
            .map(|(name, (count, items))| (name.clone(), json!({"count": count, "first": items})));
        Value::Object(entries.collect())
    };
    let list = steps.iter().map(|step| {
        let counts: Map<String, Value> = step
            .counts
            .iter()
            .map(|(label, count)| (label.clone(), json!(count)))
            .collect();
        json!({
            "step": step.place,
            "name": step.name,
            "title": step.title,
            "counts": counts,
            "written": step.written,
            "warnings": named(&step.warnings),
            "quarantined": named(&step.quarantined),
            "checks": check_json(&step.checks)["sections"],
            "remarks": step.remarks,
            "milliseconds": u64::try_from(step.elapsed.as_millis()).unwrap_or(u64::MAX),
        })
    });
    Value::Array(list.collect())
}

/// The final check of such a plan: each line says what was found, then a line a section.
pub fn in_place_check_text(report: &CheckReport, palette: Palette) -> String {
    let mut text = String::new();
    for section in &report.sections {
        line(&mut text, &palette.paint(Tone::Heading, &section.title));
        if section.skipped.is_some() {
            text.push_str(&section_text(section, false));
        }
        for check in &section.checks {
            check_line(&mut text, check, palette);
        }
    }
    line(&mut text, "");
    line(&mut text, &palette.paint(Tone::Heading, "Summary"));
    for section in &report.sections {
        let tone = if section.passed() {
            Tone::Good
        } else {
            Tone::Bad
        };
        let mark = if section.passed() { "ok  " } else { "FAIL" };
        line(
            &mut text,
            &format!("  {}  {}", palette.paint(tone, mark), section.summary),
        );
    }
    let all = checks(report).count();
    let failed = checks(report).filter(|check| !check.passed()).count();
    line(
        &mut text,
        &format!(
            "{} checks in total: {} passed, {failed} failed, {} warnings",
            all,
            all - failed,
            report.count(Severity::Note)
        ),
    );
    let tone = match report.verdict() {
        Verdict::Passed => Tone::Good,
        Verdict::Failed => Tone::Bad,
        Verdict::Incomplete => Tone::Notice,
    };
    line(&mut text, &palette.paint(tone, in_place_verdict(report)));
    text
}

fn checks(report: &CheckReport) -> impl Iterator<Item = &Check> {
    report.sections.iter().flat_map(|section| &section.checks)
}

/// What the final check of such a plan came to, in a line.
pub fn in_place_verdict(report: &CheckReport) -> &'static str {
    match report.verdict() {
        Verdict::Passed if checks(report).any(is_warning) => {
            "Validated with warnings: no critical or high check fails. See the warnings above."
        }
        Verdict::Passed => "Migration validated successfully!",
        Verdict::Failed => {
            "FAILED: the database is not yet what the plan wants. See the failures above."
        }
        Verdict::Incomplete => "INCOMPLETE: nothing fails, but not everything was compared.",
    }
}

fn line(text: &mut String, words: &str) {
    let written = writeln!(text, "{words}");
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}
