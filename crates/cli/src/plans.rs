//! Plans by their names, or by the files that hold them.

use std::path::Path;

use sunset_core::config::{DatabaseSettings, Pace};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::plans::file::{self, PlanFile};
use sunset_core::plans::in_place::{self, Parameters, Registered};
use sunset_core::plans::schemas::{PlanSchema, schema_named};
use sunset_core::plans::{DocumentPlan, plan_named};

use crate::session::Session;

/// The plan that documents are migrated by: one that comes with sunset, or one from a file.
///
/// # Errors
/// `Configuration` for a name that is none, and for a file that cannot be read or is not right.
pub fn document_plan(named: &str) -> Result<Box<dyn DocumentPlan>> {
    if !is_file(named) {
        return plan_named(named);
    }
    match from_file(named)? {
        PlanFile::Documents(plan) => Ok(Box::new(plan)),
        PlanFile::InPlace(plan) => Err(Error::new(
            ErrorKind::Configuration,
            format!("the plan {} moves no documents", plan.name),
        )
        .item(named)
        .remedy("this program knows plans with a [[collection]] only")),
    }
}

/// The plan of that name or from that file, where it is one that changes a database in place.
///
/// # Errors
/// `Configuration` for a file that cannot be read or is not right.
pub fn in_place_plan(named: &str) -> Result<Option<Registered>> {
    if !is_file(named) {
        return Ok(in_place::registered(named));
    }
    Ok(match from_file(named)? {
        PlanFile::InPlace(plan) => Some(plan),
        PlanFile::Documents(_) => None,
    })
}

/// The database of a plan that changes one in place, and how fast to go about it.
///
/// # Errors
/// `Configuration`, with all faults of the environment.
pub fn in_place_settings(session: &Session, plan: &Registered) -> Result<(DatabaseSettings, Pace)> {
    session.settings(|variables, faults| {
        (
            DatabaseSettings::read_first(variables, &plan.database, faults),
            Pace::read(variables, faults),
        )
    })
}

/// The schema that a plan wants, in the schema `namespace` of the database.
///
/// # Errors
/// As [`document_plan`].
pub fn desired_schema(named: &str, namespace: &str) -> Result<PlanSchema> {
    if !is_file(named) {
        return schema_named(named, namespace);
    }
    match from_file(named)? {
        PlanFile::Documents(plan) => Ok(plan.schema(namespace)),
        PlanFile::InPlace(plan) => {
            // A schema does not depend on when a run began.
            let parameters = Parameters::new(namespace, Instant::MIN);
            Ok(plan.describe(&parameters)?.schema)
        }
    }
}

/// Reads the name of a plan that has a schema, or of a file that holds a plan, as `--plan` takes it.
///
/// # Errors
/// What is wrong with it, in words.
pub fn schema_plan_name(text: &str) -> std::result::Result<String, String> {
    if is_file(text) {
        return Ok(text.to_owned());
    }
    match schema_named(text, "public") {
        Ok(_) => Ok(text.to_owned()),
        Err(unknown) => Err(match unknown.remedy_text() {
            Some(remedy) => format!("{}; {remedy}", unknown.what()),
            None => unknown.what().to_owned(),
        }),
    }
}

/// Reads the name of a schema of the database, as `--schema` takes it.
///
/// # Errors
/// What is wrong with it, in words.
pub fn schema_name(text: &str) -> std::result::Result<String, String> {
    use sunset_core::schema::name::LONGEST_NAME;
    if text.is_empty() || text.contains('\0') {
        return Err("a schema has a name".into());
    }
    if text.len() > LONGEST_NAME {
        return Err(format!(
            "PostgreSQL keeps {LONGEST_NAME} bytes of a name, and this one has {}",
            text.len()
        ));
    }
    if text == "sunset" || text == "information_schema" || text.starts_with("pg_") {
        return Err("this schema is not for the application's tables: sunset is the ledger's, the others are PostgreSQL's".into());
    }
    Ok(text.to_owned())
}

/// Whether a plan is named by its file: names of plans have neither a path nor an extension.
pub fn is_file(named: &str) -> bool {
    named.contains(['/', '\\']) || Path::new(named).extension().is_some()
}

fn from_file(path: &str) -> Result<PlanFile> {
    let text = std::fs::read_to_string(path).map_err(|cause| {
        Error::new(ErrorKind::Configuration, "the plan file cannot be read")
            .item(path)
            .cause(cause)
            .remedy("name a file of TOML, or a plan: see --help")
    })?;
    file::read(path, &text)
}
