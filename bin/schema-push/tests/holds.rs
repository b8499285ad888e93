//! What depends from elsewhere on what would go, and what only seems to be in the way.

use crate::PROGRAM;
use crate::hindrances::{refused_until, since};
use crate::scratch::Scratch;

const NUMBER: &str = "opportunities_customer_number_unique";

#[tokio::test]
async fn policies_and_defaults_of_other_tables_are_named_before_tables_go() {
    let Some(scratch) = since(
        "",
        "CREATE TABLE app (id text); CREATE POLICY p ON app USING (EXISTS (SELECT 1 FROM opportunities)); \
         CREATE SEQUENCE numbers OWNED BY opportunities.opportunity_score; \
         CREATE TABLE numbered (id integer DEFAULT nextval('numbers')); \
         CREATE VIEW counted AS SELECT last_value FROM numbers; \
         CREATE POLICY own ON alerts USING (EXISTS (SELECT 1 FROM conversations))",
    )
    .await
    else {
        return;
    };
    // A policy of a table that goes before is in nobody's way.
    refused_until(
        &scratch,
        &[
            "opportunities: default value for column id of table public.numbered uses it",
            "opportunities: policy p on table public.app uses it",
            "opportunities: view public.counted uses it",
        ],
        "DROP TABLE app, numbered; DROP VIEW counted; DROP POLICY own ON alerts",
    )
    .await;
}

#[tokio::test]
async fn what_uses_a_column_or_a_key_by_a_detour_is_named_before_it_goes() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run(&format!(
            "DROP SCHEMA sunset CASCADE; ALTER TABLE opportunities DROP CONSTRAINT {NUMBER}, DROP COLUMN opportunity_score"
        ))
        .await;
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run(
            "CREATE TABLE app (o text CONSTRAINT tie REFERENCES opportunities (customer_number)); \
             CREATE SEQUENCE numbers OWNED BY opportunities.opportunity_score; \
             CREATE TABLE numbered (id integer DEFAULT nextval('numbers'))",
        )
        .await;
    refused_until(
        &scratch,
        &[
            "opportunities.opportunities_customer_number_unique: foreign key tie of app uses it",
            "opportunities.opportunity_score: default value for column id of table public.numbered uses it",
        ],
        "DROP TABLE app, numbered",
    )
    .await;
}

#[tokio::test]
async fn what_others_hold_is_not_dropped_and_the_rest_is_done() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run(
            "DROP SCHEMA sunset CASCADE; DROP TABLE utm_campaigns CASCADE; \
             CREATE TABLE ruled (id text); CREATE TABLE app (id text); \
             CREATE POLICY p ON app USING (EXISTS (SELECT 1 FROM ruled)); \
             CREATE TABLE numbers (id serial); CREATE TABLE numbered (id integer DEFAULT nextval('numbers_id_seq')); \
             CREATE DOMAIN number AS integer DEFAULT nextval('numbers_id_seq'); \
             ALTER TABLE opportunities ADD COLUMN n serial; \
             CREATE TABLE more (id integer DEFAULT nextval('opportunities_n_seq'))",
        )
        .await;
    let names = ["ruled", "numbers", "opportunities.n"];
    let drops: Vec<&str> = names.iter().flat_map(|n| ["--allow-drop", n]).collect();
    let said = scratch.say(PROGRAM, &drops);
    assert_eq!(said.status, 3, "{}", said.shown());
    for part in [
        "ruled: policy p on table public.app would lose what it is made of",
        "numbers: default value for column id of table public.numbered, type public.number would lose",
        "opportunities.n: default value for column id of table public.more would lose",
        "create table utm_campaigns",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.shown());
    }
    assert_eq!(
        scratch
            .text("SELECT to_regclass('utm_campaigns') IS NOT NULL")
            .await,
        "true"
    );
    // What holds it goes before it.
    let said = scratch.say(PROGRAM, &["--allow-drop", "app", "--allow-drop", "ruled"]);
    assert_eq!(said.status, 0, "{}", said.shown());
}

#[tokio::test]
async fn the_copies_of_a_foreign_key_to_partitions_are_no_keys_of_their_own() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run(
            "DROP TABLE conversations CASCADE; \
             CREATE TABLE conversations (id text PRIMARY KEY, opportunity_id text NOT NULL) PARTITION BY HASH (id); \
             CREATE TABLE one PARTITION OF conversations FOR VALUES WITH (MODULUS 2, REMAINDER 0); \
             CREATE TABLE two PARTITION OF conversations FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
        )
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(
        said.out.contains("conversations: the table is partitioned"),
        "{}",
        said.shown()
    );
    let check = scratch.say(PROGRAM, &["--check"]);
    assert!(
        !check.out.contains("second foreign key"),
        "{}",
        check.shown()
    );
    let again = scratch.say(PROGRAM, &[]);
    assert_eq!(again.status, 3, "{}", again.shown());
    assert!(again.out.contains("nothing to do"), "{}", again.shown());
}

