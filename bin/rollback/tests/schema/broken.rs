//! Pushes and repairs that were killed, taken back by the program.

use std::cell::Cell;

use sunset_core::ErrorKind;
use sunset_core::plans::schemas::schema_named;
use sunset_core::ports::progress::Silent;
use sunset_core::schema::diff::Directions;
use sunset_engine::repair::{diagnose, repair};
use sunset_engine::schema::{plan, push};

use super::{pushed, within_a_run};
use crate::Scratch;
use crate::breaking::Breaking;

const PARTLY: &str = include_str!("../../../schema-push/tests/partly.sql");
const LEADS: &str = include_str!("../../../fix-schema/tests/generations/leads.sql");
const STRUCTURE: &str = include_str!("../../../schema-push/tests/structure.sql");

/// Everything about the application's schema, and all its rows, as text.
fn dump(scratch: &Scratch) -> String {
    let mut dump = scratch.text_and_wait(STRUCTURE);
    let tables = "SELECT coalesce(string_agg(quote_ident(relname), ',' ORDER BY relname), '')
          FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
    for table in scratch.text_and_wait(tables).split_terminator(',') {
        let rows = "coalesce(string_agg(x::text, E'\\n' ORDER BY x::text), '')";
        let rows = scratch.text_and_wait(&format!("SELECT {rows} FROM public.{table} AS x"));
        dump.push_str(&format!("\n{table} rows {rows}"));
    }
    dump
}

fn taken_back(scratch: &Scratch, before: &str, told: &str) {
    let done = scratch.rollback(&["--schema", "--yes"]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{told}: {said}");
    assert_eq!(dump(scratch), before, "{told}");
}

/// A push that is broken off before its n-th batch; whether it came to its end instead.
fn pushed_before(scratch: &Scratch, batches: usize) -> bool {
    let wanted = schema_named("sales-ai", "public").expect("plan");
    let ended = Cell::new(false);
    within_a_run(scratch, "schema-push", async |reader, run| {
        let (steps, live) = plan(reader, &wanted, &Directions::default())
            .await
            .expect("plan");
        let writer = Breaking::before(run.schema(), batches);
        match push(reader, &writer, &wanted, (&steps, &live), &Silent).await {
            Ok(_) => ended.set(true),
            Err(fault) => assert_eq!(fault.kind(), ErrorKind::Interrupted, "{fault}"),
        }
    });
    ended.get()
}

/// What a kill may leave of an index, which is built outside of any transaction: it is there, and
/// nobody has heard of it; it is there, and invalid.
const UNHEARD: &str = "UPDATE sunset.schema_steps SET state = 'begun' \
    WHERE id = (SELECT max(id) FROM sunset.schema_steps)";
const INVALID: &str = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = \
    (SELECT to_regclass('public.' || quote_ident(effect->>'index')) FROM sunset.schema_steps ORDER BY id DESC LIMIT 1)";
const LAST_IS_AN_INDEX: &str = "SELECT coalesce((SELECT stage = 'index' AND effect ? 'index' \
    FROM sunset.schema_steps ORDER BY id DESC LIMIT 1), false)";

#[test]
fn a_push_killed_behind_any_of_its_batches_is_taken_back_whole() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    scratch.sql(PARTLY);
    let before = dump(&scratch);
    let mut indexes = 0;
    for batches in 0.. {
        let told = format!("behind {batches} batches");
        let ended = pushed_before(&scratch, batches);
        let is_index = batches > 0 && scratch.text_and_wait(LAST_IS_AN_INDEX) == "true";
        assert_eq!(dump(&scratch) == before, batches == 0, "{told}");
        taken_back(&scratch, &before, &told);
        if is_index {
            indexes += 1;
            for left in [vec![UNHEARD], vec![UNHEARD, INVALID]] {
                pushed_before(&scratch, batches);
                for sql in &left {
                    scratch.sql(sql);
                }
                taken_back(&scratch, &before, &format!("{told}, with {left:?}"));
            }
        }
        if ended {
            assert!(batches > 5 && indexes > 1, "{batches} batches, {indexes}");
            return;
        }
    }
}

#[test]
fn repairs_killed_behind_any_of_their_batches_are_taken_back_with_the_push_before_them() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    scratch.sql(&format!(
        "{LEADS} ALTER TABLE conversations ADD COLUMN duration double precision DEFAULT 1.5; \
         ALTER TABLE leads DROP COLUMN user_id;"
    ));
    let before = dump(&scratch);
    let wanted = schema_named("sales-ai", "public").expect("plan");
    for batches in 0.. {
        pushed(&scratch);
        let ended = Cell::new(false);
        within_a_run(&scratch, "fix-schema", async |reader, run| {
            let due = diagnose(reader, &wanted, None).await.expect("diagnosis");
            let writer = Breaking::before(run.schema(), batches);
            match repair(reader, &writer, &wanted, None, &due, &Silent).await {
                Ok(_) => ended.set(true),
                Err(fault) => assert_eq!(fault.kind(), ErrorKind::Interrupted, "{fault}"),
            }
        });
        taken_back(&scratch, &before, &format!("behind {batches} batches"));
        if ended.get() {
            assert!(batches > 10, "only {batches} batches");
            return;
        }
    }
}
