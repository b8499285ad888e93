//! The desired schemas that come with sunset, by the names of their plans.

use super::in_place::{self, Parameters};
use super::sales_ai;
use crate::error::{Error, ErrorKind, Result};
use crate::instant::Instant;
use crate::schema::diff::Rename;
use crate::schema::model::Schema;
use crate::schema::repair::Fault;

/// What a plan wants of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSchema {
    /// The tables.
    pub schema: Schema,
    /// What older databases may have, to be repaired.
    pub faults: Vec<Fault>,
    /// What older databases may call otherwise, and `schema-push` therefore renames.
    pub renames: Vec<Rename>,
}

/// The desired schema of a plan, in the schema `namespace` of the database.
///
/// # Errors
/// `Configuration` for a plan that is not there.
pub fn schema_named(plan: &str, namespace: &str) -> Result<PlanSchema> {
    match plan {
        "sales-ai" => Ok(PlanSchema {
            schema: sales_ai::tables::schema(namespace),
            faults: sales_ai::tables::faults(),
            renames: Vec::new(),
        }),
        // The tables of the program rollout, which are no plan of a migration.
        "rollout" => Ok(PlanSchema {
            schema: super::feature_flags::schema(namespace),
            faults: Vec::new(),
            renames: Vec::new(),
        }),
        other => match in_place::registered(other) {
            // A schema does not depend on when a run began.
            Some(plan) => plan
                .describe(&Parameters::new(namespace, Instant::MIN))
                .map(|plan| plan.schema),
            None => Err(Error::new(
                ErrorKind::Configuration,
                format!("there is no plan {other} with a schema"),
            )
            .remedy(format!("name one of: {}", super::names().join(", ")))),
        },
    }
}
