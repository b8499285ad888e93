//! Taking repairs back leaves what people did since.

use sunset_core::ports::schema::SchemaWriter as _;
use sunset_core::schema::sweep::Sweep;

use crate::PROGRAM;
use crate::generations::aged;
use crate::scratch::{Scratch, finish};

const OWNED: &str = "INSERT INTO \"user\" (id, name, email) VALUES ('u1', 'A', 'a@x'); \
    INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o1', 'u1', 'c1', 'One');";

/// A database with that fault, repaired; `status` is 3 where rows are left as they are.
async fn repaired(status: i32, sql: &str) -> Option<Scratch> {
    let scratch = aged(&format!("{OWNED}{sql}")).await?;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, status, "{}", said.shown());
    Some(scratch)
}

#[tokio::test]
async fn a_filled_value_that_somebody_changed_stays() {
    let Some(scratch) = repaired(
        0,
        "ALTER TABLE opportunities ALTER company_name DROP NOT NULL; \
         INSERT INTO opportunities (id, user_id, customer_number) VALUES ('o2', 'u1', 'c2'), ('o3', 'u1', 'c3');",
    )
    .await
    else {
        return;
    };
    scratch
        .run("UPDATE opportunities SET company_name = 'By hand' WHERE id = 'o2'")
        .await;
    scratch.take_back().await;
    let names = "SELECT string_agg(id || '=' || coalesce(company_name, '-'), ' ' ORDER BY id) FROM opportunities";
    assert_eq!(scratch.text(names).await, "o1=One o2=By hand o3=-");
}

#[tokio::test]
async fn copied_rows_that_somebody_changed_or_refers_to_stay() {
    let Some(scratch) = repaired(
        3,
        "CREATE TABLE leads (id text PRIMARY KEY, company_name varchar(20), customer_number varchar(20)); \
         INSERT INTO leads VALUES ('l1', 'X', 'n1'), ('l2', 'Y', 'n2'), ('l3', 'Z', 'n3'), ('l4', 'Z', 'c1');",
    )
    .await
    else {
        return;
    };
    let ids = "SELECT string_agg(id, ' ' ORDER BY id) FROM opportunities";
    // The number of l4 is another's; the others collide with nothing.
    assert_eq!(scratch.text(ids).await, "l1 l2 l3 o1");
    scratch
        .run(
            "UPDATE opportunities SET notes = 'six months of notes' WHERE id = 'l1'; \
             INSERT INTO conversations (id, opportunity_id, type) VALUES ('k1', 'l2', 'call')",
        )
        .await;
    scratch.take_back().await;
    assert_eq!(scratch.text(ids).await, "l1 l2 o1");
}

#[tokio::test]
async fn a_migration_user_that_was_there_before_stays_with_all_that_is_its() {
    let Some(scratch) = repaired(
        0,
        "INSERT INTO \"user\" (id, name, email) VALUES ('migration-user-mine', 'M', 'migration@internal.system'); \
         INSERT INTO user_profiles (user_id, department) VALUES ('migration-user-mine', 'precious'); \
         ALTER TABLE opportunities ALTER user_id DROP NOT NULL; UPDATE opportunities SET user_id = NULL;",
    )
    .await
    else {
        return;
    };
    scratch.take_back().await;
    assert_eq!(
        scratch.text("SELECT department FROM user_profiles").await,
        "precious"
    );
    assert_eq!(scratch.text("SELECT user_id FROM opportunities").await, "-");
}

#[tokio::test]
async fn a_migration_user_that_somebody_needs_by_now_stays() {
    let Some(scratch) = repaired(
        0,
        "ALTER TABLE opportunities ALTER user_id DROP NOT NULL; UPDATE opportunities SET user_id = NULL;",
    )
    .await
    else {
        return;
    };
    let users = "SELECT count(*) FROM \"user\" WHERE email = 'migration@internal.system'";
    assert_eq!(scratch.text(users).await, "1");
    scratch
        .run("INSERT INTO utm_campaigns (id, utm_source, user_id) SELECT 'k', 's', id FROM \"user\" WHERE email = 'migration@internal.system'")
        .await;
    scratch.take_back().await;
    assert_eq!(scratch.text(users).await, "1");
}

