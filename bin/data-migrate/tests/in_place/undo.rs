//! Taking the plan back.

use crate::scratch::Scratch;
use crate::{HEAD, SOME, VERSIONS};

const BACK: [&str; 3] = ["--plan", "leora-phase2", "--yes"];

#[tokio::test]
async fn values_go_back_to_what_they_were() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    scratch
        .run(r#"UPDATE "Customer" SET "accountType" = 'TARGET' WHERE name LIKE '%7'"#)
        .await;
    let before = scratch.customers().await;
    scratch.migrate(&["--batch-size", "50"]);
    assert_ne!(scratch.customers().await, before);
    let shown = scratch.say("rollback", &["--plan", "leora-phase2", "--dry-run"]);
    assert_eq!(shown.status, 0, "{shown:?}");
    let unconfirmed = scratch.say("rollback", &["--plan", "leora-phase2"]);
    assert_eq!(unconfirmed.status, 1, "{unconfirmed:?}");
    assert_ne!(scratch.customers().await, before);
    let said = scratch.say("rollback", &BACK);
    assert_eq!(said.status, 0, "{said:?}");
    assert_eq!(scratch.customers().await, before);
    assert_eq!(
        scratch
            .text(r#"SELECT count("accountPriority") FROM "Customer""#)
            .await,
        "0"
    );
    assert_eq!(
        scratch.text("SELECT count(*) FROM sunset.changes").await,
        "0"
    );
    assert_eq!(
        scratch.text("SELECT string_agg(DISTINCT state, ',') FROM sunset.runs WHERE program = 'data-migrate'").await,
        "rolled_back"
    );
    let versions = scratch.text(VERSIONS).await;
    let again = scratch.say("rollback", &BACK);
    assert!(again.holds("nothing to take back"), "{again:?}");
    assert_eq!(scratch.text(VERSIONS).await, versions);
    scratch.migrate(&[]);
    assert_eq!(
        scratch
            .say("final-check", &["--plan", "leora-phase2"])
            .status,
        0
    );
}

#[tokio::test]
async fn rows_changed_since_are_kept_and_listed_unless_forced() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    let before = scratch.customers().await;
    scratch.migrate(&[]);
    scratch
        .run(
            r#"UPDATE "Customer" SET "accountType" = 'PROSPECT' WHERE name = 'customer 1';
                UPDATE "Customer" SET name = 'renamed' WHERE name = 'customer 2';
                DELETE FROM "Customer" WHERE name = 'customer 3'"#,
        )
        .await;
    let said = scratch.say("rollback", &BACK);
    assert_eq!(said.status, 3, "{said:?}");
    assert!(said.holds("1 kept, changed since"), "{said:?}");
    assert!(said.holds("1 gone already"), "{said:?}");
    assert!(
        said.holds(r#"{"accountType": "PROSPECT"}, was set to {"accountType": "ACTIVE"}"#),
        "{said:?}"
    );
    let classified =
        r#"SELECT string_agg(name, ',') FROM "Customer" WHERE "accountType" IS NOT NULL"#;
    assert_eq!(scratch.text(classified).await, "customer 1");
    let forced = scratch.say("rollback", &["--plan", "leora-phase2", "--yes", "--force"]);
    assert_eq!(forced.status, 0, "{forced:?}");
    assert_eq!(scratch.text(classified).await, "-");
    scratch
        .run(r#"UPDATE "Customer" SET name = 'customer 2' WHERE name = 'renamed'"#)
        .await;
    assert_ne!(
        scratch.customers().await,
        before,
        "a customer was deleted meanwhile"
    );
}

#[tokio::test]
async fn several_runs_are_taken_back_one_by_one_or_together() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    let before = scratch.customers().await;
    scratch.migrate(&[]);
    let first = scratch.customers().await;
    let later = scratch.say(
        "data-migrate",
        &["--plan", "leora-phase2", "--as-of", "2026-07-01"],
    );
    assert_eq!(later.status, 0, "{later:?}");
    assert_ne!(scratch.customers().await, first);
    let early = scratch.say(
        "rollback",
        &["--plan", "leora-phase2", "--yes", "--run", "1"],
    );
    assert_eq!(early.status, 3, "{early:?}");
    assert!(early.holds("a later run wrote it again"), "{early:?}");
    let last = scratch.say(
        "rollback",
        &["--plan", "leora-phase2", "--yes", "--run", "2"],
    );
    assert_eq!(last.status, 0, "{last:?}");
    let rest = scratch.say("rollback", &BACK);
    assert_eq!(rest.status, 0, "{rest:?}");
    assert_eq!(scratch.customers().await, before);
    scratch.migrate(&[]);
    scratch.say(
        "data-migrate",
        &["--plan", "leora-phase2", "--as-of", "2026-07-01"],
    );
    assert_eq!(scratch.say("rollback", &BACK).status, 0);
    assert_eq!(scratch.customers().await, before);
}

#[tokio::test]
async fn the_schema_goes_back_only_with_empty_tables_or_force() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    let (customers, catalog) = (scratch.customers().await, scratch.catalog().await);
    let back = ["--plan", "leora-phase2", "--yes", "--schema"];
    scratch.migrate(&[]);
    assert_eq!(scratch.say("rollback", &back).status, 0);
    assert_eq!(scratch.customers().await, customers);
    assert_eq!(scratch.catalog().await, catalog);
    scratch.migrate(&[]);
    scratch
        .run(r#"INSERT INTO "CallPlan" ("name") VALUES ('a');
                INSERT INTO "CallPlanAccount" ("tenantId", "callPlanId", "customerId")
                SELECT '10000000-0000-4000-8000-000000000001', (SELECT id FROM "CallPlan"), id FROM "Customer" LIMIT 3"#)
        .await;
    let migrated = scratch.customers().await;
    let refused = scratch.say("rollback", &back);
    assert_eq!(refused.status, 1, "{refused:?}");
    assert!(refused.holds("3 rows in CallPlanAccount"), "{refused:?}");
    assert_eq!(scratch.customers().await, migrated, "nothing was done");
    // What was made since is seen before anything is done, too, and forced by nobody.
    scratch
        .run(r#"CREATE VIEW ranks AS SELECT "accountPriority" FROM "Customer""#)
        .await;
    let dry = scratch.say(
        "rollback",
        &["--plan", "leora-phase2", "--dry-run", "--schema", "--force"],
    );
    assert_eq!(dry.status, 3, "{dry:?}");
    let hindered = scratch.say(
        "rollback",
        &["--plan", "leora-phase2", "--yes", "--schema", "--force"],
    );
    assert_eq!(hindered.status, 1, "{hindered:?}");
    assert!(hindered.holds("view public.ranks uses it"), "{hindered:?}");
    assert_eq!(scratch.customers().await, migrated, "nothing was done");
    scratch.run("DROP VIEW ranks").await;
    let forced = scratch.say(
        "rollback",
        &["--plan", "leora-phase2", "--yes", "--schema", "--force"],
    );
    assert_eq!(forced.status, 0, "{forced:?}");
    assert_eq!(scratch.customers().await, customers);
    assert_eq!(scratch.catalog().await, catalog);
}
