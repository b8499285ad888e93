//! Older databases, each with its faults.

use sunset_core::plans::schemas::schema_named;
use sunset_core::ports::progress::Silent;
use sunset_core::schema::diff::Directions;
use sunset_core::schema::steps::SchemaPlan;
use sunset_engine::repair::{diagnose, repair};
use sunset_engine::schema::{plan, push};
use sunset_targets::postgres::LiveReader;

use crate::PROGRAM;
use crate::breaking::Breaking;
use crate::scratch::{Said, Scratch, finish};

const LEADS: &str = include_str!("generations/leads.sql");
const BOTH: &str = include_str!("generations/both.sql");
const USERS: &str = include_str!("generations/users.sql");
const DURATION: &str = include_str!("generations/duration.sql");
const COLUMNS: &str = include_str!("generations/columns.sql");

/// As `schema-push` does it.
pub async fn pushed(scratch: &Scratch) {
    let wanted = schema_named("sales-ai", "public").expect("plan");
    let reader = LiveReader::new(scratch.database().await);
    let (steps, live) = plan(&reader, &wanted, &Directions::default())
        .await
        .expect("plan");
    let run = scratch.begin().await;
    push(&reader, &run.schema(), &wanted, (&steps, &live), &Silent)
        .await
        .expect("push");
    finish(run).await;
}

/// As `schema-push --check` does it.
async fn checked(scratch: &Scratch) -> SchemaPlan {
    let wanted = schema_named("sales-ai", "public").expect("plan");
    let reader = LiveReader::new(scratch.database().await);
    plan(&reader, &wanted, &Directions::default())
        .await
        .expect("plan")
        .0
}

/// The present schema, and then what makes it old.
pub async fn aged(sql: &str) -> Option<Scratch> {
    let scratch = Scratch::with("").await?;
    pushed(&scratch).await;
    scratch.run("DROP SCHEMA sunset CASCADE").await;
    scratch.run(sql).await;
    Some(scratch)
}

async fn is_clean(scratch: &Scratch) {
    assert_eq!(checked(scratch).await.differences, []);
    assert_eq!(
        scratch.say(PROGRAM, &[]).shown(),
        "nothing to repair\nstatus 0"
    );
}

#[tokio::test]
async fn nothing_to_repair_is_one_line_and_writes_nothing() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(
        scratch.say(PROGRAM, &[]).shown(),
        "nothing to repair\nstatus 0"
    );
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM pg_namespace WHERE nspname = 'sunset'")
            .await,
        "0"
    );
    pushed(&scratch).await;
    is_clean(&scratch).await;
    assert_eq!(
        scratch.say(PROGRAM, &["--dry-run"]).shown(),
        "[DRY RUN] nothing to repair\nstatus 0"
    );
}

#[tokio::test]
async fn leads_become_opportunities_in_the_chain() {
    let Some(scratch) = Scratch::with(LEADS).await else {
        return;
    };
    let before = scratch.dump().await;
    pushed(&scratch).await;
    assert_eq!(
        scratch
            .text("SELECT to_regclass('public.opportunities')")
            .await,
        "-"
    );
    let dry = scratch.say(PROGRAM, &["--dry-run"]);
    assert_eq!(dry.status, 0, "{}", dry.shown());
    insta::assert_snapshot!("leads_dry_run", dry.shown());
    let said = scratch.say(PROGRAM, &[]);
    insta::assert_snapshot!("leads", said.shown());
    assert_eq!(scratch.text("SELECT string_agg(concat_ws(' ', id, customer_number, company_name, status, source, created_at), ', ' ORDER BY id) FROM opportunities WHERE id < 'l3'").await,
        "l1 202501-000001 Company 1 new manual 2025-01-01 00:00:00, l2 202501-000002 Company 2 new manual 2025-01-01 00:00:00");
    for table in ["conversations", "meddic_analyses"] {
        assert_eq!(
            scratch
                .text(&format!(
                    "SELECT count(*) FROM {table} WHERE opportunity_id = lead_id"
                ))
                .await,
            "8"
        );
    }
    // V3 can insert what it knows of.
    scratch
        .run(
            "INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('n', 'u1', 'n', 'n'); \
             INSERT INTO conversations (id, opportunity_id, type) VALUES ('n', 'n', 'demo'); \
             INSERT INTO meddic_analyses (id, conversation_id, opportunity_id) VALUES ('n', 'n', 'n')",
        )
        .await;
    is_clean(&scratch).await;
    // And all of it can be taken back.
    scratch.run("DELETE FROM meddic_analyses WHERE id = 'n'; DELETE FROM conversations WHERE id = 'n'; DELETE FROM opportunities WHERE id = 'n'").await;
    scratch.take_back().await;
    assert_eq!(scratch.dump().await, before);
}

