//! What the specification says, written down here a second time: nothing below is taken from the
//! code that it is held against.

use super::*;
use crate::instant::Instant;
use crate::plans::in_place::{InPlacePlan, Rank};
use crate::schema::ddl;
use crate::schema::model::{Check, OnDelete, Schema, Table};

fn described() -> InPlacePlan {
    let began = Instant::parse_rfc3339("2026-02-03T04:05:06Z", false).expect("an instant");
    describe(&Parameters::new("public", began)).expect("a plan")
}

fn wanted() -> Schema {
    described().schema.schema
}

fn table(name: &str) -> Table {
    wanted().table(name).expect("a table").clone()
}

/// A line a column: name, type, default, NOT NULL.
fn columns(name: &str) -> String {
    let lines: Vec<String> = table(name)
        .columns
        .iter()
        .map(|column| {
            let line = ddl::column("public", column);
            line.replace("\"public\".", "").replace('"', "")
        })
        .collect();
    lines.join("\n")
}

#[test]
fn its_enums_have_their_values_in_their_order() {
    let enums: Vec<(String, String)> = wanted()
        .enums
        .into_iter()
        .map(|each| (each.name, each.values.join(" ")))
        .collect();
    let specified = [
        ("AccountType", "ACTIVE TARGET PROSPECT"),
        ("AccountPriority", "LOW MEDIUM HIGH"),
        ("CallPlanStatus", "DRAFT ACTIVE COMPLETED ARCHIVED"),
        (
            "ContactOutcome",
            "NOT_ATTEMPTED NO_CONTACT CONTACTED VISITED",
        ),
    ];
    assert_eq!(
        enums,
        specified.map(|(name, values)| (name.to_owned(), values.to_owned()))
    );
}

#[test]
fn its_tables_have_the_columns_types_and_defaults_of_the_specification() {
    assert_eq!(columns("Tenant"), "");
    assert_eq!(columns("ActivityType"), "");
    assert_eq!(
        columns("Customer"),
        "accountType AccountType\naccountPriority AccountPriority\nterritory text"
    );
    assert_eq!(
        columns("CallPlan"),
        "weekNumber integer\nyear integer\nstatus CallPlanStatus\ntargetCount integer"
    );
    assert_eq!(
        columns("CallPlanAccount"),
        "id uuid DEFAULT gen_random_uuid() NOT NULL\n\
         tenantId uuid NOT NULL\ncallPlanId uuid NOT NULL\ncustomerId uuid NOT NULL\n\
         objective text\n\
         addedAt timestamp without time zone DEFAULT now()\n\
         contactOutcome ContactOutcome DEFAULT 'NOT_ATTEMPTED' NOT NULL\n\
         contactedAt timestamp without time zone\n\
         notes text"
    );
    assert_eq!(
        columns("CallPlanActivity"),
        "id uuid NOT NULL\n\
         tenantId uuid NOT NULL\ncallPlanId uuid NOT NULL\ncustomerId uuid NOT NULL\n\
         activityTypeId uuid NOT NULL\n\
         occurredAt timestamp without time zone NOT NULL\n\
         notes text\n\
         createdAt timestamp without time zone DEFAULT now()"
    );
    let made: Vec<(String, bool)> = wanted()
        .tables
        .into_iter()
        .map(|table| (table.name, table.established))
        .collect();
    let specified = [
        ("Tenant", true),
        ("ActivityType", true),
        ("Customer", true),
        ("CallPlan", true),
        ("CallPlanAccount", false),
        ("CallPlanActivity", false),
    ];
    assert_eq!(
        made,
        specified.map(|(name, theirs)| (name.to_owned(), theirs))
    );
}

#[test]
fn its_keys_and_checks_are_those_of_the_specification() {
    for name in ["CallPlanAccount", "CallPlanActivity"] {
        assert_eq!(table(name).primary_key, ["id"], "{name}");
    }
    let uniques = table("CallPlanAccount").uniques;
    assert_eq!(uniques.len(), 1);
    assert_eq!(uniques[0].columns, ["callPlanId", "customerId"]);
    assert!(table("CallPlanActivity").uniques.is_empty());
    assert_eq!(
        table("CallPlan").checks,
        [Check {
            name: "CallPlan_weekNumber_check".to_owned(),
            condition: "\"weekNumber\" BETWEEN 1 AND 53".to_owned(),
        }]
    );
    let mut keys = Vec::new();
    for name in ["CallPlanAccount", "CallPlanActivity"] {
        for key in table(name).foreign_keys {
            assert_eq!(key.on_delete, OnDelete::Cascade, "{}", key.name);
            assert_eq!(key.target_columns, ["id"], "{}", key.name);
            keys.push(format!("{name}.{} {}", key.columns.join(","), key.target));
        }
    }
    assert_eq!(
        keys,
        [
            "CallPlanAccount.tenantId Tenant",
            "CallPlanAccount.callPlanId CallPlan",
            "CallPlanAccount.customerId Customer",
            "CallPlanActivity.tenantId Tenant",
            "CallPlanActivity.callPlanId CallPlan",
            "CallPlanActivity.customerId Customer",
            "CallPlanActivity.activityTypeId ActivityType",
        ]
    );
}

