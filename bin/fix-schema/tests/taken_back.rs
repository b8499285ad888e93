//! Taking repairs back leaves what people did since.

use crate::PROGRAM;
use crate::generations::aged;
use crate::scratch::Scratch;

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