#[tokio::test]
async fn rounded_values_come_back_behind_the_type_a_portion_at_a_time() {
    let Some(scratch) = repaired(
        0,
        "ALTER TABLE conversations ALTER duration TYPE numeric(5,2), ALTER duration SET DEFAULT 999.5; \
         INSERT INTO conversations (id, opportunity_id, type, duration, summary) \
         SELECT 'c' || i, 'o1', 'demo', 999.99, repeat('long ', 200) FROM generate_series(1, 300) AS i; \
         INSERT INTO conversations (id, opportunity_id, type, duration) VALUES ('d1', 'o1', 'demo', 'NaN'); \
         ALTER TABLE conversations ALTER duration SET NOT NULL",
    )
    .await
    else {
        return;
    };
    let held = "SELECT count(*) FROM conversations WHERE duration = 999.99";
    let rounded = "SELECT count(*) FROM conversations WHERE duration = 1000";
    assert_eq!(scratch.text(rounded).await, "300");
    let run = scratch.begin().await;
    let writer = run.schema();
    let recorded = writer.recorded().await.expect("steps");
    let find = |words: &str| {
        let step = recorded.iter().find(|step| step.title.starts_with(words));
        step.expect(words).clone()
    };
    let (round, keep) = (
        find("round conversations.duration"),
        find("keep in sunset.schema_kept what conversations.duration"),
    );
    for step in recorded.iter().filter(|step| step.id > round.id) {
        writer.undo(step, None).await.expect("undo");
    }
    // The lock that everybody waits for is held for the change of the type, and no longer.
    writer.undo(&round, None).await.expect("undo");
    assert_eq!(scratch.text(held).await, "0");
    let at = Sweep {
        blocks: 1,
        ..Sweep::default()
    };
    writer.sweep_back(&keep, at).await.expect("sweep");
    let some: u32 = scratch.text(held).await.parse().expect("number");
    assert!((1..300).contains(&some), "{some}");
    // It was broken off there; whoever takes back again goes on.
    finish(run).await;
    scratch.take_back().await;
    assert_eq!(scratch.text(held).await, "300");
    let column = "SELECT concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)) \
        FROM pg_attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum \
        WHERE attrelid = 'conversations'::regclass AND attname = 'duration'";
    assert_eq!(scratch.text(column).await, "numeric(5,2) t 999.5");
    assert_eq!(
        scratch
            .text("SELECT duration FROM conversations WHERE id = 'd1'")
            .await,
        "NaN"
    );
}

#[tokio::test]
async fn a_duration_that_somebody_wrote_since_stays_and_one_that_does_not_fit_is_asked_about() {
    let Some(scratch) = repaired(
        0,
        "ALTER TABLE conversations ALTER duration TYPE numeric(5,2); \
         INSERT INTO conversations (id, opportunity_id, type, duration) VALUES ('c1', 'o1', 'demo', 2.5), ('c2', 'o1', 'demo', 3.5), ('c3', 'o1', 'demo', 999.75)",
    )
    .await
    else {
        return;
    };
    scratch
        .run("UPDATE conversations SET duration = 60 WHERE id = 'c2'")
        .await;
    let asked = scratch
        .run_undo_error("UPDATE conversations SET duration = 5000 WHERE id = 'c1'")
        .await;
    assert!(
        asked.contains("1 values in conversations.duration that its type of before cannot hold"),
        "{asked}"
    );
    scratch
        .run("UPDATE conversations SET duration = 3 WHERE id = 'c1'")
        .await;
    scratch.take_back().await;
    assert_eq!(
        scratch
            .text("SELECT string_agg(concat_ws('=', id, duration), ' ' ORDER BY id) FROM conversations")
            .await,
        "c1=2.50 c2=60.00 c3=999.75"
    );
}
