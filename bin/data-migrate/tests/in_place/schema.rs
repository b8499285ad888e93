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
async fn an_account_type_without_a_value_gets_it_before_customers_are_classified() {
    let head = HEAD.replace("('ACTIVE', 'TARGET', 'PROSPECT')", "('PROSPECT', 'ACTIVE')");
    let Some(scratch) = Scratch::with(&format!("{head}{SOME}")).await else {
        return;
    };
    let before = scratch.customers().await;
    // Alone, the step says what it lacks; a dry run counts what can be counted.
    let mut alone = crate::AS_OF.to_vec();
    alone.extend(["--step", "classification"]);
    let said = scratch.say("data-migrate", &alone);
    assert_eq!(said.status, 1, "{said:?}");
    assert!(
        said.holds("the enum AccountType lacks values that this step needs: TARGET")
            && said.holds("run schema-push --plan leora-phase2 first"),
        "{said:?}"
    );
    let dry = scratch.migrate(&["--dry-run"]);
    assert!(
        dry.holds("the enum AccountType has no value TARGET yet"),
        "{dry:?}"
    );
    assert_eq!(scratch.customers().await, before);
    let said = scratch.migrate(&[]);
    let schema = said.out.find("Step 3 of 6").expect("the schema's step");
    let classification = said.out.find("Step 1 of 6").expect("the first step");
    assert!(schema < classification, "{}", said.out);
    let targets = r#"SELECT count(*) > 0 FROM "Customer" WHERE "accountType" = 'TARGET'"#;
    assert_eq!(scratch.text(targets).await, "true");
    let check = scratch.say("final-check", &["--plan", "leora-phase2"]);
    assert_eq!(check.status, 0, "{check:?}");
}

