//! Plans of schema changes and repairs, in words and as JSON.

use serde_json::{Value, json};
use sunset_core::Error;
use sunset_core::schema::steps::{
    Blocked, LockMode, Note, SchemaPlan, Stage, Step, TableLock, Verdict, Work,
};

use super::inspect::visible;
use crate::numbers::thousands;

/// How many steps are shown one by one before `--verbose` is needed for their SQL.
const SAMPLE: usize = 5;

/// The plan: its steps, and what stays as it is. `verbose` adds to each step its SQL, what it
/// locks, and how it is undone.
pub fn plan_text(plan: &SchemaPlan, verbose: bool) -> String {
    let mut lines = Vec::new();
    if plan.steps.is_empty() {
        lines.push("nothing to do".to_owned());
    } else {
        lines.push(format!("{}:", counted(plan.steps.len(), "step", "steps")));
        for (number, step) in plan.steps.iter().enumerate() {
            lines.extend(step_lines(number + 1, step, verbose));
        }
    }
    lines.extend(remarks(plan));
    lines.join("\n")
}

/// What stays as it is, and why.
pub fn remarks(plan: &SchemaPlan) -> Vec<String> {
    let mut lines = Vec::new();
    notes(&mut lines, "left to fix-schema:", &plan.deferred);
    notes(&mut lines, "not done:", &plan.refused);
    notes(&mut lines, "not there:", &plan.needless);
    lines.extend(blocked_lines(&plan.blocked));
    notes(
        &mut lines,
        "left alone (not in the desired schema):",
        &plan.extras,
    );
    lines
}

/// One step of a plan.
pub fn step_lines(number: usize, step: &Step, verbose: bool) -> Vec<String> {
    let mut lines = cost_lines(
        format!("{number:>3}. {}", visible(&step.title)),
        step,
        verbose,
    );
    if !verbose {
        return lines;
    }
    for statement in &step.inverse {
        lines.extend(indented("undo", statement));
    }
    if step.inverse.is_empty() {
        let lasting = matches!(step.verdict, Verdict::LosesData(_)) || step.stage == Stage::Values;
        let undo = if lasting {
            "cannot be undone"
        } else {
            "nothing to undo"
        };
        lines.push(format!("       undo: {undo}"));
    }
    lines
}

/// A step that takes another back.
pub fn undo_lines(step: &Step, verbose: bool) -> Vec<String> {
    cost_lines(
        format!("would undo: {}", visible(&step.title)),
        step,
        verbose,
    )
}

/// What a step is, what it locks, how much of its table it touches, and its statements.
fn cost_lines(heading: String, step: &Step, verbose: bool) -> Vec<String> {
    let mut lines = vec![format!("{heading} [{}]", step.verdict.name())];
    if let Some(why) = step.verdict.because() {
        lines.push(format!("       why: {}", visible(why)));
    }
    if !verbose {
        return lines;
    }
    let locks: Vec<_> = step
        .locks
        .iter()
        .map(|lock| {
            let schema = lock.schema.iter().map(|schema| format!("{schema}."));
            format!(
                "{}{} {} ({})",
                schema.collect::<String>(),
                lock.table,
                lock.mode.sql(),
                lock.mode.blocks()
            )
        })
        .collect();
    if !locks.is_empty() {
        lines.push(format!("       locks: {}", locks.join(", ")));
    }
    match step.work {
        Work::Catalog => {}
        Work::Scans if step.stage == Stage::Index && lets_write(step) => {
            lines.push("       reads every row, while others read and write".to_owned());
        }
        Work::Scans => lines.push("       reads every row".to_owned()),
        Work::Writes if step.effect.sweeps().is_some() => {
            lines.push("       changes rows, some of them at a time".to_owned());
        }
        Work::Writes => lines.push("       changes rows".to_owned()),
        Work::Rewrites => lines.push("       writes every row anew".to_owned()),
    }
    for statement in &step.sql {
        lines.extend(indented("sql", statement));
    }
    lines
}

/// Whether others write to its tables meanwhile.
fn lets_write(step: &Step) -> bool {
    let weak = |lock: &TableLock| lock.mode <= LockMode::ShareUpdateExclusive;
    step.locks.iter().all(weak)
}

fn indented(label: &str, statement: &str) -> Vec<String> {
    statement
        .lines()
        .enumerate()
        .map(|(at, line)| match at {
            0 => format!("       {label}: {line}"),
            _ => format!("       {line}"),
        })
        .collect()
}

