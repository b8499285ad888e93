//! What the steps that verify say, line by line.

use crate::scratch::{Said, Scratch};
use crate::{HEAD, SOME};

const HEADINGS: [&str; 6] = [
    "Step 1 of 6: Classification by last order date",
    "Step 2 of 6: Verification of the classification",
    "Step 3 of 6: Schema of call plans and priorities",
    "Step 4 of 6: Verification of tables and columns",
    "Step 5 of 6: Priorities by classification",
    "Step 6 of 6: Migration record",
];

/// The lines of a step, without its heading.
fn step<'s>(said: &'s Said, heading: &str) -> Vec<&'s str> {
    let behind = said.out.split(heading).nth(1).expect(heading);
    behind
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .collect()
}

/// How many of `SOME` are ACTIVE, TARGET and PROSPECT, reckoned here.
fn distribution() -> [u32; 3] {
    let mut counts = [0; 3];
    for n in 1..=900 {
        let days = n * 7 % 800;
        let sort = match days {
            _ if n % 9 == 0 => 2,
            0..=180 => 0,
            181..=365 => 1,
            _ => 2,
        };
        counts[sort] += 1;
    }
    counts
}

fn share(count: u32) -> String {
    format!("{count} ({:.1} %)", f64::from(count) / 9.0)
}

const SCHEMA: [&str; 38] = [
    "enum AccountType: ACTIVE, TARGET, PROSPECT",
    "enum AccountPriority: LOW, MEDIUM, HIGH",
    "enum CallPlanStatus: DRAFT, ACTIVE, COMPLETED, ARCHIVED",
    "enum ContactOutcome: NOT_ATTEMPTED, NO_CONTACT, CONTACTED, VISITED",
    "table Tenant: 2 columns, the application's",
    "table ActivityType: 4 columns, the application's",
    "table Customer: 7 columns, the application's",
    "table CallPlan: 8 columns, the application's",
    "table CallPlanAccount: 9 columns",
    "table CallPlanActivity: 8 columns",
    "Customer.accountType: public.\"AccountType\"",
    "Customer.accountPriority: public.\"AccountPriority\"",
    "Customer.territory: text",
    "CallPlan.weekNumber: integer",
    "CallPlan.year: integer",
    "CallPlan.status: public.\"CallPlanStatus\"",
    "CallPlan.targetCount: integer",
    "index Customer_territory_idx: Customer (territory)",
    "index Customer_accountPriority_idx: Customer (\"accountPriority\")",
    "index CallPlan_year_weekNumber_idx: CallPlan (year, \"weekNumber\")",
    "index CallPlan_status_idx: CallPlan (status)",
    "index CallPlanAccount_tenantId_idx: CallPlanAccount (\"tenantId\")",
    "index CallPlanAccount_callPlanId_idx: CallPlanAccount (\"callPlanId\")",
    "index CallPlanAccount_customerId_idx: CallPlanAccount (\"customerId\")",
    "index CallPlanAccount_contactOutcome_idx: CallPlanAccount (\"contactOutcome\")",
    "index CallPlanAccount_contactedAt_idx: CallPlanAccount (\"contactedAt\")",
    "index CallPlanActivity_tenantId_idx: CallPlanActivity (\"tenantId\")",
    "index CallPlanActivity_callPlanId_idx: CallPlanActivity (\"callPlanId\")",
    "index CallPlanActivity_customerId_idx: CallPlanActivity (\"customerId\")",
    "index CallPlanActivity_activityTypeId_idx: CallPlanActivity (\"activityTypeId\")",
    "index CallPlanActivity_occurredAt_idx: CallPlanActivity (\"occurredAt\")",
    "CallPlanAccount.tenantId to Tenant: CallPlanAccount_tenantId_fkey",
    "CallPlanAccount.callPlanId to CallPlan: CallPlanAccount_callPlanId_fkey",
    "CallPlanAccount.customerId to Customer: CallPlanAccount_customerId_fkey",
    "CallPlanActivity.tenantId to Tenant: CallPlanActivity_tenantId_fkey",
    "CallPlanActivity.callPlanId to CallPlan: CallPlanActivity_callPlanId_fkey",
    "CallPlanActivity.customerId to Customer: CallPlanActivity_customerId_fkey",
    "CallPlanActivity.activityTypeId to ActivityType: CallPlanActivity_activityTypeId_fkey",
];

