//! Older databases with types and values that nobody foresaw.

use crate::PROGRAM;
use crate::generations::aged;
use crate::scratch::Scratch;

const OWNED: &str = "INSERT INTO \"user\" (id, name, email) VALUES ('u1', 'A', 'a@x'); \
    INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o1', 'u1', 'c1', 'One'), ('o2', 'u1', 'c2', 'Two');";

async fn odd(sql: &str) -> Option<Scratch> {
    aged(&format!("{OWNED}{sql}")).await
}

#[tokio::test]
async fn a_duration_that_must_have_a_value_and_is_no_number() {
    let Some(scratch) = odd(
        "ALTER TABLE conversations ALTER duration TYPE double precision, ALTER duration SET DEFAULT 1.5; \
         UPDATE conversations SET duration = 0; \
         INSERT INTO conversations (id, opportunity_id, type, duration) VALUES ('c1', 'o1', 'demo', 2.5), ('c2', 'o1', 'demo', 'NaN'); \
         ALTER TABLE conversations ALTER duration SET NOT NULL",
    )
    .await
    else {
        return;
    };
    let before = scratch.dump().await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    let durations =
        "SELECT string_agg(coalesce(duration::text, '-'), ' ' ORDER BY id) FROM conversations";
    assert_eq!(scratch.text(durations).await, "3 -");
    scratch.take_back().await;
    assert_eq!(scratch.dump().await, before);
}

#[tokio::test]
async fn a_check_that_rounding_would_break_is_listed_first() {
    let Some(scratch) = odd(
        "ALTER TABLE conversations ALTER duration TYPE double precision, ADD CONSTRAINT some_time CHECK (duration > 0); \
         INSERT INTO conversations (id, opportunity_id, type, duration) VALUES ('c1', 'o1', 'demo', 0.3), ('c2', 'o1', 'demo', 9.5)",
    )
    .await
    else {
        return;
    };
    let dry = scratch.say(PROGRAM, &["--dry-run"]);
    assert_eq!(dry.status, 3, "{}", dry.shown());
    assert!(
        dry.out
            .contains("rows of conversations that a check refuses once their duration is rounded"),
        "{}",
        dry.shown()
    );
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    scratch
        .run("ALTER TABLE conversations DROP CONSTRAINT some_time")
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    scratch
        .run("ALTER TABLE conversations ALTER duration TYPE double precision; CREATE VIEW long AS SELECT * FROM conversations WHERE duration > 9")
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(
        said.out
            .contains("conversations.duration: view public.long uses it"),
        "{}",
        said.shown()
    );
}

#[tokio::test]
async fn ids_of_type_uuid_end_in_no_raw_error() {
    let Some(scratch) = Scratch::with(
        "CREATE TABLE \"user\" (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, email text NOT NULL UNIQUE); \
         CREATE TABLE opportunities (id uuid PRIMARY KEY, customer_number text, company_name text); \
         INSERT INTO opportunities SELECT gen_random_uuid() FROM generate_series(1, 3); \
         CREATE TABLE leads (id uuid PRIMARY KEY, company_name text); \
         INSERT INTO leads SELECT id FROM opportunities LIMIT 1; \
         CREATE TABLE conversations (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), lead_id uuid NOT NULL, opportunity_id uuid, type text NOT NULL); \
         INSERT INTO conversations (lead_id, type) SELECT id, 'demo' FROM opportunities; \
         CREATE TABLE alerts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), lead_id uuid, type text, severity text, title text, message text); \
         INSERT INTO alerts (lead_id) SELECT id FROM opportunities",
    )
    .await
    else {
        return;
    };
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    for table in ["conversations", "alerts"] {
        assert_eq!(
            scratch
                .text(&format!(
                    "SELECT count(*) FROM {table} WHERE opportunity_id::text = lead_id::text"
                ))
                .await,
            "3"
        );
    }
    assert!(
        said.out.contains("set MIGRATION_USER_ID") || said.out.contains("cannot be made with"),
        "{}",
        said.shown()
    );
    let again = scratch.say(PROGRAM, &[]);
    assert_eq!(again.status, 3, "{}", again.shown());
}

#[tokio::test]
async fn narrow_types_and_an_older_user_alone() {
    let Some(scratch) = Scratch::with(
        "CREATE TABLE \"user\" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE); \
         CREATE TABLE opportunities (id text PRIMARY KEY, customer_number varchar(5), company_name varchar(6)); \
         INSERT INTO opportunities (id) VALUES ('a-long-identifier'); \
         CREATE TABLE conversations (id text PRIMARY KEY, lead_id varchar(40), opportunity_id varchar(4), type text NOT NULL); \
         INSERT INTO conversations VALUES ('c1', 'a-long-identifier', NULL, 'demo')",
    )
    .await
    else {
        return;
    };
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(
        scratch
            .text("SELECT concat_ws(' ', o.customer_number, o.company_name, c.id) FROM opportunities AS o JOIN conversations AS c ON c.opportunity_id = o.id")
            .await,
        "a-long-identifier Company_a-long-i c1"
    );
}