#[tokio::test]
async fn another_account_type_stops_the_run_before_anything_is_changed() {
    let head = HEAD.replace("('ACTIVE', 'TARGET', 'PROSPECT')", "('OLD', 'NEW')");
    let Some(scratch) = Scratch::with(&format!("{head}{SOME}")).await else {
        return;
    };
    let before = (scratch.customers().await, scratch.catalog().await);
    for more in [&["--dry-run"][..], &[]] {
        let mut arguments = crate::AS_OF.to_vec();
        arguments.extend(more);
        let said = scratch.say("data-migrate", &arguments);
        assert_eq!(said.status, 1, "{said:?}");
        for words in [
            "the database cannot be brought to the plan's schema",
            "AccountType: another enum has this name: rename that one",
            "next: ",
        ] {
            assert!(said.holds(words), "{words}: {said:?}");
        }
        assert!(!said.holds("22P02"), "{said:?}");
    }
    assert_eq!((scratch.customers().await, scratch.catalog().await), before);
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

/// The statements that made indexes, as the ledger has them.
const BUILT: &str = "SELECT string_agg(statement, E'\\n' ORDER BY statement) FROM sunset.schema_steps AS s, unnest(s.sql) AS statement
    WHERE s.state = 'done' AND statement LIKE '%INDEX%'";

#[tokio::test]
async fn indexes_are_built_concurrently_on_tables_that_hold_rows_and_on_no_others() {
    const PLAN: &str = r#"INSERT INTO "CallPlan" ("name") VALUES ('one');"#;
    let of_customers = ["Customer_accountPriority_idx", "Customer_territory_idx"];
    let of_plans = ["CallPlan_status_idx", "CallPlan_year_weekNumber_idx"];
    let both = [of_customers, of_plans].concat();
    let cases: [(&str, &[&str]); 4] = [
        ("", &[]),
        (SOME, &of_customers),
        (PLAN, &of_plans),
        (&format!("{SOME}{PLAN}"), &both),
    ];
    for (rows, concurrently) in cases {
        let Some(scratch) = Scratch::with(&format!("{HEAD}{rows}")).await else {
            return;
        };
        let dry = scratch.say(
            "schema-push",
            &["--plan", "leora-phase2", "--dry-run", "--verbose"],
        );
        scratch.migrate(&[]);
        let built = scratch.text(BUILT).await;
        assert_eq!(built.lines().count(), 14, "{built}");
        for name in of_customers.iter().chain(&of_plans) {
            let word = if concurrently.contains(name) {
                "CONCURRENTLY "
            } else {
                ""
            };
            let statement = format!("CREATE INDEX {word}\"{name}\" ON ");
            assert!(built.contains(&statement), "{statement}: {built}");
            assert!(dry.holds(&statement), "{statement}: {dry:?}");
        }
        let count = built.matches("CONCURRENTLY").count();
        assert_eq!(count, concurrently.len(), "new tables hold none: {built}");
        let valid = "SELECT count(*) || ' ' || bool_and(i.indisvalid) FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relname LIKE '%idx'";
        assert_eq!(scratch.text(valid).await, "14 true");
    }
}

#[tokio::test]
async fn an_index_of_the_name_over_something_else_makes_way_and_comes_back() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    scratch
        .run(r#"CREATE INDEX "Customer_territory_idx" ON "Customer" (name DESC) WHERE name <> ''"#)
        .await;
    let before = scratch.catalog().await;
    let dry = scratch.say("schema-push", &["--plan", "leora-phase2", "--dry-run"]);
    for words in [
        "the index that has this name goes",
        "(name DESC) WHERE (name <> ''",
    ] {
        assert!(dry.holds(words), "{words}: {dry:?}");
    }
    let check = scratch.say("final-check", &["--plan", "leora-phase2"]);
    assert_eq!(check.status, 4, "{check:?}");
    assert!(check.holds("it should be on territory"), "{check:?}");
    assert_eq!(scratch.catalog().await, before, "nothing was done yet");
    scratch.migrate(&[]);
    let built = scratch.text(BUILT).await;
    for statement in [
        r#"DROP INDEX CONCURRENTLY IF EXISTS "public"."Customer_territory_idx""#,
        r#"CREATE INDEX CONCURRENTLY "Customer_territory_idx" ON "public"."Customer" USING btree (territory)"#,
    ] {
        assert!(built.contains(statement), "{statement}: {built}");
    }
    assert_eq!(
        scratch
            .say("final-check", &["--plan", "leora-phase2"])
            .status,
        0
    );
    let back = scratch.say("rollback", &["--plan", "leora-phase2", "--yes", "--schema"]);
    assert_eq!(back.status, 0, "{back:?}");
    assert_eq!(scratch.catalog().await, before);
}

/// What of an application's tables is indexed already is not indexed a second time.
#[tokio::test]
async fn an_index_of_another_name_over_the_same_serves_as_well() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    scratch
        .run(r#"ALTER TABLE "Customer" ADD COLUMN territory text; CREATE INDEX theirs ON "Customer" (territory)"#)
        .await;
    scratch.migrate(&[]);
    let catalog = scratch.catalog().await;
    assert!(catalog.contains("INDEX theirs ON"), "{catalog}");
    assert!(!catalog.contains("Customer_territory_idx"), "{catalog}");
    let check = scratch.say("final-check", &["--plan", "leora-phase2"]);
    assert_eq!(check.status, 0, "{check:?}");
    assert!(check.holds("Indexes: 14 of 14"), "{check:?}");
}

#[tokio::test]
async fn an_enum_with_more_values_keeps_them_and_that_is_reported() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    // One has all that is wanted and more, of one some are missing.
    scratch
        .run(
            r#"CREATE TYPE "AccountPriority" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'URGENT');
               CREATE TYPE "CallPlanStatus" AS ENUM ('PAUSED', 'ACTIVE', 'ARCHIVED')"#,
        )
        .await;
    let dry = scratch.say("schema-push", &["--plan", "leora-phase2", "--dry-run"]);
    assert_eq!(dry.status, 0, "{dry:?}");
    for words in [
        "AccountPriority: the enum has other values: LOW, MEDIUM, HIGH, URGENT",
        "CallPlanStatus: the enum has other values: PAUSED, ACTIVE, ARCHIVED",
        "add value DRAFT to enum CallPlanStatus",
        "add value COMPLETED to enum CallPlanStatus",
    ] {
        assert!(dry.holds(words), "{words}: {dry:?}");
    }
    assert!(!dry.holds("to enum AccountPriority"), "{dry:?}");
    scratch.migrate(&[]);
    let catalog = scratch.catalog().await;
    for line in [
        "enum AccountPriority LOW,MEDIUM,HIGH,URGENT",
        "enum CallPlanStatus PAUSED,DRAFT,ACTIVE,COMPLETED,ARCHIVED",
    ] {
        assert!(catalog.contains(line), "{line}: {catalog}");
    }
    let check = scratch.say("final-check", &["--plan", "leora-phase2"]);
    assert_eq!(check.status, 0, "{check:?}");
    assert!(
        check.holds("enum AccountPriority: LOW, MEDIUM, HIGH, URGENT"),
        "{check:?}"
    );
}

