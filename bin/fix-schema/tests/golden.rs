//! What is planned, word for word: for each repair alone, for all of them together, and for a role
//! that may not do them.

use crate::PROGRAM;
use crate::generations::{aged, pushed};

const OWNED: &str = "INSERT INTO \"user\" (id, name, email) VALUES ('u1', 'A', 'a@x'); \
    INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o1', 'u1', 'n1', 'C');";

/// A fault, what makes it, and how its repair ends: 3 where rows are for a person.
const ALONE: [(&str, &str, i32); 6] = [
    ("leads", "ALTER TABLE opportunities RENAME TO leads", 0),
    (
        "both",
        "CREATE TABLE leads (id text PRIMARY KEY, company_name text, customer_number text); \
         INSERT INTO leads VALUES ('l1', 'X', 'm1'), ('o1', 'C', 'n1')",
        0,
    ),
    (
        "lead_id",
        "INSERT INTO conversations (id, opportunity_id, type) VALUES ('c1', 'o1', 'demo'); \
         ALTER TABLE conversations DROP CONSTRAINT conversations_opportunity_id_opportunities_id_fk; \
         ALTER TABLE conversations RENAME opportunity_id TO lead_id",
        0,
    ),
    (
        "columns",
        "ALTER TABLE opportunities DROP COLUMN user_id, DROP COLUMN company_name, DROP COLUMN source, DROP COLUMN notes",
        0,
    ),
    (
        "users",
        "ALTER TABLE alerts DROP CONSTRAINT alerts_user_id_user_id_fk; \
         INSERT INTO alerts (id, opportunity_id, user_id, type, severity, title, message) VALUES \
         ('a1', 'o1', 'nobody', 'close_now', 'high', 't', 'm')",
        3,
    ),
    (
        "duration",
        "ALTER TABLE conversations ALTER duration TYPE double precision; \
         INSERT INTO conversations (id, opportunity_id, type, duration) VALUES ('c1', 'o1', 'demo', 12.5)",
        0,
    ),
];

#[tokio::test]
async fn the_plan_of_each_repair_alone() {
    for (name, sql, status) in ALONE {
        let Some(scratch) = aged(&format!("{OWNED} {sql}")).await else {
            return;
        };
        let before = scratch.dump().await;
        let dry = scratch.say(PROGRAM, &["--dry-run"]);
        insta::assert_snapshot!(format!("alone_{name}"), dry.shown());
        assert_eq!(scratch.dump().await, before, "{name}");
        let said = scratch.say(PROGRAM, &[]);
        assert_eq!(said.status, status, "{name}: {}", said.shown());
        let again = scratch.say(PROGRAM, &[]);
        if status == 0 {
            assert_eq!(again.shown(), "nothing to repair\nstatus 0", "{name}");
        }
        scratch.take_back().await;
        assert_eq!(scratch.dump().await, before, "{name}");
    }
}

#[tokio::test]
async fn the_plan_of_all_repairs_together() {
    let all = include_str!("generations/all.sql");
    let (Some(scratch), Some(alone)) = (aged(all).await, aged(all).await) else {
        return;
    };
    let before = [scratch.dump().await, alone.dump().await];
    // In the chain, a push comes first; and without one it is the same in the end.
    pushed(&scratch).await;
    insta::assert_snapshot!("all_dry_run", scratch.say(PROGRAM, &["--dry-run"]).shown());
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    insta::assert_snapshot!("all", said.shown());
    let again = scratch.say(PROGRAM, &[]);
    insta::assert_snapshot!("all_again", again.shown());
    insta::assert_snapshot!(
        "all_alone_dry_run",
        alone.say(PROGRAM, &["--dry-run"]).shown()
    );
    assert_eq!(alone.say(PROGRAM, &[]).status, 3);
    for (scratch, before) in [&scratch, &alone].into_iter().zip(before) {
        for (rows, expected) in [
            (
                "SELECT string_agg(concat_ws('|', id, customer_number, company_name), ' ' ORDER BY id) FROM opportunities",
                "l1|m1|One l2|l2|Company_l2 o1|n1|Company_o1 o2|n2|Company_o2",
            ),
            (
                "SELECT string_agg(concat_ws('|', id, opportunity_id, duration), ' ' ORDER BY id) FROM conversations",
                "c1|l1|13 c2|o1 c3|o2|60",
            ),
            (
                "SELECT string_agg(concat_ws('|', id, opportunity_id), ' ' ORDER BY id) FROM meddic_analyses",
                "m1|l1 m2|o1",
            ),
        ] {
            assert_eq!(scratch.text(rows).await, expected, "{rows}");
        }
        scratch.take_back().await;
        assert_eq!(scratch.dump().await, before);
    }
}

#[tokio::test]
async fn the_plan_of_a_role_that_may_not_do_it() {
    let Some(mut scratch) = aged(&format!("{OWNED} {}", ALONE[3].1)).await else {
        return;
    };
    let role = format!("{}_reader", scratch.name);
    scratch
        .run(&format!(
            "CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}"
        ))
        .await;
    let theirs = scratch.url_as(&role);
    let admin = std::mem::replace(&mut scratch.url, theirs);
    let dry = scratch.say(PROGRAM, &["--dry-run"]);
    let said = scratch.say(PROGRAM, &[]);
    scratch.url = admin;
    scratch
        .run(&format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}"))
        .await;
    assert_eq!((dry.status, said.status), (3, 1), "{}", dry.shown());
    insta::assert_snapshot!("not_permitted_dry_run", dry.shown());
    insta::assert_snapshot!("not_permitted", said.shown());
}