#[tokio::test]
async fn what_a_copy_cannot_hold_is_listed_and_one_of_two_is_copied() {
    let Some(scratch) = odd(
        "ALTER TABLE opportunities DROP CONSTRAINT opportunities_customer_number_unique; \
         CREATE TABLE leads (id text PRIMARY KEY, user_id text, customer_number text, company_name text, opportunity_score double precision, region text); \
         INSERT INTO leads VALUES ('l1', 'u1', 'same', 'L', 55.5, 'north'), ('l2', 'ghost', 'same', 'M', 5, NULL), ('l3', 'ghost', 'n3', 'N', 7, NULL)",
    )
    .await
    else {
        return;
    };
    let dry = scratch.say(PROGRAM, &["--dry-run"]);
    for part in [
        "rows of leads whose opportunity_score integer cannot hold",
        "l1 (55.5)",
        "rows of leads whose region has no column in opportunities: 1",
        "rows of leads whose user_id names nobody",
    ] {
        assert!(dry.out.contains(part), "{part}\n{}", dry.shown());
    }
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(
        said.out
            .contains("rows of leads that are not in opportunities: 1"),
        "{}",
        said.shown()
    );
    assert_eq!(
        scratch
            .text("SELECT string_agg(concat_ws('|', id, customer_number, opportunity_score), ' ' ORDER BY id) FROM opportunities WHERE id LIKE 'l%'")
            .await,
        "l1|same l3|n3|7"
    );
}

#[tokio::test]
async fn an_empty_reference_is_carried_and_one_that_says_otherwise_is_listed() {
    let Some(scratch) = odd(
        "INSERT INTO conversations (id, opportunity_id, type) VALUES ('k1', 'o1', 'demo'), ('k2', 'o1', 'demo'); \
         ALTER TABLE conversations ADD COLUMN lead_id text; UPDATE conversations SET lead_id = CASE id WHEN 'k1' THEN 'o1' ELSE 'o2' END; \
         ALTER TABLE form_submissions ADD COLUMN lead_id text; \
         INSERT INTO form_submissions (id, source_type, raw_payload, opportunity_id, lead_id) VALUES ('f1', 'web', '{}', '', 'o2')",
    )
    .await
    else {
        return;
    };
    let before = scratch.dump().await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(said.out.contains("k2 -> o2, not o1"), "{}", said.shown());
    assert_eq!(
        scratch
            .text("SELECT opportunity_id FROM form_submissions")
            .await,
        "o2"
    );
    scratch.take_back().await;
    assert_eq!(scratch.dump().await, before);
}

#[tokio::test]
async fn ids_of_another_type_change_with_what_refers_to_them_or_not_at_all() {
    for (sql, afterwards, says) in [
        (
            "CREATE TABLE opportunities (id uuid PRIMARY KEY); \
             CREATE TABLE conversations (id text PRIMARY KEY, opportunity_id uuid REFERENCES opportunities (id))",
            "text text",
            "columns have other types: opportunities.id, conversations.opportunity_id",
        ),
        (
            "CREATE TABLE opportunities (id uuid PRIMARY KEY); \
             INSERT INTO opportunities VALUES ('00000000-0000-0000-0000-000000000001'); \
             CREATE TABLE conversations (id text PRIMARY KEY, opportunity_id uuid REFERENCES opportunities (id))",
            "uuid uuid",
            "conversations.opportunity_id: uuid does not become text alone",
        ),
    ] {
        let Some(scratch) = Scratch::with(sql).await else {
            return;
        };
        let dry = scratch.say(PROGRAM, &["--dry-run"]);
        assert!(dry.out.contains(says), "{}", dry.shown());
        let said = scratch.say(PROGRAM, &[]);
        assert!(!said.err.contains("SQLSTATE"), "{}", said.shown());
        // The table of users is missing, and schema-push's to make.
        assert_eq!(said.status, 3, "{}", said.shown());
        let types = "SELECT string_agg(format_type(atttypid, atttypmod), ' ') FROM pg_attribute \
            WHERE (attrelid, attname) IN (('opportunities'::regclass, 'id'), ('conversations'::regclass, 'opportunity_id'))";
        assert_eq!(scratch.text(types).await, afterwards, "{}", said.shown());
    }
}
