//! What the last order says of a customer, at every boundary.

use crate::scratch::Scratch;
use crate::{AS_OF, HEAD, SOME, VERSIONS};

/// Last orders and what they say as of 2024-03-01, a year with a leap day.
const BOUNDARIES: [(&str, &str); 13] = [
    ("'2024-03-01 23:59:59.999'", "ACTIVE"),
    ("'2024-03-02 00:00:00'", "ACTIVE"),
    ("'infinity'", "ACTIVE"),
    ("'2024-02-29 12:00:00'", "ACTIVE"),
    ("'2023-09-03 00:00:00'", "ACTIVE"),
    ("'2023-09-02 23:59:59.999'", "TARGET"),
    ("'2023-09-02 00:00:00'", "TARGET"),
    ("'2023-03-02 00:00:00'", "TARGET"),
    ("'2023-03-01 23:59:59.999'", "PROSPECT"),
    ("'2020-02-29 00:00:00'", "PROSPECT"),
    ("'0001-01-01 00:00:00'", "PROSPECT"),
    ("'-infinity'", "PROSPECT"),
    ("NULL", "PROSPECT"),
];

/// Customers that are not as their names say.
const WRONG: &str = r#"SELECT string_agg(name || ' ' || coalesce("lastOrderDate"::text, 'NULL') || ' is ' || "accountType"::text, '; ') FROM "Customer" WHERE name <> "accountType"::text"#;

/// A customer for each last order, by the name of what is expected.
fn rows_of(boundaries: &[(&str, &str)]) -> String {
    let rows: Vec<String> = boundaries
        .iter()
        .map(|(day, expected)| format!("('{expected}', {day})"))
        .collect();
    format!(
        r#"INSERT INTO "Customer" ("name", "lastOrderDate") SELECT v.name, v.day::timestamp(3) FROM (VALUES {}) AS v (name, day)"#,
        rows.join(", ")
    )
}

#[tokio::test]
async fn every_boundary_holds_in_every_time_zone() {
    for zone in ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"] {
        let Some(scratch) = Scratch::with(HEAD).await else {
            return;
        };
        scratch.run(&rows_of(&BOUNDARIES)).await;
        let name = &scratch.name;
        scratch
            .run(&format!(
                "ALTER DATABASE \"{name}\" SET timezone = '{zone}'"
            ))
            .await;
        let arguments = ["--plan", "leora-phase2", "--as-of", "2024-03-01"];
        let said = scratch.say("data-migrate", &arguments);
        assert_eq!(said.status, 0, "{said:?}");
        let wrong = scratch.text(WRONG).await;
        assert_eq!(wrong, "-", "{zone}");
        assert!(said.holds("warning future_order: 2 ("), "{said:?}");
        let noted = scratch
            .text("SELECT count(*) FROM sunset.warnings WHERE code = 'future_order'")
            .await;
        assert_eq!(noted, "2");
        let priorities = scratch
            .text(r#"SELECT string_agg(DISTINCT "accountType"::text || ' ' || "accountPriority"::text, ', ') FROM "Customer""#)
            .await;
        assert_eq!(priorities, "ACTIVE HIGH, PROSPECT LOW, TARGET MEDIUM");
    }
}

#[tokio::test]
async fn a_second_run_on_the_same_day_writes_nothing() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    let first = scratch.migrate(&["--batch-size", "70"]);
    assert!(
        first.holds("All 6 migration steps completed successfully!"),
        "{first:?}"
    );
    let catalog = scratch.catalog().await;
    let versions = scratch.text(VERSIONS).await;
    let entries = scratch.text("SELECT count(*) FROM sunset.changes").await;
    let second = scratch.migrate(&[]);
    assert!(second.holds("ACTIVE customers updated: 0"), "{second:?}");
    assert!(second.holds("Nothing to change"), "{second:?}");
    assert!(
        second.holds("All 6 migration steps completed successfully!"),
        "{second:?}"
    );
    assert_eq!(scratch.text(VERSIONS).await, versions);
    assert_eq!(scratch.catalog().await, catalog);
    assert_eq!(
        scratch.text("SELECT count(*) FROM sunset.changes").await,
        entries
    );
    assert_eq!(
        scratch
            .say("final-check", &["--plan", "leora-phase2"])
            .status,
        0
    );
}

