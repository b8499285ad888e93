//! What the plan finds half there: columns, enums, indexes.

use crate::scratch::Scratch;
use crate::{HEAD, SOME};

#[tokio::test]
async fn without_the_column_and_its_enum_the_schema_comes_first() {
    let head = HEAD
        .replace(
            r#"CREATE TYPE "AccountType" AS ENUM ('ACTIVE', 'TARGET', 'PROSPECT');"#,
            "",
        )
        .replace(",\n    \"accountType\" \"AccountType\"", "");
    let Some(scratch) = Scratch::with(&format!("{head}{SOME}")).await else {
        return;
    };
    let said = scratch.migrate(&[]);
    let schema = said.out.find("Step 3 of 6").expect("the schema's step");
    assert!(
        schema < said.out.find("Step 1 of 6").expect("the first step"),
        "{}",
        said.out
    );
    assert_eq!(
        scratch
            .text(r#"SELECT count(*) FROM "Customer" WHERE "accountType" IS NULL"#)
            .await,
        "0"
    );
}

#[tokio::test]
async fn an_enum_with_values_missing_gets_them_in_their_place() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    scratch
        .run(
            r#"CREATE TYPE "AccountPriority" AS ENUM ('LOW', 'HIGH');
                CREATE TYPE "ContactOutcome" AS ENUM ('CONTACTED');"#,
        )
        .await;
    scratch.migrate(&[]);
    let catalog = scratch.catalog().await;
    for line in [
        "enum AccountPriority LOW,MEDIUM,HIGH",
        "enum ContactOutcome NOT_ATTEMPTED,NO_CONTACT,CONTACTED,VISITED",
    ] {
        assert!(catalog.contains(line), "{catalog}");
    }
}

#[tokio::test]
async fn an_enum_with_other_values_is_left_and_reported() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    scratch
        .run(r#"CREATE TYPE "ContactOutcome" AS ENUM ('MAYBE', 'NEVER')"#)
        .await;
    let push = scratch.say("schema-push", &["--plan", "leora-phase2"]);
    assert_eq!(push.status, 3, "{push:?}");
    assert!(push.holds("MAYBE, NEVER"), "{push:?}");
    let catalog = scratch.catalog().await;
    assert!(
        catalog.contains("enum ContactOutcome MAYBE,NEVER"),
        "{catalog}"
    );
    assert!(catalog.contains("CallPlanActivity"), "{catalog}");
    assert!(!catalog.contains("column CallPlanAccount"), "{catalog}");
    let said = scratch.say("data-migrate", &crate::AS_OF);
    assert_eq!(said.status, 1, "{said:?}");
    assert!(said.holds("CallPlanAccount"), "{said:?}");
    let check = scratch.say("final-check", &["--plan", "leora-phase2"]);
    assert_eq!(check.status, 4, "{check:?}");
    assert!(check.holds("the enum has no NOT_ATTEMPTED"), "{check:?}");
}

#[tokio::test]
async fn an_invalid_index_is_built_again() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    scratch
        .run(r#"ALTER TABLE "Customer" ADD COLUMN territory text;
                CREATE INDEX "Customer_territory_idx" ON "Customer" (territory);
                UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"Customer_territory_idx"'::regclass"#)
        .await;
    let broken = scratch.say("final-check", &["--plan", "leora-phase2"]);
    assert_eq!(broken.status, 4);
    assert!(broken.holds("the index is invalid"), "{broken:?}");
    scratch.migrate(&[]);
    let valid = scratch
        .text(r#"SELECT indisvalid FROM pg_index WHERE indexrelid = '"Customer_territory_idx"'::regclass"#)
        .await;
    assert_eq!(valid, "true");
}

#[tokio::test]
async fn what_the_application_has_otherwise_is_not_touched() {
    let head = HEAD.replace(
        "\"accountType\" \"AccountType\"",
        "\"accountType\" \"AccountType\" NOT NULL DEFAULT 'PROSPECT', \"vip\" boolean",
    );
    let Some(scratch) = Scratch::with(&format!("{head}{SOME}")).await else {
        return;
    };
    scratch.migrate(&[]);
    let catalog = scratch.catalog().await;
    assert!(
        catalog.contains("column Customer.accountType AccountType NO 'PROSPECT'"),
        "{catalog}"
    );
    assert!(
        catalog.contains("column Customer.vip bool YES -"),
        "{catalog}"
    );
}

#[tokio::test]
async fn a_database_of_somebody_else_is_refused_before_anything_is_done() {
    let Some(scratch) = Scratch::with("CREATE TABLE other (id int)").await else {
        return;
    };
    let said = scratch.say("data-migrate", &crate::AS_OF);
    assert_eq!(said.status, 1, "{said:?}");
    assert!(said.holds("Customer"), "{said:?}");
    assert_eq!(scratch.catalog().await.lines().count(), 1);
}
