//! The database that is meant, and the programs that fit its server.

use std::path::PathBuf;

use sunset_backup::Tools;
use sunset_cli::{Program, Session, is_file};
use sunset_core::config::DatabaseSettings;
use sunset_core::env_vars;
use sunset_core::plans::{in_place, names};
use sunset_core::secret::Secret;
use sunset_core::{Error, ErrorKind, Result};
use sunset_targets::postgres::{ConnectOptions, Database};

use crate::Arguments;

pub struct Place {
    pub database: Database,
    pub url: Secret,
    pub tools: Tools,
}

/// The name of a plan that comes with sunset, or of one in a file.
pub fn plan_name(named: &str) -> Result<String> {
    if names().contains(&named) {
        return Ok(named.to_owned());
    }
    if is_file(named) {
        return Ok(match sunset_cli::in_place_plan(named)? {
            Some(registered) => registered.name.to_string(),
            None => sunset_cli::document_plan(named)?.name().to_owned(),
        });
    }
    Err(Error::new(
        ErrorKind::Configuration,
        format!("there is no plan {named:?}"),
    )
    .remedy(format!(
        "the plans are: {}; or name a file: ./plan.toml",
        names().join(", ")
    )))
}

impl Place {
    /// Connects to the database of a plan and finds the programs for its server. Nothing is written.
    pub async fn of(plan: &str, session: &Session) -> Result<Self> {
        let registered = in_place::registered(plan);
        let variables_of_plan: &[&str] = match &registered {
            Some(registered) => &registered.database,
            None => &[env_vars::DATABASE_URL],
        };
        let (settings, folder) = session.settings(|variables, faults| {
            (
                DatabaseSettings::read_first(variables, variables_of_plan, faults),
                variables.get(env_vars::PG_BIN_DIR).map(PathBuf::from),
            )
        })?;
        let database =
            Database::connect(&settings.url, ConnectOptions::for_program(Arguments::NAME)).await?;
        session.detail(&format!("database {}", database.describe()));
        let tools = Tools::find(folder.as_deref(), database.server_version()).await?;
        session.detail(&format!("with {}", tools.version()));
        Ok(Self {
            database,
            url: settings.url,
            tools,
        })
    }
}

/// Who takes a backup.
pub fn by() -> String {
    format!(
        "backup {} on {}",
        env!("CARGO_PKG_VERSION"),
        sunset_cli::host_name()
    )
}