fn notes(lines: &mut Vec<String>, heading: &str, notes: &[Note]) {
    if notes.is_empty() {
        return;
    }
    lines.push(heading.to_owned());
    lines.extend(
        notes
            .iter()
            .map(|note| format!("  {}: {}", visible(&note.object), visible(&note.text))),
    );
}

/// What would stop an execution before it began, as a dry run tells it.
pub fn foreseen_lines(refused: &Error) -> Vec<String> {
    let mut lines = vec![format!("would fail: {}", refused.what())];
    let more = [refused.item_name(), refused.remedy_text()];
    lines.extend(more.into_iter().flatten().map(|more| format!("  {more}")));
    lines
}

/// The same in the plan's document, as `would_fail`.
pub fn foreseen_json(mut document: Value, refused: Option<&Error>) -> Value {
    if let (Value::Object(map), Some(refused)) = (&mut document, refused) {
        let told = json!({
            "what": refused.what(),
            "item": refused.item_name(),
            "next": refused.remedy_text(),
        });
        map.insert("would_fail".into(), told);
    }
    document
}

/// Steps that rows stand in the way of.
pub fn blocked_lines(blocked: &[Blocked]) -> Vec<String> {
    let mut lines = Vec::new();
    for each in blocked {
        let heading = if each.for_repair {
            "left to fix-schema"
        } else {
            "not done"
        };
        lines.push(format!("{heading}: {}", visible(&each.title)));
        lines.extend(listed_lines(
            &each.what,
            each.count,
            &each.sample,
            &each.advice,
        ));
    }
    lines
}

/// Rows that need somebody.
pub fn listed_lines(what: &str, count: u64, items: &[String], advice: &str) -> Vec<String> {
    vec![
        format!("  {what}: {}", thousands(count)),
        format!("    {}", sample(items, count)),
        format!("    next: {advice}"),
    ]
}

/// The first few of many.
pub fn sample(items: &[String], count: u64) -> String {
    let first: Vec<_> = items.iter().take(SAMPLE).cloned().collect();
    let rest = count.saturating_sub(first.len() as u64);
    if rest == 0 {
        first.join(", ")
    } else {
        format!("{}, and {} more", first.join(", "), thousands(rest))
    }
}

/// `1 step`, `2 steps`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{} {many}", thousands(count as u64)),
    }
}

/// What differs, for `--check`.
pub fn drift_text(plan: &SchemaPlan, strict: bool) -> String {
    let mut lines = Vec::new();
    let extras = if strict { plan.extras.len() } else { 0 };
    let count = plan.differences.len() + extras;
    if count == 0 {
        lines.push("the live schema is as desired".to_owned());
    } else {
        lines.push(format!("{}:", counted(count, "difference", "differences")));
        lines.extend(
            plan.differences
                .iter()
                .map(|each| format!("  {}: {}", visible(&each.object), visible(&each.what))),
        );
        if strict {
            lines.extend(
                plan.extras
                    .iter()
                    .map(|e| format!("  {}: extra, {}", visible(&e.object), visible(&e.text))),
            );
        }
        if !plan.deferred.is_empty() {
            lines.push("next: run schema-push, then fix-schema".to_owned());
        } else if !plan.steps.is_empty() {
            lines.push("next: run schema-push".to_owned());
        }
    }
    lines.extend(blocked_lines(&plan.blocked));
    notes(&mut lines, "not done by schema-push:", &plan.refused);
    if !strict {
        notes(&mut lines, "extra (no drift):", &plan.extras);
    }
    lines.join("\n")
}

/// A plan as JSON.
pub fn plan_json(plan: &SchemaPlan, status: &str, dry_run: bool, done: &[String]) -> Value {
    json!({
        "status": status,
        "dry_run": dry_run,
        "steps": plan.steps,
        "done": done,
        "differences": plan.differences,
        "deferred": plan.deferred,
        "refused": plan.refused,
        "blocked": plan.blocked,
        "extras": plan.extras,
        "needless": plan.needless,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lets_others_write_is_said_to() {
        let building = |mode| {
            let step = Step::new(Stage::Index, "an index", "CREATE INDEX");
            undo_lines(&step.working(Work::Scans).locking("t", mode), true).join("\n")
        };
        let words = "while others read and write";
        assert!(building(LockMode::ShareUpdateExclusive).contains(words));
        assert!(!building(LockMode::ShareRowExclusive).contains(words));
    }
}
