//! The options of plans that change a database in place.

use std::path::PathBuf;

use clap::Args;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::plans::in_place::{OptionName, Parameters};

/// See the module.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Plans that change a database in place")]
pub struct InPlaceArguments {
    /// The day that decides, for the whole run [default: today, UTC] (leora-phase2)
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<String>,

    /// Leave rows alone that are classified already (leora-phase2)
    #[arg(long)]
    pub only_unclassified: bool,

    /// Only the rows of these tenants (voice-agent)
    #[arg(long, value_name = "ID,ID")]
    pub tenant_ids: Option<String>,

    /// Do not copy the tables first (voice-agent)
    #[arg(long)]
    pub skip_backup: bool,

    /// Only this step (may be repeated); a wrong name lists them
    #[arg(long, value_name = "NAME")]
    pub step: Vec<String>,

    /// Write the migration as a folder for Prisma below this one (prisma/migrations)
    #[arg(long, value_name = "DIR")]
    pub prisma_dir: Option<PathBuf>,

    /// The schema of the database in which the tables stand [default: public]
    #[arg(long, value_name = "NAME")]
    pub schema: Option<String>,
}

impl InPlaceArguments {
    /// As a plan reads them.
    pub fn parameters(&self, began: Instant) -> Parameters {
        let namespace = self.schema.as_deref().unwrap_or("public");
        let mut parameters = Parameters::new(namespace, began);
        if let Some(day) = &self.as_of {
            parameters = parameters.with(OptionName::AsOf, day);
        }
        if self.only_unclassified {
            parameters = parameters.with(OptionName::OnlyUnclassified, "");
        }
        if let Some(tenants) = &self.tenant_ids {
            parameters = parameters.with(OptionName::TenantIds, tenants);
        }
        if self.skip_backup {
            parameters = parameters.with(OptionName::SkipBackup, "");
        }
        parameters
    }

    /// Checks that none was given, for a plan of another sort.
    ///
    /// # Errors
    /// `Configuration`, naming the first.
    pub fn refuse(&self, plan: &str) -> Result<()> {
        let given = [
            ("--as-of", self.as_of.is_some()),
            ("--only-unclassified", self.only_unclassified),
            ("--tenant-ids", self.tenant_ids.is_some()),
            ("--skip-backup", self.skip_backup),
            ("--step", !self.step.is_empty()),
            ("--prisma-dir", self.prisma_dir.is_some()),
            ("--schema", self.schema.is_some()),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(Error::new(
                ErrorKind::Configuration,
                format!("the plan {plan} has no option {option}"),
            )
            .remedy("leave it out, or name the plan that has it with --plan")),
            None => Ok(()),
        }
    }
}