#[tokio::test]
async fn leads_become_opportunities_without_a_push_before() {
    let Some(scratch) = Scratch::with(LEADS).await else {
        return;
    };
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(
        scratch.text("SELECT count(*) FROM opportunities").await,
        "5"
    );
    assert_eq!(
        scratch.say(PROGRAM, &[]).shown(),
        "nothing to repair\nstatus 0"
    );
    pushed(&scratch).await;
    is_clean(&scratch).await;
}

#[tokio::test]
async fn a_push_that_made_an_empty_table_beside_leads_blocks_nothing() {
    let Some(scratch) = aged("").await else {
        return;
    };
    scratch
        .run(
            "INSERT INTO \"user\" (id, name, email) VALUES ('u1', 'A', 'a@x'); \
             CREATE TABLE leads (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id text, customer_number text, company_name varchar(20), status text, notes text); \
             INSERT INTO leads SELECT gen_random_uuid(), 'u1', i, 'C' || i, NULL, 'n' FROM generate_series(1, 40) AS i",
        )
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(scratch.text("SELECT count(*) FROM opportunities AS o JOIN leads AS l ON l.id::text = o.id AND l.customer_number = o.customer_number AND o.status = 'new' AND o.user_id = 'u1'").await, "40");
    is_clean(&scratch).await;
}

#[tokio::test]
async fn both_tables_are_merged_and_what_collides_is_listed() {
    let Some(scratch) = Scratch::with(BOTH).await else {
        return;
    };
    pushed(&scratch).await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    insta::assert_snapshot!("both", said.shown());
    assert_eq!(
        scratch.text("SELECT string_agg(concat_ws('|', id, customer_number, company_name, left(user_id, 14), opportunity_score, created_at), ' ' ORDER BY id) FROM opportunities").await,
        "l1|202501-000001|One, as V3 has it|u1|2025-02-02 00:00:00 l2|l2|Company_l2|migration-user|2025-01-01 00:00:00 \
         l3|202501-000003|Three|migration-user|3|2025-01-01 00:00:00 o9|TAKEN|Company_o9|migration-user|2025-02-02 00:00:00"
    );
    assert_eq!(scratch.text("SELECT string_agg(id || coalesce(opportunity_id, '-'), ' ' ORDER BY id) FROM conversations").await, "c1l1 c2l2 c4-");
    assert_eq!(scratch.text("SELECT count(*) FROM leads").await, "4");
    let before = scratch
        .text("SELECT count(*) FROM sunset.schema_steps")
        .await;
    insta::assert_snapshot!("both_again", scratch.say(PROGRAM, &[]).shown());
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM sunset.schema_steps")
            .await,
        before
    );
    // When somebody has put it right, the rest follows.
    scratch
        .run("UPDATE leads SET customer_number = 'FREE' WHERE id = 'l4'")
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    is_clean(&scratch).await;
}

#[tokio::test]
async fn an_owner_that_is_named_and_does_not_exist_is_an_answer() {
    let Some(scratch) = aged(COLUMNS).await else {
        return;
    };
    let with = |owner: &str| {
        let output = scratch
            .program(PROGRAM, &[])
            .env("MIGRATION_USER_ID", owner)
            .output()
            .expect("program");
        Said::new(output, &scratch.name)
    };
    let before = scratch.dump().await;
    let said = with("it's nobody");
    assert_eq!(said.status, 1, "{}", said.shown());
    for part in [
        "there is no user whom MIGRATION_USER_ID names; nothing was done",
        "INSERT INTO \"public\".\"user\" (id, name, email, email_verified) VALUES ('it''s nobody', 'Migration User'",
    ] {
        assert!(said.err.contains(part), "{part}\n{}", said.shown());
    }
    assert_eq!(scratch.dump().await, before);
    assert_eq!(with("u1").status, 0);
    assert_eq!(
        scratch
            .text("SELECT string_agg(user_id, ' ') FROM opportunities")
            .await,
        "u1 u1 u1"
    );
    is_clean(&scratch).await;
}

#[tokio::test]
async fn missing_columns_are_added_and_filled() {
    let Some(scratch) = aged(COLUMNS).await else {
        return;
    };
    for _ in 0..2 {
        // In the chain, schema-push adds what it can and leaves the rest.
        pushed(&scratch).await;
        assert_eq!(
            scratch
                .text("SELECT count(*) FROM opportunities WHERE user_id IS NULL")
                .await,
            "3"
        );
    }
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(
        scratch.text("SELECT string_agg(concat_ws('|', customer_number, company_name, source, status), ' ' ORDER BY id COLLATE \"C\") FROM opportunities").await,
        "o2|Company_o2|manual|lost o3|Company_o3|manual|new 客戶壹貳參肆伍陸柒捌玖|Company_客戶壹貳參肆伍陸|manual|won"
    );
    is_clean(&scratch).await;
}

