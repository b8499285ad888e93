//! Plans by their names, or by the files that hold them.

use std::path::Path;

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::file::{self, DocumentFile};
use sunset_core::plans::schemas::{PlanSchema, schema_named};
use sunset_core::plans::{DocumentPlan, plan_named};

/// The plan that documents are migrated by: one that comes with sunset, or one from a file.
///
/// # Errors
/// `Configuration` for a name that is none, and for a file that cannot be read or is not right.
pub fn document_plan(named: &str) -> Result<Box<dyn DocumentPlan>> {
    if is_file(named) {
        Ok(Box::new(from_file(named)?))
    } else {
        plan_named(named)
    }
}

/// The schema that a plan wants, in the schema `namespace` of the database.
///
/// # Errors
/// As [`document_plan`].
pub fn desired_schema(named: &str, namespace: &str) -> Result<PlanSchema> {
    if is_file(named) {
        Ok(from_file(named)?.schema(namespace))
    } else {
        schema_named(named, namespace)
    }
}

/// Names of plans have neither.
fn is_file(named: &str) -> bool {
    named.contains(['/', '\\']) || Path::new(named).extension().is_some()
}

fn from_file(path: &str) -> Result<DocumentFile> {
    let text = std::fs::read_to_string(path).map_err(|cause| {
        Error::new(ErrorKind::Configuration, "the plan file cannot be read")
            .item(path)
            .cause(cause)
            .remedy("name a file of TOML, or a plan: see --help")
    })?;
    file::read(path, &text)
}
