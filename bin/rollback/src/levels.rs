//! Levels of taking a plan back that moves tenants by a flag: one tenant, a share of them, all of
//! them, or the rows themselves.

mod data;
mod flags;
mod tenant;

use clap::Args;
use serde_json::{Value, json};
use sunset_cli::{BackupChoice, Consented, Session, Status};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::in_place::{Parameters, Registered, Tenancy};
use sunset_core::ports::runs::RunStart;
use sunset_engine::retry::Retries;
use sunset_targets::postgres::{Database, Ledger};

use crate::Arguments;
use crate::level::Level;

/// The options of these levels.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Levels of plans that move tenants (voice-agent)")]
pub struct MovedArguments {
    /// With --level tenant: the tenant
    #[arg(long, value_name = "ID", required_if_eq("level", "tenant"))]
    tenant_id: Option<String>,

    /// With --level partial: the percentage to go back to
    #[arg(long, value_name = "N", required_if_eq("level", "partial"))]
    target_percentage: Option<String>,

    /// Why, for the audit; --level total asks for it
    #[arg(long, value_name = "TEXT", required_if_eq("level", "total"))]
    reason: Option<String>,

    /// Who takes it back, for the audit [default: the user of this machine]
    #[arg(long, value_name = "WHO")]
    by: Option<String>,
}

/// Whether a plan's tenants are moved by a flag.
///
/// # Errors
/// `Configuration` for a plan file that is not right.
pub fn moves_tenants(plan: &str) -> Result<bool> {
    let Some(plan) = sunset_cli::in_place_plan(plan)? else {
        return Ok(false);
    };
    let plan = plan.describe(&Parameters::new("public", Instant::MIN))?;
    Ok(plan.tenancy.is_some())
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Traffic => "traffic",
            Self::Tenant => "tenant",
            Self::Partial => "partial",
            Self::Total => "total",
            Self::Data => "data",
        }
    }
}

impl MovedArguments {
    /// Checks that none was given, for a plan of another sort.
    ///
    /// # Errors
    /// `Configuration`, naming the first.
    pub fn refuse(&self, plan: &str) -> Result<()> {
        let given = [
            ("--tenant-id", self.tenant_id.is_some()),
            ("--target-percentage", self.target_percentage.is_some()),
            ("--reason", self.reason.is_some()),
            ("--by", self.by.is_some()),
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

    /// Checks that what was given goes with the level. Left unheard, a tenant that is named without
    /// its level would be no small mistake: everything would be taken back.
    ///
    /// # Errors
    /// `Configuration`, naming the first that does not.
    pub fn check(&self, level: Option<Level>, backup_id: Option<&str>) -> Result<()> {
        let given = [
            ("--tenant-id", self.tenant_id.is_some(), Level::Tenant),
            (
                "--target-percentage",
                self.target_percentage.is_some(),
                Level::Partial,
            ),
            ("--backup-id", backup_id.is_some(), Level::Data),
        ];
        let strange = given
            .iter()
            .find(|(_, given, wanted)| *given && level != Some(*wanted));
        match strange {
            Some((option, _, wanted)) => Err(Error::new(
                ErrorKind::Configuration,
                format!("{option} goes with --level {}", wanted.name()),
            )
            .remedy("name that level, or leave the option out; nothing was done")),
            None => Ok(()),
        }
    }

    /// Why, in words.
    pub fn why(&self) -> Option<&str> {
        let reason = self.reason.as_deref().map(str::trim);
        reason.filter(|reason| !reason.is_empty())
    }

    /// Who takes it back.
    pub fn who(&self, session: &Session) -> String {
        let named = self
            .by
            .as_deref()
            .map(str::trim)
            .filter(|by| !by.is_empty());
        named.map_or_else(
            || {
                let user = session
                    .variable("USER")
                    .or_else(|| session.variable("LOGNAME"))
                    .unwrap_or_else(|| "somebody".to_owned());
                format!("{user}@{}", sunset_cli::host_name())
            },
            str::to_owned,
        )
    }
}

/// What all levels work with.
pub struct Levels<'a> {
    pub arguments: &'a Arguments,
    pub registered: &'a Registered,
    pub retries: Retries,
    pub confirmed: bool,
    pub session: &'a Session,
    pub database: &'a Database,
}

impl Levels<'_> {
    /// Goes back.
    pub async fn roll_back(&self, level: Level, consent: Consented) -> Result<Status> {
        let tenancy = self.tenancy()?;
        if level != Level::Data
            && self
                .arguments
                .backup
                .backup
                .is_some_and(|backup| backup != BackupChoice::None)
        {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("--level {} takes no backup: users go first", level.name()),
            )
            .remedy("leave --backup out; --level data takes one"));
        }
        match level {
            Level::Tenant => self.tenant(&tenancy, &consent).await,
            Level::Partial => self.partial(&tenancy, &consent).await,
            Level::Total => self.total(&tenancy, &consent).await,
            Level::Data => self.data(&consent).await,
            Level::Traffic => Err(Error::new(
                ErrorKind::Configuration,
                format!("the plan {} has no level traffic", self.registered.name),
            )
            .remedy("--level total moves everybody to v1 by the flag")),
        }
    }

    fn options(&self) -> &MovedArguments {
        &self.arguments.moved
    }

    fn tenancy(&self) -> Result<Tenancy> {
        let plan = self
            .registered
            .describe(&Parameters::new("public", Instant::MIN))?;
        plan.tenancy.ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                format!("the plan {} has no option --level", self.registered.name),
            )
            .remedy("leave it out: rollback takes back what the plan changed")
        })
    }

    fn who(&self) -> String {
        self.options().who(self.session)
    }

    fn reason(&self) -> Option<&str> {
        self.options().why()
    }

    fn start(&self, level: Level) -> RunStart {
        let plan = self.registered.name.to_string();
        sunset_cli::run_start::<Arguments>(&plan, self.told(level))
    }

    /// What is asked, by whom, and why.
    fn told(&self, level: Level) -> Value {
        let options = self.options();
        json!({
            "plan": self.registered.name,
            "level": level.name(),
            "by": self.who(),
            "reason": self.reason(),
            "tenant_id": options.tenant_id,
            "target_percentage": options.target_percentage,
            "backup_id": self.arguments.levels.backup_id,
            "force": self.arguments.force,
        })
    }

    fn permit(&self, consent: &Consent) -> WritePermit {
        WritePermit::bind(consent, self.database.identity().clone())
    }

    /// Tells the webhook that it begins.
    fn announce(&self, level: Level, what: &str) {
        let why = self
            .reason()
            .map(|reason| format!(" ({reason})"))
            .unwrap_or_default();
        self.session.announce(&format!(
            "{} of plan {}, {what}, by {}{why}, in {}",
            level.name(),
            self.registered.name,
            self.who(),
            self.database.describe()
        ));
    }

    /// A line of the result, for here and for the webhook.
    fn print(&self, line: &str) {
        self.session.print(line);
        self.session.sum_up(line);
    }

    /// The audit of a level that needs no run.
    async fn audit(&self, consent: &Consent, level: Level, done: Value) -> Result<()> {
        let permit = self.permit(consent);
        let ledger = Ledger::install(self.database, &permit).await?;
        let mut detail = self.told(level);
        detail["done"] = done;
        ledger.audit(&permit, "rollback", &detail).await
    }
}
