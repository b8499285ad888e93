//! What was made since a push, and stands in the way of taking it back: found before anything is
//! done.

use sunset_core::ErrorKind;
use sunset_core::ports::progress::Silent;
use sunset_engine::schema::undo;
use sunset_targets::postgres::LiveReader;

use crate::PROGRAM;
use crate::scratch::{Scratch, finish};

/// A database pushed to, and what was made since.
pub async fn since(before: &str, after: &str) -> Option<Scratch> {
    let scratch = Scratch::with(before).await?;
    scratch.say(PROGRAM, &[]);
    scratch.run(after).await;
    Some(scratch)
}

/// Undoing is refused, forced or not, and changes nothing; once `mended`, it is done.
pub async fn refused_until(scratch: &Scratch, says: &[&str], mended: &str) {
    let before = scratch.dump().await;
    let reader = LiveReader::new(scratch.database().await);
    let run = scratch.begin().await;
    for force in [false, true] {
        let refused = undo(&reader, &run.schema(), force, &Silent)
            .await
            .expect_err("refused");
        assert_eq!(refused.kind(), ErrorKind::Refused, "{refused}");
        let item = refused.item_name().expect("item");
        for part in says {
            assert!(item.contains(part), "{part}: {item}");
        }
        assert_eq!(scratch.dump().await, before);
    }
    scratch.run(mended).await;
    undo(&reader, &run.schema(), true, &Silent)
        .await
        .expect("undo");
    finish(run).await;
}

#[tokio::test]
async fn views_and_foreign_keys_on_what_was_pushed() {
    let Some(scratch) = since(
        "CREATE TABLE conversations (id text PRIMARY KEY); CREATE TABLE session (id text PRIMARY KEY)",
        "ALTER TABLE session RENAME TO sessions; CREATE VIEW report AS SELECT id FROM opportunities; \
         CREATE VIEW talk AS SELECT sentiment FROM conversations; \
         CREATE TABLE later (id text PRIMARY KEY, user_id text REFERENCES \"user\"(id)); \
         CREATE SCHEMA far; CREATE TABLE far.away (id text REFERENCES meddic_analyses (id))",
    )
    .await
    else {
        return;
    };
    refused_until(
        &scratch,
        &[
            "opportunities: view public.report uses it",
            "conversations.sentiment: view public.talk uses it",
            "user: foreign key later_user_id_fkey of later uses it",
            "user: foreign key session_user_id_user_id_fk of sessions uses it",
            "meddic_analyses: foreign key away_id_fkey of far.away uses it",
        ],
        "ALTER TABLE sessions RENAME TO session; DROP VIEW report, talk; DROP TABLE later; DROP SCHEMA far CASCADE",
    )
    .await;
    let left = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
    assert_eq!(scratch.text(left).await, "conversations session");
}

#[tokio::test]
async fn a_column_whose_type_of_before_does_not_take_its_values_by_now() {
    let Some(scratch) = since(
        "CREATE TABLE lead_sources (id text PRIMARY KEY, total_leads double precision)",
        "ALTER TABLE lead_sources ALTER total_leads TYPE numeric; INSERT INTO lead_sources (id, name, type, total_leads) VALUES ('a', 'n', 't', 1e400)",
    )
    .await
    else {
        return;
    };
    refused_until(
        &scratch,
        &["change column lead_sources.total_leads", "out of range"],
        "DELETE FROM lead_sources",
    )
    .await;
}

/// A database whose `alerts` pointed at other users until it was pushed, with a user and an
/// opportunity.
async fn with_another_key_replaced() -> Option<Scratch> {
    let scratch = Scratch::with("").await?;
    scratch.say(PROGRAM, &[]);
    scratch
        .run(
            "DROP SCHEMA sunset CASCADE; CREATE TABLE users (id text PRIMARY KEY); \
             ALTER TABLE alerts DROP CONSTRAINT alerts_user_id_user_id_fk; \
             ALTER TABLE alerts ADD CONSTRAINT au FOREIGN KEY (user_id) REFERENCES users (id); \
             INSERT INTO \"user\" (id, name, email) VALUES ('u', 'n', 'e'); \
             INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'c', 'c')",
        )
        .await;
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    Some(scratch)
}

#[tokio::test]
async fn rows_that_break_a_foreign_key_of_before() {
    let Some(scratch) = with_another_key_replaced().await else {
        return;
    };
    scratch
        .run("INSERT INTO alerts (id, opportunity_id, user_id, type, severity, title, message) VALUES ('a1', 'o', 'u', 't', 's', 't', 'm')")
        .await;
    refused_until(
        &scratch,
        &["1 rows of alerts that break au: FOREIGN KEY", "(a1)"],
        "DELETE FROM alerts",
    )
    .await;
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM pg_constraint WHERE conname = 'au'")
            .await,
        "1"
    );
}

