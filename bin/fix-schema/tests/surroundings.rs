//! Triggers, empty references and rows that nothing names, around what is repaired.

use crate::PROGRAM;
use crate::generations::{aged, pushed};
use crate::scratch::Scratch;

const AUDITED: &str = "CREATE TABLE leads (id text PRIMARY KEY, user_id text); \
    CREATE TABLE conversations (id text PRIMARY KEY, lead_id text); \
    CREATE TABLE audit (id serial, what text); \
    CREATE FUNCTION aud() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO audit (what) VALUES (tg_table_name); RETURN new; END$$; \
    CREATE TRIGGER aud AFTER UPDATE ON conversations FOR EACH ROW EXECUTE FUNCTION aud(); \
    INSERT INTO leads VALUES ('L1'); INSERT INTO conversations VALUES ('K1', 'L1')";

#[tokio::test]
async fn a_trigger_that_names_a_table_without_its_schema_works_as_it_does_for_the_application() {
    for path in ["DEFAULT", "''", "decoy, pg_catalog"] {
        let Some(scratch) = Scratch::with(AUDITED).await else {
            return;
        };
        scratch
            .run(&format!(
                "CREATE SCHEMA decoy; CREATE FUNCTION decoy.current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT NULL::text'; \
                 ALTER DATABASE \"{}\" SET search_path = {path}",
                scratch.name
            ))
            .await;
        pushed(&scratch).await;
        let said = scratch.say(PROGRAM, &[]);
        assert!([0, 3].contains(&said.status), "{}", said.shown());
        assert_eq!(
            scratch
                .text("SELECT opportunity_id FROM public.conversations")
                .await,
            "L1"
        );
        assert_eq!(scratch.text("SELECT count(*) FROM public.audit").await, "1");
        scratch.take_back().await;
        assert_eq!(scratch.text("SELECT count(*) FROM public.audit").await, "2");
        assert_eq!(scratch.text("SELECT id FROM public.leads").await, "L1");
    }
}

#[tokio::test]
async fn an_error_within_a_trigger_is_said_to_be_one() {
    let Some(scratch) = Scratch::with(AUDITED).await else {
        return;
    };
    pushed(&scratch).await;
    scratch.run("DROP TABLE audit").await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 1, "{}", said.shown());
    assert!(
        said.err.contains("relation \"audit\" does not exist")
            && said
                .err
                .contains("a function of the database (of a trigger"),
        "{}",
        said.shown()
    );
}

#[tokio::test]
async fn a_foreign_key_goes_before_the_empty_references_that_it_forbids_come_back() {
    let Some(scratch) = Scratch::with(
        "CREATE TABLE opportunities (id text PRIMARY KEY); \
         CREATE TABLE conversations (id text PRIMARY KEY, lead_id text, opportunity_id text); \
         INSERT INTO opportunities VALUES ('L1'); INSERT INTO conversations VALUES ('K1', 'L1', '')",
    )
    .await
    else {
        return;
    };
    let before = scratch.dump().await;
    pushed(&scratch).await;
    scratch.say(PROGRAM, &[]);
    assert_eq!(
        scratch
            .text("SELECT opportunity_id FROM conversations")
            .await,
        "L1"
    );
    scratch.take_back().await;
    assert_eq!(scratch.dump().await, before);
}

#[tokio::test]
async fn values_of_rows_that_no_id_names_alone_stay_as_they_are() {
    for rows in ["('K1', 1.2), ('K1', 1.4)", "(NULL, 1.2), ('K1', 1.4)"] {
        let Some(scratch) = aged(&format!(
            "DROP TABLE conversations CASCADE; CREATE TABLE conversations (id text, lead_id text, duration double precision); \
             INSERT INTO conversations (id, duration) VALUES {rows}; UPDATE conversations SET lead_id = 'o'; \
             INSERT INTO \"user\" (id, name, email) VALUES ('u', 'n', 'e'); \
             INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'c', 'c')"
        ))
        .await
        else {
            return;
        };
        let said = scratch.say(PROGRAM, &[]);
        assert_eq!(said.status, 3, "{}", said.shown());
        let part = "values of conversations.id that name no single row: 1";
        assert!(said.out.contains(part), "{}", said.shown());
        let durations =
            "SELECT string_agg(duration::text, ' ' ORDER BY duration) FROM conversations";
        assert_eq!(scratch.text(durations).await, "1.2 1.4");
        scratch.take_back().await;
        assert_eq!(scratch.text(durations).await, "1.2 1.4");
    }
}