#[tokio::test]
async fn every_step_and_every_check_has_its_line() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    let said = scratch.migrate(&[]);
    let mut at = 0;
    for heading in HEADINGS {
        let found = said.out.find(heading).expect(heading);
        assert!(found >= at, "in their order: {said:?}");
        at = found;
    }
    let [active, target, prospect] = distribution();
    assert_eq!(active + target + prospect, 900);
    let counts = |what: &str, names: [&str; 3]| {
        let named = names.iter().zip([active, target, prospect]);
        named
            .map(|(name, count)| format!("  {name} {what}: {count}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        step(&said, HEADINGS[0]),
        counts("customers updated", ["ACTIVE", "TARGET", "PROSPECT"])
    );
    assert_eq!(
        step(&said, HEADINGS[1]),
        [
            format!(
                "  ok    distribution: ACTIVE {}, TARGET {}, PROSPECT {}",
                share(active),
                share(target),
                share(prospect)
            ),
            "  ok    every customer is classified (critical): 900 customers".to_owned(),
            "  ok    the classification is what the last orders say as of 2026-03-01 (medium): 900 customers"
                .to_owned(),
        ]
    );
    assert_eq!(
        step(&said, HEADINGS[3]),
        SCHEMA.map(|line| format!("  ok    {line}"))
    );
    assert_eq!(
        step(&said, HEADINGS[4]),
        counts("priorities updated", ["HIGH", "MEDIUM", "LOW"])
    );
    let recorded = step(&said, HEADINGS[5]);
    assert!(
        recorded.len() == 1 && recorded[0].ends_with(" in the ledger (schema sunset)"),
        "{recorded:?}"
    );
    for line in [
        "as_of: 2026-03-01",
        "  1. Classification by last order date: 900 rows changed (",
        "  2. Verification of the classification: 3 of 3 checks passed (",
        "  4. Verification of tables and columns: 38 of 38 checks passed (",
        "  5. Priorities by classification: 900 rows changed (",
        "  6. Migration record: run ",
        "All 6 migration steps completed successfully!",
    ] {
        assert!(said.holds(line), "{line}: {said:?}");
    }
    // The final check has the same lines, and the rows.
    let check = scratch.say("final-check", &["--plan", "leora-phase2"]);
    for line in SCHEMA {
        let whole = format!("  ok    {line}");
        assert!(
            check.out.lines().any(|found| found == whole),
            "{line}: {check:?}"
        );
    }
    for line in [
        "rows: Customer 900, CallPlan 0, CallPlanAccount 0, CallPlanActivity 0".to_owned(),
        format!("priority: HIGH {}", share(active)),
        "every priority is what the classification says (critical): 900 customers".to_owned(),
        "Customer columns: 3 of 3".to_owned(),
        "CallPlan columns: 4 of 4".to_owned(),
        "Enums: 4 of 4".to_owned(),
        "Tables: 6 of 6".to_owned(),
        "Data: 5 of 5".to_owned(),
    ] {
        assert!(check.holds(&line), "{line}: {check:?}");
    }
}

/// A step that verifies ends the run where it finds something, and says what.
#[tokio::test]
async fn a_verification_that_fails_stops_the_run() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    scratch.migrate(&["--step", "classification"]);
    // Somebody takes values away between the two.
    scratch
        .run(r#"UPDATE "Customer" SET "accountType" = NULL WHERE name IN ('customer 1', 'customer 2')"#)
        .await;
    let mut arguments = crate::AS_OF.to_vec();
    arguments.extend(["--step", "verify-classification", "--step", "schema"]);
    let said = scratch.say("data-migrate", &arguments);
    assert_eq!(said.status, 4, "{said:?}");
    for words in [
        "  FAIL  every customer is classified (critical): 900 customers",
        "failure: customers without a classification (2)",
        "next: run data-migrate --plan leora-phase2 --step classification",
        "Verification of the classification failed; nothing behind it was done",
    ] {
        assert!(said.holds(words), "{words}: {said:?}");
    }
    assert!(!said.holds("Step 3 of 6"), "{said:?}");
    assert!(!scratch.catalog().await.contains("CallPlanAccount"));
    let state = "SELECT state FROM sunset.runs ORDER BY id DESC LIMIT 1";
    assert_eq!(scratch.text(state).await, "failed");
}

/// Damage to one section, and what is said of it.
const DAMAGES: [(&str, &str, &str); 9] = [
    (
        "Enums",
        r#"ALTER TYPE "ContactOutcome" RENAME VALUE 'VISITED' TO 'SEEN'"#,
        "the enum has no VISITED",
    ),
    (
        "Tables",
        r#"DROP TABLE "CallPlanActivity""#,
        "the table is missing",
    ),
    (
        "Tables",
        r#"ALTER TABLE "CallPlanAccount" DROP COLUMN objective"#,
        "objective is missing",
    ),
    (
        "Customer columns",
        r#"ALTER TABLE "Customer" ALTER COLUMN territory TYPE varchar(20)"#,
        "it should be text",
    ),
    (
        "CallPlan columns",
        r#"ALTER TABLE "CallPlan" DROP COLUMN "targetCount""#,
        "the column is missing",
    ),
    (
        "Indexes",
        r#"DROP INDEX "CallPlan_status_idx""#,
        "the index is missing",
    ),
    (
        "Foreign keys",
        r#"ALTER TABLE "CallPlanAccount" DROP CONSTRAINT "CallPlanAccount_customerId_fkey""#,
        "the foreign key is missing",
    ),
    (
        "Data",
        r#"UPDATE "Customer" SET "accountType" = NULL, "accountPriority" = NULL WHERE name = 'customer 1'"#,
        "customers without a classification (1)",
    ),
    (
        "Data",
        r#"UPDATE "Customer" SET "accountPriority" = 'LOW' WHERE name = 'customer 1'"#,
        "customers whose priority is another (1)",
    ),
];

#[tokio::test]
async fn each_of_the_seven_sections_fails_by_itself() {
    for (section, damage, words) in DAMAGES {
        let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
            return;
        };
        scratch.migrate(&[]);
        scratch.run(damage).await;
        let said = scratch.say("final-check", &["--plan", "leora-phase2"]);
        assert_eq!(said.status, 4, "{damage}: {said:?}");
        assert!(said.holds(words), "{damage}: {words}: {said:?}");
        let summary = said.out.split("Summary").nth(1).expect("a summary");
        let failed = format!("  FAIL  {section}: ");
        assert!(summary.contains(&failed), "{damage}: {summary}");
        let lines = summary.lines();
        let sections =
            lines.filter(|line| line.starts_with("  ok    ") || line.starts_with("  FAIL  "));
        assert_eq!(sections.count(), 7, "{damage}: {summary}");
        assert!(!said.holds("Migration validated"), "{damage}: {said:?}");
    }
}