#[tokio::test]
async fn an_identity_that_should_be_nullable_stops_nothing_else() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run(
            "ALTER TABLE lead_sources ALTER total_leads DROP DEFAULT, ALTER total_leads SET NOT NULL, \
                 ALTER total_leads ADD GENERATED BY DEFAULT AS IDENTITY; \
             ALTER TABLE alerts ALTER id SET NOT NULL; \
             ALTER TABLE opportunities ALTER opportunity_score DROP DEFAULT, ALTER opportunity_score SET NOT NULL, \
                 ALTER opportunity_score ADD GENERATED BY DEFAULT AS IDENTITY; \
             ALTER TABLE utm_campaigns DROP COLUMN name",
        )
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    for column in [
        "lead_sources.total_leads",
        "opportunities.opportunity_score",
    ] {
        assert_eq!(
            said.out.matches(&format!("  {column}: ")).count(),
            1,
            "{}",
            said.shown()
        );
    }
    assert!(said.out.contains("DROP IDENTITY"), "{}", said.shown());
    let column = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'utm_campaigns' AND column_name = 'name'";
    assert_eq!(scratch.text(column).await, "1");
}

#[tokio::test]
async fn an_index_that_makes_way_for_the_desired_one_needs_attention() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run(
            "DROP SCHEMA sunset CASCADE; INSERT INTO verification (id, identifier, value, expires_at) VALUES ('a', 'b', 'c', now()); \
             DROP INDEX verification_identifier_idx; CREATE UNIQUE INDEX verification_identifier_idx ON verification (value); \
             DROP INDEX \"session_userId_idx\"; CREATE INDEX \"session_userId_idx\" ON session (ip_address)",
        )
        .await;
    let before = scratch.dump().await;
    let said = scratch.say(PROGRAM, &["--verbose"]);
    assert_eq!(said.status, 0, "{}", said.shown());
    for part in [
        "rebuild index verification_identifier_idx [needs attention]",
        "that its values are unique is made sure of no longer: CREATE UNIQUE INDEX verification_identifier_idx",
        "undo: CREATE UNIQUE INDEX CONCURRENTLY verification_identifier_idx ON public.verification",
        "the index that has this name goes: CREATE INDEX \"session_userId_idx\"",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.shown());
    }
    scratch.take_back().await;
    assert_eq!(scratch.dump().await, before);
}

#[tokio::test]
async fn rows_that_break_a_check_are_listed_and_no_check_is_left_behind() {
    let Some(scratch) = Scratch::with(
        "CREATE TABLE \"Tenant\" (id uuid PRIMARY KEY); CREATE TABLE \"Customer\" (id uuid PRIMARY KEY); \
         CREATE TABLE \"ActivityType\" (id uuid PRIMARY KEY); \
         CREATE TABLE \"CallPlan\" (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text, \"weekNumber\" integer); \
         INSERT INTO \"CallPlan\" (id, \"weekNumber\") VALUES ('10000000-0000-4000-8000-000000000001', 99)",
    )
    .await
    else {
        return;
    };
    for arguments in [
        ["--plan", "leora-phase2", "--dry-run"].as_slice(),
        &["--plan", "leora-phase2"],
    ] {
        let said = scratch.say(PROGRAM, arguments);
        assert_eq!(said.status, 3, "{}", said.shown());
        for part in [
            "not done: add check CallPlan_weekNumber_check",
            "rows of CallPlan that break \"weekNumber\" BETWEEN 1 AND 53: 1",
            "10000000-0000-4000-8000-000000000001",
        ] {
            assert!(said.out.contains(part), "{part}\n{}", said.shown());
        }
        assert!(!said.out.contains("comes behind"), "{}", said.shown());
    }
    // The application goes on, and so does the push once the row is corrected.
    scratch.run("UPDATE \"CallPlan\" SET name = 'z'").await;
    scratch
        .run("UPDATE \"CallPlan\" SET \"weekNumber\" = 9")
        .await;
    let said = scratch.say(PROGRAM, &["--plan", "leora-phase2"]);
    assert_eq!(said.status, 0, "{}", said.shown());
    let valid =
        "SELECT convalidated FROM pg_constraint WHERE conname = 'CallPlan_weekNumber_check'";
    assert_eq!(scratch.text(valid).await, "true");
}

#[tokio::test]
async fn without_the_tables_of_the_application_the_plan_says_so() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    let said = scratch.say(PROGRAM, &["--plan", "main-server"]);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(
        said.out
            .contains("users: this plan changes an application's database"),
        "{}",
        said.shown()
    );
}

#[tokio::test]
async fn what_would_fail_is_in_the_document_too() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    scratch.take_no_writes().await;
    let said = scratch.say(PROGRAM, &["--dry-run", "--json"]);
    assert_eq!(said.status, 3, "{}", said.shown());
    let document: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let told = document["would_fail"]["what"].as_str().expect("what");
    assert!(told.contains("takes no writes"), "{document:#}");
}