#[tokio::test]
async fn only_unclassified_leaves_the_others_as_they_are() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    scratch
        .run(r#"UPDATE "Customer" SET "accountType" = 'PROSPECT' WHERE name = 'customer 1'"#)
        .await;
    let of_one = r#"SELECT "accountType"::text || ' ' || "accountPriority"::text FROM "Customer" WHERE name = 'customer 1'"#;
    // An order after the day is warned of where it makes somebody ACTIVE.
    scratch
        .run(r#"UPDATE "Customer" SET "lastOrderDate" = '2026-03-02' WHERE name IN ('customer 1', 'customer 2')"#)
        .await;
    let dry = scratch.say(
        "data-migrate",
        &[&AS_OF[..], &["--only-unclassified", "--dry-run"]].concat(),
    );
    assert!(dry.holds("warning future_order: 1 ("), "{dry:?}");
    let said = scratch.migrate(&["--only-unclassified"]);
    assert_eq!(scratch.text(of_one).await, "PROSPECT LOW");
    assert!(said.holds("only_unclassified: true"), "{said:?}");
    assert!(said.holds("warning future_order: 1 ("), "{said:?}");
    let noted = r#"SELECT string_agg(c.name, ',') FROM sunset.warnings AS w JOIN "Customer" AS c ON c.id::text = w.document_id WHERE w.code = 'future_order'"#;
    assert_eq!(scratch.text(noted).await, "customer 2");
    scratch.migrate(&[]);
    assert_eq!(scratch.text(of_one).await, "ACTIVE HIGH");
}

#[tokio::test]
async fn a_priority_that_somebody_set_by_hand_is_left_alone_and_counted() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    scratch
        .run(r#"CREATE TYPE "AccountPriority" AS ENUM ('LOW', 'MEDIUM', 'HIGH');
                ALTER TABLE "Customer" ADD COLUMN "accountPriority" "AccountPriority", ADD COLUMN "accountPriorityManuallySet" boolean;
                UPDATE "Customer" SET "accountPriority" = 'LOW', "accountPriorityManuallySet" = true WHERE name IN ('customer 1', 'customer 2');
                UPDATE "Customer" SET "accountPriorityManuallySet" = false WHERE name = 'customer 3'"#)
        .await;
    let said = scratch.migrate(&[]);
    assert!(
        said.holds("left alone (accountPriorityManuallySet is true): 2"),
        "{said:?}"
    );
    let found = scratch
        .text(r#"SELECT string_agg("accountPriority"::text, ' ' ORDER BY name) FROM "Customer" WHERE name IN ('customer 1', 'customer 2', 'customer 3')"#)
        .await;
    assert_eq!(found, "LOW LOW HIGH");
    let check = scratch.say("final-check", &["--plan", "leora-phase2"]);
    assert_eq!(check.status, 0, "{check:?}");
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_counts_the_same() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    let versions = scratch.text(VERSIONS).await;
    let catalog = scratch.catalog().await;
    let mut arguments = AS_OF.to_vec();
    arguments.push("--dry-run");
    let dry = scratch.say("data-migrate", &arguments);
    assert_eq!(dry.status, 0, "{dry:?}");
    assert_eq!(scratch.text(VERSIONS).await, versions);
    assert_eq!(scratch.catalog().await, catalog);
    assert_eq!(
        scratch
            .text("SELECT to_regnamespace('sunset') IS NULL")
            .await,
        "true"
    );
    let real = scratch.migrate(&[]);
    for value in ["ACTIVE", "TARGET", "PROSPECT"] {
        let count = |text: &str, words: &str| -> String {
            let line = text.lines().find(|line| line.contains(words)).expect(words);
            line.rsplit(' ').next().unwrap_or_default().to_owned()
        };
        assert_eq!(
            count(&dry.out, &format!("{value} customers to be updated")),
            count(&real.out, &format!("{value} customers updated")),
        );
    }
}

#[tokio::test]
async fn a_step_by_itself_is_only_that_step() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    let early = scratch.say(
        "data-migrate",
        &["--plan", "leora-phase2", "--step", "priorities"],
    );
    assert_eq!(early.status, 1, "{early:?}");
    assert!(early.holds("schema-push --plan leora-phase2"), "{early:?}");
    scratch.migrate(&[
        "--step",
        "classification",
        "--step",
        "verify-classification",
    ]);
    assert!(!scratch.catalog().await.contains("CallPlanAccount"));
    let strange = scratch.say(
        "data-migrate",
        &["--plan", "leora-phase2", "--step", "everything"],
    );
    assert_eq!(strange.status, 1);
    assert!(
        strange.holds("classification, verify-classification, schema"),
        "{strange:?}"
    );
}

/// As of the leap day itself: 180 days before it is a day of the year before, and so is 365.
const LEAP: [(&str, &str); 7] = [
    ("'2024-02-29 23:59:59.999'", "ACTIVE"),
    ("'2023-09-02 00:00:00'", "ACTIVE"),
    ("'2023-09-01 23:59:59.999'", "TARGET"),
    ("'2023-03-01 00:00:00'", "TARGET"),
    ("'2023-02-28 23:59:59.999'", "PROSPECT"),
    ("'2020-02-29 00:00:00'", "PROSPECT"),
    ("NULL", "PROSPECT"),
];

#[tokio::test]
async fn on_the_leap_day_itself_the_days_are_counted_back() {
    let Some(scratch) = Scratch::with(HEAD).await else {
        return;
    };
    scratch.run(&rows_of(&LEAP)).await;
    let arguments = ["--plan", "leora-phase2", "--as-of", "2024-02-29"];
    let said = scratch.say("data-migrate", &arguments);
    assert_eq!(said.status, 0, "{said:?}");
    assert_eq!(scratch.text(WRONG).await, "-");
    assert!(!said.holds("future_order"), "today is no day to come");
    // A day later the boundaries are others, and only the rows that they pass are written.
    let arguments = ["--plan", "leora-phase2", "--as-of", "2024-03-01"];
    let said = scratch.say("data-migrate", &arguments);
    for line in [
        "ACTIVE customers updated: 0",
        "TARGET customers updated: 1",
        "PROSPECT customers updated: 1",
        "HIGH priorities updated: 0",
        "MEDIUM priorities updated: 1",
        "LOW priorities updated: 1",
    ] {
        assert!(said.holds(line), "{line}: {said:?}");
    }
}

/// Without `--as-of` the day is today's in UTC, whatever day the session has.
#[tokio::test]
async fn today_is_a_day_in_utc() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    let name = &scratch.name;
    let today = "SELECT (now() AT TIME ZONE 'UTC')::date";
    for zone in ["Pacific/Kiritimati", "Etc/GMT+12"] {
        scratch
            .run(&format!(
                "ALTER DATABASE \"{name}\" SET timezone = '{zone}'"
            ))
            .await;
        // One of the two zones has another day than UTC, at any hour; midnight may come between.
        let before = scratch.text(today).await;
        let said = scratch.say("data-migrate", &["--plan", "leora-phase2", "--dry-run"]);
        let after = scratch.text(today).await;
        assert_eq!(said.status, 0, "{said:?}");
        assert!(
            said.holds(&format!("as_of: {before}")) || said.holds(&format!("as_of: {after}")),
            "{said:?}"
        );
    }
}

