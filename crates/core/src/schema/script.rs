//! A plan as a script for psql.

use std::fmt::Write;

use super::steps::{SchemaPlan, Step};

/// Longest wait for one lock; who waits longer would keep others waiting behind it.
pub const LOCK_TIMEOUT_MS: u32 = 300;

/// The plan's statements, with transactions as the program itself would use them. The script
/// stops at the first error.
pub fn psql(plan: &SchemaPlan, header: &str) -> String {
    let mut text = String::new();
    for line in header.lines() {
        push(&mut text, &comment(line));
    }
    push(&mut text, "\\set ON_ERROR_STOP on");
    let patience = format!("SET lock_timeout = '{LOCK_TIMEOUT_MS}ms';");
    push(&mut text, &patience);
    push(&mut text, "SET standard_conforming_strings = on;");
    push(&mut text, "SET client_encoding = 'UTF8';");
    for batch in plan.batches() {
        let alone = batch
            .first()
            .is_some_and(|step| step.stage.outside_transaction());
        text.push('\n');
        // An index waits for everybody who writes; given up, it would stay as a broken one.
        if alone {
            push(&mut text, "SET lock_timeout = 0;");
        } else {
            push(&mut text, "BEGIN;");
        }
        for step in batch {
            describe(&mut text, step);
            for statement in &step.sql {
                push(&mut text, &format!("{statement};"));
            }
        }
        push(&mut text, if alone { &patience } else { "COMMIT;" });
    }
    text
}

fn describe(text: &mut String, step: &Step) {
    push(text, &comment(&step.title));
    if let Some(guard) = &step.guard {
        let line = format!("  must find nothing: {}", guard.violators);
        push(text, &comment(&line));
    }
    if let Some(why) = step.verdict.because() {
        push(text, &comment(&format!("  {}: {why}", step.verdict.name())));
    }
}

/// One line of comment, whatever names stand in it: a line feed and a carriage return would end it.
fn comment(text: &str) -> String {
    let line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    format!("-- {}", line.collect::<String>())
}

fn push(text: &mut String, line: &str) {
    let written = writeln!(text, "{line}");
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}
