//! A plan as a script for psql.

use std::fmt::Write;

use super::name::{in_dollars, quote_identifier, quote_literal};
use super::steps::{SchemaPlan, Step};

/// Longest wait for one lock; who waits longer would keep others waiting behind it.
pub const LOCK_TIMEOUT_MS: u32 = 300;

/// The plan's statements for a schema, with transactions and a `search_path` as the program itself
/// would use them, whatever the session has. The script stops at the first error.
pub fn psql(plan: &SchemaPlan, namespace: &str, header: &str) -> String {
    let mut text = String::new();
    for line in header.lines() {
        push(&mut text, &comment(line));
    }
    push(&mut text, "\\set ON_ERROR_STOP on");
    let patience = format!("SET lock_timeout = '{LOCK_TIMEOUT_MS}ms';");
    push(&mut text, &patience);
    push(&mut text, "SET standard_conforming_strings = on;");
    push(&mut text, "SET client_encoding = 'UTF8';");
    // Types and functions without a schema are the server's own.
    push(&mut text, "SET search_path = '';");
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
        let mut own = false;
        for step in batch {
            describe(&mut text, step);
            let runs_functions = step.stage.runs_functions() || step.effect.runs_functions();
            if runs_functions != own {
                own = runs_functions;
                let path = if own {
                    own_path(namespace)
                } else {
                    PLAIN_PATH.to_owned()
                };
                push(&mut text, &path);
            }
            for statement in &step.sql {
                push(&mut text, &format!("{statement};"));
            }
        }
        push(&mut text, if alone { &patience } else { "COMMIT;" });
    }
    text
}

const PLAIN_PATH: &str = "SET LOCAL search_path = '';";

/// The role's own, as the application's triggers and functions know it, and at its end the schema
/// that is changed. The server's own functions come first, whatever a role has set.
fn own_path(namespace: &str) -> String {
    let schema = quote_literal(&quote_identifier(namespace));
    let block = format!(
        " BEGIN PERFORM pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', \
         CASE WHEN 'pg_catalog' OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(false)) THEN 'pg_catalog' END, \
         nullif(pg_catalog.current_setting('search_path'), ''), {schema}), true); END "
    );
    format!(
        "SET LOCAL search_path TO DEFAULT;\nDO {};",
        in_dollars(&block)
    )
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