#[test]
fn its_indexes_have_the_names_of_the_specification() {
    let mut indexes: Vec<String> = wanted()
        .tables
        .into_iter()
        .flat_map(|table| table.indexes)
        .map(|index| {
            assert!(!index.unique && index.condition.is_none(), "{}", index.name);
            assert_eq!(index.method, "btree", "{}", index.name);
            format!("{} ({})", index.name, index.keys.join(", "))
        })
        .collect();
    indexes.sort();
    assert_eq!(
        indexes,
        [
            "CallPlanAccount_callPlanId_idx (\"callPlanId\")",
            "CallPlanAccount_contactOutcome_idx (\"contactOutcome\")",
            "CallPlanAccount_contactedAt_idx (\"contactedAt\")",
            "CallPlanAccount_customerId_idx (\"customerId\")",
            "CallPlanAccount_tenantId_idx (\"tenantId\")",
            "CallPlanActivity_activityTypeId_idx (\"activityTypeId\")",
            "CallPlanActivity_callPlanId_idx (\"callPlanId\")",
            "CallPlanActivity_customerId_idx (\"customerId\")",
            "CallPlanActivity_occurredAt_idx (\"occurredAt\")",
            "CallPlanActivity_tenantId_idx (\"tenantId\")",
            "CallPlan_status_idx (status)",
            "CallPlan_year_weekNumber_idx (year, \"weekNumber\")",
            "Customer_accountPriority_idx (\"accountPriority\")",
            "Customer_territory_idx (territory)",
        ]
    );
}

#[test]
fn its_steps_stand_in_their_order_with_their_defaults() {
    let plan = described();
    let names: Vec<&str> = plan.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "classification",
            "verify-classification",
            "schema",
            "verify-schema",
            "priorities",
            "record"
        ]
    );
    assert_eq!((plan.batches.rows, plan.batches.sets), (10_000, 10_000));
    assert_eq!(
        plan.states,
        [("as_of".to_owned(), "2026-02-03".to_owned())],
        "today, UTC"
    );
    assert_eq!(plan.prisma_name.as_deref(), Some("phase2_complete"));
    assert_eq!(REGISTERED.database.as_ref(), ["DIRECT_URL", "DATABASE_URL"]);
    let Work::Set(updates) = &plan.steps[4].work else {
        panic!("a set-based step");
    };
    assert_eq!(updates[0].rows.unless_true, ["accountPriorityManuallySet"]);
    let labels = |at: usize| -> Vec<String> {
        let Work::Set(updates) = &plan.steps[at].work else {
            panic!("a set-based step");
        };
        let groups = updates[0].groups.iter();
        groups.map(|group| group.label.clone()).collect()
    };
    assert_eq!(
        labels(0),
        [
            "ACTIVE customers updated",
            "TARGET customers updated",
            "PROSPECT customers updated"
        ]
    );
    assert_eq!(
        labels(4),
        [
            "HIGH priorities updated",
            "MEDIUM priorities updated",
            "LOW priorities updated"
        ]
    );
}

#[test]
fn what_its_check_asks_of_rows_fails_the_check() {
    let plan = described();
    let asked: Vec<(&str, Rank)> = plan.sections[0]
        .questions
        .iter()
        .map(|question| (question.name.as_str(), question.rank))
        .collect();
    assert_eq!(
        asked,
        [
            ("every customer is classified", Rank::Critical),
            (
                "every priority is what the classification says",
                Rank::Critical
            ),
        ]
    );
    let shown: Vec<&str> = plan.sections[0]
        .shares
        .iter()
        .map(|share| share.name.as_str())
        .collect();
    assert_eq!(shown, ["rows", "classification", "priority"]);
}
