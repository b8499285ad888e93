//! A plan for the database that it is to change or to check: made once it is known which day
//! decides, and whether there is a ledger.

use sunset_core::error::Result;
use sunset_core::plans::in_place::days::{self, EarlierDay};
use sunset_core::plans::in_place::{InPlacePlan, OptionName, Parameters, Registered};
use sunset_core::ports::in_place::InPlaceReader;
use sunset_core::ports::runs::RunHistory;

use super::preconditions;

/// Which earlier run's day decides, where the operator names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOf {
    /// The one that this run goes on with.
    Unfinished,
    /// The last one, whatever became of it.
    Migration,
}

/// A plan whose preconditions hold.
#[derive(Clone)]
pub struct Opened {
    /// The plan.
    pub plan: InPlacePlan,
    /// The day of an earlier run, where that decides.
    pub day: Option<EarlierDay>,
}

/// Makes a plan for a database. `parameters.ledger` says whether this run makes a ledger where
/// there is none.
///
/// # Errors
/// `Configuration` for an option that means nothing; `Refused` for a precondition that does not
/// hold; those of the database.
pub async fn open(
    registered: &Registered,
    mut parameters: Parameters,
    day: DayOf,
    runs: &dyn RunHistory,
    rows: &dyn InPlaceReader,
) -> Result<Opened> {
    let history = runs.history().await?;
    parameters.ledger |= history.has_ledger;
    let asks = registered.options.contains(&OptionName::AsOf);
    let day = match day {
        _ if !asks || parameters.has(OptionName::AsOf) => None,
        DayOf::Unfinished => days::unfinished(&history.runs, &registered.name, &parameters)?,
        DayOf::Migration => days::of_migration(&history.runs, &registered.name),
    };
    if let Some(earlier) = &day {
        parameters = parameters.with(OptionName::AsOf, &earlier.day);
    }
    let plan = registered.describe(&parameters)?;
    preconditions(&plan, rows).await?;
    Ok(Opened { plan, day })
}
