//! The description, held against the specification's numbers.

use crate::instant::Instant;
use crate::plans::in_place::{OptionName, Parameters, Work, prisma, registered, schema_sections};
use crate::schema::diff::{Directions, plan};
use crate::schema::live::LiveSchema;

use super::*;

fn parameters() -> Parameters {
    let began = Instant::parse_rfc3339("2026-02-03T04:05:06Z", false).expect("an instant");
    Parameters::new("public", began)
}

#[test]
fn it_has_six_steps_fourteen_indexes_and_seven_foreign_keys() {
    let plan = describe(&parameters()).expect("a plan");
    assert_eq!(plan.steps.len(), 6);
    let tables = &plan.schema.schema.tables;
    assert_eq!(
        tables
            .iter()
            .map(|table| table.indexes.len())
            .sum::<usize>(),
        14
    );
    assert_eq!(
        tables
            .iter()
            .map(|table| table.foreign_keys.len())
            .sum::<usize>(),
        7
    );
    let sections = schema_sections(&plan.schema.schema, &LiveSchema::empty("public"));
    let titles: Vec<_> = sections
        .iter()
        .map(|section| section.title.as_str())
        .collect();
    assert_eq!(
        titles,
        [
            "Enums",
            "Tables",
            "Customer columns",
            "CallPlan columns",
            "Indexes",
            "Foreign keys"
        ]
    );
    assert!(sections.iter().all(|section| !section.passed()));
}

#[test]
fn its_options_are_its_own() {
    let registered = registered(NAME).expect("registered");
    assert!(registered.options.contains(&OptionName::AsOf));
    assert!(!registered.options.contains(&OptionName::TenantIds));
    let described = describe(&parameters().with(OptionName::AsOf, "2026-02-30"));
    assert!(described.is_err());
}

#[test]
fn a_database_without_the_application_is_refused_and_not_filled() {
    let wanted = describe(&parameters()).expect("a plan").schema.schema;
    let made = plan(
        &wanted,
        &LiveSchema::empty("public"),
        &Directions::default(),
    );
    assert!(
        made.refused.iter().any(|note| note.object == "Customer"),
        "{:?}",
        made.refused
    );
    assert!(
        made.steps
            .iter()
            .all(|step| !step.title.contains("table Customer"))
    );
}

#[test]
fn prisma_gets_one_statement_a_change_with_its_values_in_place() {
    let plan = describe(&parameters()).expect("a plan");
    assert_eq!(
        prisma::folder_name(parameters().began, "phase2_complete"),
        "20260203040506_phase2_complete"
    );
    let statements = ["CREATE INDEX CONCURRENTLY \"i\" ON \"t\" (a)".to_owned()];
    let text = prisma::migration_sql(&plan, &statements);
    assert!(text.contains("CREATE INDEX \"i\""), "{text}");
    assert!(
        text.contains(">= (SELECT '2026-02-03'::date - 180)"),
        "{text}"
    );
    assert!(!text.contains("$1"), "{text}");
    assert_eq!(text.matches("UPDATE ").count(), 2, "{text}");
}

#[test]
fn only_unclassified_leaves_the_others_alone() {
    let plan = describe(&parameters().with(OptionName::OnlyUnclassified, "")).expect("a plan");
    let Work::Set(updates) = &plan.steps[0].work else {
        panic!("a set-based step");
    };
    assert_eq!(
        updates[0].rows.condition.as_deref(),
        Some("t.\"accountType\" IS NULL")
    );
}
