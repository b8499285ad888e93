//! Taking back what was pushed.

use sunset_core::ErrorKind;
use sunset_core::ports::progress::Silent;
use sunset_engine::schema::undo;
use sunset_targets::postgres::LiveReader;

use crate::PROGRAM;
use crate::scratch::{Scratch, finish};

#[tokio::test]
async fn undoing_leads_back_to_what_was() {
    for sql in ["", include_str!("partly.sql")] {
        let Some(scratch) = Scratch::with(sql).await else {
            return;
        };
        let before = scratch.dump().await;
        assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
        assert_ne!(scratch.dump().await, before);
        let reader = LiveReader::new(scratch.database().await);
        let run = scratch.begin().await;
        let undone = undo(&reader, &run.schema(), false, &Silent)
            .await
            .expect("undo");
        assert!(undone.steps.len() > 20, "{undone:?}");
        assert_eq!(scratch.dump().await, before);
        let again = undo(&reader, &run.schema(), false, &Silent)
            .await
            .expect("undo");
        assert!(again.steps.is_empty());
        finish(run).await;
        assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
        assert_eq!(scratch.say(PROGRAM, &["--check"]).status, 0);
    }
}

#[tokio::test]
async fn an_index_that_became_a_key_is_given_back_behind_the_foreign_keys_to_it() {
    let Some(scratch) = Scratch::with(include_str!("partly.sql")).await else {
        return;
    };
    scratch
        .run("CREATE UNIQUE INDEX theirs ON opportunities (id)")
        .await;
    let before = scratch.dump().await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    let held = "SELECT count(*) > 2 FROM pg_constraint \
        WHERE contype = 'f' AND conindid = 'opportunities_pkey'::regclass";
    assert_eq!(scratch.text(held).await, "true");
    scratch.take_back().await;
    assert_eq!(scratch.dump().await, before);
}

#[tokio::test]
async fn data_that_came_since_is_not_lost_without_force() {
    let Some(scratch) = Scratch::with(include_str!("partly.sql")).await else {
        return;
    };
    let before = scratch.dump().await;
    scratch.say(PROGRAM, &[]);
    scratch
        .run("UPDATE session SET user_agent = 'x'; UPDATE opportunities SET notes = 'n'; INSERT INTO verification VALUES ('1', 'i', 'v', now())")
        .await;
    let reader = LiveReader::new(scratch.database().await);
    let run = scratch.begin().await;
    let pushed = scratch.dump().await;
    let refused = undo(&reader, &run.schema(), false, &Silent)
        .await
        .expect_err("refused");
    assert_eq!(refused.kind(), ErrorKind::Refused);
    let item = refused.item_name().expect("item");
    assert!(item.contains("1 values in opportunities.notes"), "{item}");
    assert!(item.contains("1 rows in verification"), "{item}");
    assert!(!item.contains("session"), "{item}");
    assert_eq!(scratch.dump().await, pushed);
    undo(&reader, &run.schema(), true, &Silent)
        .await
        .expect("undo");
    finish(run).await;
    assert_eq!(
        scratch.dump().await,
        before.replace(">ua<", ">x<").replace(",ua,", ",x,")
    );
}

#[tokio::test]
async fn values_that_the_old_type_cannot_hold_are_not_cut_without_force() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    scratch.say(PROGRAM, &[]);
    scratch
        .run(
            "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x'); \
             INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'c', 'C'); \
             ALTER TABLE opportunities ALTER notes TYPE varchar(5), ALTER first_touch_at TYPE timestamp(0)",
        )
        .await;
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run("UPDATE opportunities SET notes = 'a long note', first_touch_at = '2026-01-01 00:00:00.25'")
        .await;
    let before = scratch.dump().await;
    let reader = LiveReader::new(scratch.database().await);
    let run = scratch.begin().await;
    let refused = undo(&reader, &run.schema(), false, &Silent)
        .await
        .expect_err("refused");
    let item = refused.item_name().expect("item");
    assert!(item.contains("1 values in opportunities.notes"), "{item}");
    assert!(
        item.contains("1 values in opportunities.first_touch_at"),
        "{item}"
    );
    assert_eq!(scratch.dump().await, before);
    finish(run).await;
}

