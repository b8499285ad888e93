//! One run: read, apply the rules, show, write.

use std::path::Path;

use sunset_cli::{Consented, Session, Status};
use sunset_core::check::Severity;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_deployment::env_file::EnvFile;
use sunset_deployment::env_migration::{EnvMigration, ParameterValue};
use sunset_deployment::env_rules::EnvRules;

use crate::arguments::Arguments;
use crate::{place, words};

pub async fn migrate(arguments: Arguments, session: Session) -> Result<Status> {
    let rules_text = match &arguments.rules {
        Some(path) => text(path)?,
        None => EnvRules::MAIN_SERVER.to_owned(),
    };
    let rules = EnvRules::parse(&rules_text)?;
    if arguments.print_rules {
        session.print_raw(&rules_text);
        return Ok(Status::Done);
    }
    let Some(from) = &arguments.from else {
        return Ok(Status::Usage);
    };
    let parameters: Vec<ParameterValue> = arguments
        .connection_limit
        .map(|value| ParameterValue {
            parameter: "connection_limit".into(),
            value,
        })
        .into_iter()
        .collect();
    let old =
        EnvFile::read(&bytes(from)?).map_err(|error| error.item(from.display().to_string()))?;
    let migration =
        EnvMigration::of(&old, &rules, &parameters).map_err(|error| match error.item_name() {
            None => error.item(from.display().to_string()),
            Some(_) => error,
        })?;
    let shows_all = arguments.diff || session.is_verbose();
    // Marks the lines of a dry run, and so comes before the first of them.
    let consent = arguments.write.consent(&session);
    session.print(&words::changes(&migration, shows_all));
    session.print(&words::findings(&migration.findings));
    let written = match (&arguments.to, consent) {
        (Some(to), Consented::Write(consent)) if !arguments.diff => {
            let written = place::replace(to, &migration.file.bytes(), &consent)?;
            session.say(&words::written(to, &written));
            Some(written)
        }
        _ => {
            session.say("Nothing is written.");
            None
        }
    };
    session.json(|| words::json(&migration, arguments.to.as_deref(), written.as_ref()));
    let failed = migration
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Failure);
    Ok(if failed {
        Status::CheckFailed
    } else {
        Status::Done
    })
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|cause| {
        let kind = match cause.kind() {
            std::io::ErrorKind::NotFound => ErrorKind::NotFound,
            std::io::ErrorKind::PermissionDenied => ErrorKind::Denied,
            _ => ErrorKind::Configuration,
        };
        Error::new(kind, "cannot read the file")
            .item(path.display().to_string())
            .cause(cause)
            .remedy("check its name and its permissions")
    })
}

fn text(path: &Path) -> Result<String> {
    String::from_utf8(bytes(path)?).map_err(|_| {
        Error::new(ErrorKind::Malformed, "the rules are no UTF-8 text")
            .item(path.display().to_string())
            .remedy("save the file as UTF-8")
    })
}
