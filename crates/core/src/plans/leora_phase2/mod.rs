//! Plan `leora-phase2`: customers of a CRM are classified by their last order and get a priority,
//! and call plans get their tables. Everything happens in the application's own database, which
//! Prisma made: names are in camel case.

mod data;
mod schema;

#[cfg(test)]
mod specified_tests;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::in_place::{
    BatchSizes, InPlacePlan, Maker, OptionName, Parameters, PlanStep, Registered, Work,
};
use super::schemas::PlanSchema;
use crate::error::Result;

pub use schema::schema;

/// The plan's name.
pub const NAME: &str = "leora-phase2";

/// See the module.
pub const REGISTERED: Registered = Registered {
    name: Cow::Borrowed(NAME),
    options: Cow::Borrowed(&[OptionName::AsOf, OptionName::OnlyUnclassified]),
    database: Cow::Borrowed(&["DIRECT_URL", "DATABASE_URL"]),
    maker: Maker::BuiltIn(describe),
};

const CUSTOMER: &str = "Customer";
const LAST_ORDER: &str = "lastOrderDate";
const ACCOUNT_TYPE: &str = "accountType";
const PRIORITY: &str = "accountPriority";

/// The plan, for a run's parameters.
///
/// # Errors
/// `Configuration` for a reference date that is none.
pub fn describe(parameters: &Parameters) -> Result<InPlacePlan> {
    let namespace = &parameters.namespace;
    let as_of = parameters.day(OptionName::AsOf)?;
    let only_new = parameters.has(OptionName::OnlyUnclassified);
    let classification = data::classification(&as_of, only_new);
    let schema = PlanSchema {
        schema: schema::schema(namespace),
        faults: Vec::new(),
        renames: Vec::new(),
    };
    let mut classified = data::classified(namespace);
    classified
        .questions
        .extend((!only_new).then(|| data::as_ordered(namespace, &as_of)));
    let steps = vec![
        PlanStep::new(
            "classification",
            "Classification by last order date",
            Work::Set(vec![classification]),
        )
        .needing(CUSTOMER, ACCOUNT_TYPE)
        .comparing_days(CUSTOMER, LAST_ORDER),
        PlanStep::new(
            "verify-classification",
            "Verification of the classification",
            Work::Verify(vec![classified]),
        )
        .needing(CUSTOMER, ACCOUNT_TYPE),
        PlanStep::new(
            "schema",
            "Schema of call plans and priorities",
            Work::Schema,
        ),
        PlanStep::new(
            "verify-schema",
            "Verification of tables and columns",
            Work::VerifySchema,
        ),
        PlanStep::new(
            "priorities",
            "Priorities by classification",
            Work::Set(vec![data::priorities()]),
        )
        .needing(CUSTOMER, ACCOUNT_TYPE)
        .needing(CUSTOMER, PRIORITY),
        PlanStep::new("record", "Migration record", Work::Record),
    ];
    let mut states = vec![("as_of".to_owned(), as_of)];
    if only_new {
        states.push(("only_unclassified".to_owned(), "true".to_owned()));
    }
    Ok(InPlacePlan {
        name: NAME.to_owned(),
        named: NAME.to_owned(),
        title: "customer classification, priorities and call plans".to_owned(),
        namespace: namespace.clone(),
        schema,
        steps,
        sections: vec![data::final_section(namespace)],
        kept: Vec::new(),
        states,
        prisma_name: Some("phase2_complete".to_owned()),
        preconditions: Vec::new(),
        batches: BatchSizes {
            rows: 10_000,
            sets: 10_000,
        },
        tenancy: None,
        next: None,
    })
}