#[tokio::test]
async fn a_dry_run_counts_and_lists_the_rows_that_are_copied_and_no_secrets() {
    let Some(scratch) = aged(
        "INSERT INTO \"user\" (id, name, email) VALUES ('u1', 'n', 'e'); \
         INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('X', 'u1', 'C1', 'c'); \
         CREATE UNIQUE INDEX ON opportunities (company_name, notes); \
         CREATE TABLE leads (id text, user_id text, customer_number text, company_name text, notes text, opportunity_score numeric, secret text); \
         INSERT INTO leads VALUES ('A', 'u1', 'C1', 'x', NULL, 5.5, 'hunter2'), ('B', NULL, 'C8', 'y', 'n', 6.5, 'hunter3'), \
             ('C', NULL, 'C5', 'y', 'n', 7.5, 'hunter4'), ('D', NULL, 'C9', 'y', NULL, 1, NULL), ('D', NULL, 'C7', 'y2', NULL, 1, NULL), (NULL, NULL, 'C6', 'z', NULL, 1, NULL)",
    )
    .await
    else {
        return;
    };
    let dry = scratch.say(PROGRAM, &["--dry-run"]);
    assert_eq!(dry.status, 3, "{}", dry.shown());
    for part in [
        "copy them, leads stays (1 row)",
        "rows of leads whose opportunity_score integer cannot hold: the copy has none, or the usual one: 1\n[DRY RUN]     B (6.5)",
        "rows of leads whose secret has no column in opportunities: 1\n[DRY RUN]     B\n",
        "rows of leads that are not in opportunities: 2\n[DRY RUN]     A, C\n",
        "values of leads.id that name no single row: 2\n[DRY RUN]     D (2 rows), NULL (1 rows)",
    ] {
        assert!(dry.out.contains(part), "{part}\n{}", dry.shown());
    }
    assert!(!dry.shown().contains("hunter"), "{}", dry.shown());
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    let ids = "SELECT string_agg(id, ' ' ORDER BY id) FROM opportunities";
    assert_eq!(scratch.text(ids).await, "B X");
    assert!(
        said.out
            .contains("rows of leads that are not in opportunities: 2"),
        "{}",
        said.shown()
    );
}

#[tokio::test]
async fn a_partitioned_table_keeps_its_name_and_its_rows_are_copied() {
    let Some(scratch) = Scratch::with(
        "CREATE TABLE leads (id text, at date, customer_number text) PARTITION BY RANGE (at); \
         CREATE TABLE leads_all PARTITION OF leads DEFAULT; INSERT INTO leads VALUES ('l1', '2025-01-01', 'n1')",
    )
    .await
    else {
        return;
    };
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(
        said.out
            .contains("leads: it is partitioned, and cannot become opportunities: run schema-push")
            && !said.out.contains("it is ,"),
        "{}",
        said.shown()
    );
    assert_eq!(scratch.text("SELECT to_regclass('leads')").await, "leads");
    pushed(&scratch).await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(scratch.text("SELECT id FROM opportunities").await, "l1");
}

#[tokio::test]
async fn a_repair_that_is_done_in_part_is_no_repair_done_and_says_what_comes_next() {
    let Some(scratch) = aged(
        "ALTER TABLE alerts DROP CONSTRAINT alerts_user_id_user_id_fk; ALTER TABLE alerts ALTER title DROP NOT NULL; \
         INSERT INTO \"user\" (id, name, email) VALUES ('u', 'n', 'e'); \
         INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'c', 'c'); \
         INSERT INTO alerts (id, opportunity_id, user_id, type, severity, message) VALUES ('a', 'o', 'u', 't', 's', 'm')",
    )
    .await
    else {
        return;
    };
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(
        said.out
            .contains("0 repairs done and verified\n1 repair done in part\n"),
        "{}",
        said.shown()
    );
    let (_, undone) = said.out.split_once("not done: ").expect("not done");
    assert!(undone.contains("    next: "), "{}", said.shown());
}
