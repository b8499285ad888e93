//! The description, held against its specification.

use super::*;
use crate::instant::Instant;
use crate::plans::in_place::{Rank, registered};

fn parameters() -> Parameters {
    let began = Instant::parse_rfc3339("2026-02-03T04:05:06Z", false).expect("an instant");
    Parameters::new("public", began)
}

#[test]
fn its_check_asks_eight_things_with_their_severity() {
    let plan = describe(&parameters()).expect("a plan");
    let asked: Vec<(&str, Rank, bool)> = plan.sections[0]
        .questions
        .iter()
        .map(|question| {
            (
                question.name.as_str(),
                question.rank,
                !question.fixes.is_empty(),
            )
        })
        .collect();
    assert_eq!(
        asked,
        [
            ("record-count", Rank::Critical, false),
            ("data-integrity", Rank::Critical, true),
            ("foreign-keys", Rank::Critical, false),
            ("schema-version", Rank::High, false),
            ("v1-unchanged", Rank::High, false),
            ("duplicates", Rank::Medium, false),
            ("value-constraints", Rank::Medium, true),
            ("metrics", Rank::Medium, true),
        ]
    );
}

#[test]
fn tenants_are_named_or_all_are_meant() {
    assert!(
        registered(NAME)
            .expect("registered")
            .options
            .contains(&OptionName::TenantIds)
    );
    let some = parameters().with(OptionName::TenantIds, " b, a,b ,");
    let plan = describe(&some).expect("a plan");
    assert_eq!(plan.states, [("tenant_ids".to_owned(), "a,b".to_owned())]);
    assert_eq!(plan.preconditions.len(), 1);
    assert_eq!(plan.preconditions[0].violators.binds, [r#"["a","b"]"#]);
    assert!(describe(&parameters().with(OptionName::TenantIds, ", ")).is_err());
    assert!(
        describe(&parameters())
            .expect("a plan")
            .preconditions
            .is_empty()
    );
}

#[test]
fn a_step_that_is_narrowed_binds_what_it_names() {
    let some = parameters().with(OptionName::TenantIds, "a");
    for plan in [describe(&parameters()), describe(&some)] {
        let plan = plan.expect("a plan");
        let mut all: Vec<(String, Vec<String>)> = Vec::new();
        for step in &plan.steps {
            match &step.work {
                Work::Rows(updates) => all.extend(updates.iter().map(|update| {
                    (
                        update.rows.condition.clone().unwrap_or_default(),
                        update.binds.clone(),
                    )
                })),
                Work::Set(updates) => all.extend(updates.iter().map(|update| {
                    (
                        update.rows.condition.clone().unwrap_or_default(),
                        update.binds.clone(),
                    )
                })),
                Work::Merge(merges) => all.extend(
                    merges
                        .iter()
                        .map(|merge| (merge.query.sql.clone(), merge.query.binds.clone())),
                ),
                _ => {}
            }
        }
        for question in &plan.sections[0].questions {
            all.push((question.all.sql.clone(), question.all.binds.clone()));
            all.push((
                question.violators.sql.clone(),
                question.violators.binds.clone(),
            ));
        }
        for (sql, binds) in all {
            let highest = (1..=3)
                .rev()
                .find(|n| sql.contains(&format!("${n}")))
                .unwrap_or(0);
            assert!(highest <= binds.len(), "{binds:?} in {sql}");
        }
    }
}