#[tokio::test]
async fn alerts_point_at_user_and_orphans_are_listed() {
    let Some(scratch) = aged(USERS).await else {
        return;
    };
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    insta::assert_snapshot!("users", said.shown());
    assert_eq!(
        scratch
            .text("SELECT string_agg(id || coalesce(user_id, '-'), ' ' ORDER BY id) FROM alerts")
            .await,
        "a1u1 a2nobody a3-"
    );
    let mut connection = scratch.connect().await;
    let refused = sqlx::raw_sql("UPDATE alerts SET user_id = 'ghost' WHERE id = 'a1'")
        .execute(&mut connection)
        .await;
    assert!(refused.is_err(), "new rows are held to the foreign key");
    scratch
        .run("UPDATE alerts SET user_id = NULL WHERE id = 'a2'")
        .await;
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    is_clean(&scratch).await;
}

#[tokio::test]
async fn a_key_to_another_table_users_is_replaced() {
    let Some(scratch) = aged(
        "CREATE TABLE users (id text PRIMARY KEY); INSERT INTO users VALUES ('u1'); INSERT INTO \"user\" (id, name, email) VALUES ('u1', 'A', 'a@x'); \
         ALTER TABLE alerts DROP CONSTRAINT alerts_user_id_user_id_fk, ADD CONSTRAINT alerts_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users (id)",
    )
    .await
    else {
        return;
    };
    let before = scratch.dump().await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    is_clean(&scratch).await;
    scratch.take_back().await;
    assert_eq!(scratch.dump().await, before);
}

#[tokio::test]
async fn durations_are_rounded_as_the_mapping_rounds_and_nothing_is_lost() {
    let Some(scratch) = aged(DURATION).await else {
        return;
    };
    let before = scratch.dump().await;
    pushed(&scratch).await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    insta::assert_snapshot!("duration", said.shown());
    assert_eq!(
        scratch.text("SELECT string_agg(coalesce(duration::text, '-'), ' ' ORDER BY id) FROM conversations").await,
        "13 12 0 0 - - - - - 2147483647 - - 60 - 1073741824"
    );
    assert_eq!(
        scratch.text("SELECT string_agg(row_id || '=' || value, ' ' ORDER BY row_id) FROM sunset.schema_kept").await,
        "c01=12.5 c02=12.4 c03=0.49999999999999994 c04=-0.5 c05=-0.51 c06=-7 c07=NaN c08=Infinity c09=-Infinity \
         c10=2147483647.4 c11=2147483647.5 c14=4.503599627370498e+15 c15=1073741823.5"
    );
    is_clean(&scratch).await;
    scratch.take_back().await;
    assert_eq!(scratch.dump().await, before);
}

#[tokio::test]
async fn repairs_broken_off_at_any_batch_go_on() {
    let all = format!(
        "{LEADS} ALTER TABLE conversations ADD COLUMN duration double precision DEFAULT 1.5; \
         ALTER TABLE leads DROP COLUMN user_id;"
    );
    for batches in 0.. {
        let Some(scratch) = Scratch::with(&all).await else {
            return;
        };
        pushed(&scratch).await;
        let wanted = schema_named("sales-ai", "public").expect("plan");
        let reader = LiveReader::new(scratch.database().await);
        let diagnosis = diagnose(&reader, &wanted, None).await.expect("diagnosis");
        let run = scratch.begin().await;
        let writer = Breaking::before(run.schema(), batches);
        let broken = repair(&reader, &writer, &wanted, None, &diagnosis, &Silent).await;
        finish(run).await;
        let ended = broken.is_ok();
        if !ended {
            let said = scratch.say(PROGRAM, &[]);
            assert_eq!(said.status, 0, "after {batches} batches: {}", said.shown());
        }
        is_clean(&scratch).await;
        assert_eq!(
            scratch.text("SELECT concat_ws(' ', count(*), count(opportunity_id), sum(duration)) FROM conversations").await,
            "8 8 16"
        );
        assert_eq!(
            scratch
                .text("SELECT count(*) FROM opportunities WHERE user_id LIKE 'migration-user-%'")
                .await,
            "5"
        );
        if ended {
            assert!(batches > 10, "only {batches} batches");
            return;
        }
    }
}