/// Keys, defaults and checks are tried, not only looked up.
#[tokio::test]
async fn the_new_tables_hold_what_they_are_to_hold_and_nothing_else() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    scratch.migrate(&[]);
    scratch
        .run(
            r#"INSERT INTO "CallPlan" (name, "weekNumber", year, status) VALUES ('first', 1, 2026, 'DRAFT'), ('last', 53, 2026, 'ARCHIVED'), ('none', NULL, NULL, NULL);
               INSERT INTO "ActivityType" (name) VALUES ('visit');
               INSERT INTO "CallPlanAccount" ("tenantId", "callPlanId", "customerId")
               SELECT t.id, p.id, c.id FROM "Tenant" AS t, "CallPlan" AS p, "Customer" AS c WHERE c.name IN ('customer 1', 'customer 2');
               INSERT INTO "CallPlanActivity" (id, "tenantId", "callPlanId", "customerId", "activityTypeId", "occurredAt")
               SELECT gen_random_uuid(), a."tenantId", a."callPlanId", a."customerId", y.id, '2026-03-01' FROM "CallPlanAccount" AS a, "ActivityType" AS y"#,
        )
        .await;
    let given = r#"SELECT count(*) || ' ' || bool_and(id IS NOT NULL AND "addedAt" IS NOT NULL AND "contactOutcome" = 'NOT_ATTEMPTED' AND "contactedAt" IS NULL) FROM "CallPlanAccount""#;
    assert_eq!(scratch.text(given).await, "6 true");
    let given =
        r#"SELECT count(*) || ' ' || bool_and("createdAt" IS NOT NULL) FROM "CallPlanActivity""#;
    assert_eq!(scratch.text(given).await, "6 true");
    for (statement, state) in [
        (
            r#"INSERT INTO "CallPlan" ("weekNumber") VALUES (0)"#,
            "23514",
        ),
        (
            r#"INSERT INTO "CallPlan" ("weekNumber") VALUES (54)"#,
            "23514",
        ),
        (
            r#"INSERT INTO "CallPlan" (status) VALUES ('GONE')"#,
            "22P02",
        ),
        (
            r#"INSERT INTO "CallPlanAccount" ("tenantId", "callPlanId", "customerId") SELECT "tenantId", "callPlanId", "customerId" FROM "CallPlanAccount" LIMIT 1"#,
            "23505",
        ),
        (
            r#"INSERT INTO "CallPlanAccount" ("tenantId", "callPlanId") SELECT "tenantId", "callPlanId" FROM "CallPlanAccount" LIMIT 1"#,
            "23502",
        ),
        (
            r#"UPDATE "CallPlanAccount" SET "contactOutcome" = NULL"#,
            "23502",
        ),
        (
            r#"UPDATE "CallPlanAccount" SET "customerId" = gen_random_uuid()"#,
            "23503",
        ),
        (
            r#"INSERT INTO "CallPlanActivity" ("tenantId", "callPlanId", "customerId", "activityTypeId", "occurredAt") SELECT "tenantId", "callPlanId", "customerId", "activityTypeId", now() FROM "CallPlanActivity" LIMIT 1"#,
            "23502",
        ),
        (
            r#"UPDATE "CallPlanActivity" SET "occurredAt" = NULL"#,
            "23502",
        ),
        (
            r#"UPDATE "CallPlanActivity" SET "activityTypeId" = gen_random_uuid()"#,
            "23503",
        ),
    ] {
        scratch
            .run(&format!(
                "DO $do$ BEGIN {statement}; ASSERT false, 'it was taken'; EXCEPTION WHEN SQLSTATE '{state}' THEN NULL; END $do$"
            ))
            .await;
    }
    // What a row belongs to takes it along.
    let left = r#"SELECT (SELECT count(*) FROM "CallPlanAccount") || ' ' || (SELECT count(*) FROM "CallPlanActivity")"#;
    for (gone, expected) in [
        (r#"DELETE FROM "Customer" WHERE name = 'customer 1'"#, "3 3"),
        (r#"DELETE FROM "CallPlan" WHERE name = 'first'"#, "2 2"),
        (r#"DELETE FROM "ActivityType""#, "2 0"),
        (
            r#"UPDATE "Customer" SET "tenantId" = NULL; DELETE FROM "Tenant""#,
            "0 0",
        ),
    ] {
        scratch.run(gone).await;
        assert_eq!(scratch.text(left).await, expected, "{gone}");
    }
}

#[tokio::test]
async fn no_customer_is_classified_where_the_schema_cannot_be_had() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    scratch
        .run(r#"ALTER TABLE "Customer" ADD COLUMN territory varchar(20)"#)
        .await;
    let before = scratch.customers().await;
    let said = scratch.say("data-migrate", &crate::AS_OF);
    assert_eq!(said.status, 1, "{said:?}");
    for words in [
        "the database cannot be brought to the plan's schema",
        "territory",
        "next: see the whole with schema-push --plan leora-phase2 --dry-run",
    ] {
        assert!(said.holds(words), "{words}: {said:?}");
    }
    assert!(!said.holds("Step 1 of 6"), "{said:?}");
    assert_eq!(scratch.customers().await, before);
    assert_eq!(
        scratch.text("SELECT count(*) FROM sunset.changes").await,
        "0"
    );
}