#[tokio::test]
async fn an_older_record_of_a_replaced_foreign_key_is_read_from_its_statements() {
    let Some(scratch) = with_another_key_replaced().await else {
        return;
    };
    scratch
        .run(
            "UPDATE sunset.schema_steps SET effect = '{\"effect\": \"other\"}' WHERE effect ->> 'effect' = 'frees'; \
             INSERT INTO alerts (id, opportunity_id, user_id, type, severity, title, message) VALUES ('a1', 'o', 'u', 't', 's', 't', 'm')",
        )
        .await;
    refused_until(
        &scratch,
        &["1 rows of alerts that break au: FOREIGN KEY", "(a1)"],
        "DELETE FROM alerts",
    )
    .await;
}

#[tokio::test]
async fn rows_that_break_a_unique_constraint_of_before() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    scratch.say(PROGRAM, &[]);
    scratch
        .run(
            "DROP SCHEMA sunset CASCADE; ALTER TABLE conversations DROP CONSTRAINT conversations_case_number_unique, \
                 ADD CONSTRAINT one_case UNIQUE NULLS NOT DISTINCT (case_number); \
             INSERT INTO \"user\" (id, name, email) VALUES ('u', 'n', 'e'); \
             INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'c', 'c'); \
             INSERT INTO conversations (id, opportunity_id, type) VALUES ('k1', 'o', 'demo')",
        )
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    scratch
        .run("INSERT INTO conversations (id, opportunity_id, type) VALUES ('k2', 'o', 'demo')")
        .await;
    refused_until(
        &scratch,
        &["2 rows of conversations that break one_case: UNIQUE NULLS NOT DISTINCT (case_number)"],
        "DELETE FROM conversations WHERE id = 'k2'",
    )
    .await;
}

#[tokio::test]
async fn an_enum_that_others_use_by_now() {
    let Some(scratch) = Scratch::with(
        "CREATE TABLE \"Tenant\" (id uuid PRIMARY KEY); CREATE TABLE \"Customer\" (id uuid PRIMARY KEY); \
         CREATE TABLE \"CallPlan\" (id uuid PRIMARY KEY); CREATE TABLE \"ActivityType\" (id uuid PRIMARY KEY)",
    )
    .await
    else {
        return;
    };
    let said = scratch.say(PROGRAM, &["--plan", "leora-phase2"]);
    assert_eq!(said.status, 0, "{}", said.shown());
    scratch
        .run("CREATE TABLE later (kind \"AccountType\" DEFAULT 'TARGET')")
        .await;
    refused_until(
        &scratch,
        &["AccountType: column kind of table public.later uses it"],
        "DROP TABLE later",
    )
    .await;
}

#[tokio::test]
async fn what_others_made_of_a_pushed_column_goes_only_by_force() {
    let Some(scratch) = since(
        "CREATE TABLE conversations (id text PRIMARY KEY)",
        "ALTER TABLE conversations ADD CONSTRAINT known CHECK (sentiment <> ''); CREATE INDEX felt ON conversations (lower(sentiment))",
    )
    .await
    else {
        return;
    };
    let before = scratch.dump().await;
    let reader = LiveReader::new(scratch.database().await);
    let run = scratch.begin().await;
    let refused = undo(&reader, &run.schema(), false, &Silent)
        .await
        .expect_err("refused");
    let item = refused.item_name().expect("item");
    assert!(item.contains("constraints or indexes"), "{item}");
    assert_eq!(scratch.dump().await, before);
    undo(&reader, &run.schema(), true, &Silent)
        .await
        .expect("forced");
    finish(run).await;
}

#[tokio::test]
async fn what_is_gone_since_needs_no_undoing() {
    let Some(scratch) = since(
        "CREATE TABLE alerts (id text PRIMARY KEY); \
         CREATE TABLE conversations (id text PRIMARY KEY)",
        "DROP TABLE alerts; ALTER TABLE conversations DROP COLUMN sentiment",
    )
    .await
    else {
        return;
    };
    scratch.take_back().await;
    let left = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
    assert_eq!(scratch.text(left).await, "conversations");
    let columns = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'conversations'::regclass AND attnum > 0 AND NOT attisdropped";
    assert_eq!(scratch.text(columns).await, "1");
    let rest = "SELECT count(*) FROM sunset.schema_steps WHERE state <> 'undone' AND cardinality(inverse) > 0";
    assert_eq!(scratch.text(rest).await, "0");
}