#[tokio::test]
async fn times_that_others_wrote_are_no_default() {
    let there = "INSERT INTO lead_sources (id, name, type) VALUES ('old', 'n', 't')";
    let theirs = "INSERT INTO lead_sources (id, name, type, created_at) VALUES ('new', 'n', 't', '2020-01-01')";
    let changed = "UPDATE lead_sources SET created_at = '2020-01-01'";
    // What an older version recorded, and a table that was written anew since.
    let older = "UPDATE sunset.schema_steps SET effect = effect - 'now' - 'now_as'";
    let anew = "VACUUM FULL lead_sources";
    for (before, after, carries) in [
        (there, &[] as &[&str], false),
        (there, &[anew], false),
        (there, &[theirs], true),
        (there, &[changed], true),
        (there, &[older], false),
        (there, &[older, changed], true),
        (there, &[older, anew], true),
        ("SELECT 1", &[], false),
        ("SELECT 1", &[theirs], true),
        ("SELECT 1", &[older, theirs], true),
    ] {
        let Some(scratch) = Scratch::with("").await else {
            return;
        };
        scratch.say(PROGRAM, &[]);
        scratch
            .run(&format!(
                "DROP SCHEMA sunset CASCADE; ALTER TABLE lead_sources DROP COLUMN created_at; {before}"
            ))
            .await;
        assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
        for sql in after {
            scratch.run(sql).await;
        }
        let rows = scratch.dump().await;
        let reader = LiveReader::new(scratch.database().await);
        let run = scratch.begin().await;
        let undone = undo(&reader, &run.schema(), false, &Silent).await;
        finish(run).await;
        match undone {
            Ok(_) => assert!(!carries, "{before} {after:?}"),
            Err(refused) => {
                assert!(carries, "{before} {after:?}: {refused}");
                let item = refused.item_name().expect("item");
                assert!(
                    item.contains("1 values in lead_sources.created_at"),
                    "{item}"
                );
                assert_eq!(scratch.dump().await, rows);
            }
        }
    }
}

#[tokio::test]
async fn not_null_that_nobody_had_validated_comes_back_as_it_was() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    let version = "SELECT current_setting('server_version_num')::integer >= 180000";
    if scratch.text(version).await != "true" {
        println!("skipped: this server knows no NOT NULL that is not validated");
        return;
    }
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    for rows in [
        "",
        "INSERT INTO lead_sources (id, name, type) VALUES ('a', 'n', 't')",
    ] {
        scratch
            .run("ALTER TABLE lead_sources ALTER name DROP NOT NULL; ALTER TABLE lead_sources ADD CONSTRAINT nn NOT NULL name NOT VALID")
            .await;
        scratch.run(rows).await;
        let there = "SELECT string_agg(concat_ws(' ', conname, convalidated), ', ') FROM pg_constraint \
            WHERE conrelid = 'lead_sources'::regclass AND contype = 'n' AND conname = 'nn'";
        assert_eq!(scratch.text(there).await, "nn f", "{rows}");
        let said = scratch.say(PROGRAM, &[]);
        assert_eq!(said.status, 0, "{}", said.shown());
        let run = scratch.begin().await;
        let writer = run.schema();
        let recorded = sunset_core::ports::schema::SchemaWriter::recorded(&writer)
            .await
            .expect("recorded");
        let made = recorded
            .iter()
            .find(|step| step.title == "make lead_sources.name NOT NULL")
            .expect("step");
        sunset_core::ports::schema::SchemaWriter::undo(&writer, made, None)
            .await
            .expect("undo");
        finish(run).await;
        assert_eq!(scratch.text(there).await, "nn f", "{rows}");
        scratch
            .run("ALTER TABLE lead_sources DROP CONSTRAINT nn, ALTER name SET NOT NULL")
            .await;
    }
}