/// What a trigger changes back is not written over and over, as often as a batch has rows.
#[tokio::test]
async fn a_row_that_a_trigger_keeps_otherwise_is_soon_given_up() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    scratch
        .run(
            r#"CREATE FUNCTION stubborn() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN NEW."accountType" := 'PROSPECT'; RETURN NEW; END $$;
               CREATE TRIGGER stubborn BEFORE UPDATE ON "Customer" FOR EACH ROW
               WHEN (NEW.name = 'customer 1') EXECUTE FUNCTION stubborn()"#,
        )
        .await;
    let said = scratch.say("data-migrate", &AS_OF);
    assert_eq!(said.status, 1, "{said:?}");
    assert!(
        said.holds("rows of Customer do not keep the values that they are given"),
        "{said:?}"
    );
    let stubborn = scratch
        .text(r#"SELECT id FROM "Customer" WHERE name = 'customer 1'"#)
        .await;
    assert!(
        said.holds(&format!("({stubborn}: accountType)")),
        "{said:?}"
    );
    assert!(said.holds("DISABLE TRIGGER"), "{said:?}");
    let written = scratch
        .text("SELECT count(*) < 900 + 200 FROM sunset.changes")
        .await;
    assert_eq!(written, "true");
    // However often it was written, it is one row, and none of the others counts twice.
    let several = scratch
        .text("SELECT sum(cardinality(keys)) > 950 FROM sunset.changes")
        .await;
    assert_eq!(several, "true");
    for option in ["--dry-run", "--yes"] {
        let said = scratch.say("rollback", &["--plan", "leora-phase2", option]);
        assert_eq!(said.status, 0, "{said:?}");
        let line = "Customer (classification): 900 rows ";
        assert!(said.holds(line), "{said:?}");
    }
    let left = scratch
        .text(r#"SELECT count("accountType") FROM "Customer""#)
        .await;
    assert_eq!(left, "0");
}

/// What no customer can be classified with is told first, by a dry run, too.
#[tokio::test]
async fn columns_that_hold_no_days_or_are_generated_stop_the_run_at_its_beginning() {
    let text = r#"ALTER TABLE "Customer" ALTER COLUMN "lastOrderDate" TYPE text"#;
    let generated = r#"ALTER TABLE "Customer" DROP COLUMN "accountType",
        ADD COLUMN "accountType" "AccountType" GENERATED ALWAYS AS ('TARGET'::"AccountType") STORED"#;
    for (change, words, remedy) in [
        (
            text,
            "Customer.lastOrderDate is text, and holds neither days nor points in time",
            "next: give the column the type timestamp(3)",
        ),
        (
            generated,
            "the server alone fills Customer.accountType (a generated column, or an identity), and the plan",
            "next: make an ordinary column of it",
        ),
    ] {
        let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}{change}")).await else {
            return;
        };
        let (versions, catalog) = (scratch.text(VERSIONS).await, scratch.catalog().await);
        for option in ["--dry-run", "--connections=2"] {
            let said = scratch.say("data-migrate", &[&AS_OF[..], &[option]].concat());
            assert_eq!(said.status, 1, "{said:?}");
            assert!(said.holds(words), "{said:?}");
            assert!(said.holds(remedy), "{said:?}");
            assert!(!said.holds("Step 1 of 6"), "{said:?}");
        }
        assert_eq!(scratch.text(VERSIONS).await, versions);
        assert_eq!(scratch.catalog().await, catalog);
    }
}
