//! Values of enums that a step needs and that the database does not have yet.

use sunset_core::error::{Error, ErrorKind};
use sunset_core::plans::in_place::{InPlacePlan, PlanStep, Work};
use sunset_core::schema::live::LiveSchema;
use sunset_core::schema::model::ColumnType;

/// An enum that is there without some of the plan's values.
pub(super) struct Missing {
    name: String,
    values: Vec<String>,
}

/// The first enum of the columns that a step needs which lacks values. SQL that names one of them
/// fails before it has looked at a row.
pub(super) fn missing(plan: &InPlacePlan, step: &PlanStep, live: &LiveSchema) -> Option<Missing> {
    if !matches!(
        step.work,
        Work::Set(_) | Work::Rows(_) | Work::Merge(_) | Work::Verify(_)
    ) {
        return None;
    }
    let desired = &plan.schema.schema;
    step.needs.iter().find_map(|(table, column)| {
        let table = desired.tables.iter().find(|each| each.name == *table)?;
        let column = table.columns.iter().find(|each| each.name == *column)?;
        let ColumnType::Enum(name) = &column.column_type else {
            return None;
        };
        let wanted = desired.enums.iter().find(|each| each.name == *name)?;
        // One that is not there at all is missed with its column.
        let there = live.enums.iter().find(|each| each.name == *name)?;
        let values: Vec<String> = wanted
            .values
            .iter()
            .filter(|value| !there.values.contains(*value))
            .cloned()
            .collect();
        (!values.is_empty()).then(|| Missing {
            name: name.clone(),
            values,
        })
    })
}

impl Missing {
    pub fn error(&self, named: &str) -> Error {
        Error::new(
            ErrorKind::Mismatch,
            format!(
                "the enum {} lacks values that this step needs: {}",
                self.name,
                self.values.join(", ")
            ),
        )
        .remedy(format!("run schema-push --plan {named} first"))
    }

    pub fn remark(&self) -> String {
        format!(
            "the enum {} has no value {} yet; nothing can be counted before it has",
            self.name,
            self.values.join(", ")
        )
    }
}
