//! Going on with a run that was broken off: one day decides for the whole of it, also past midnight.

use sunset_core::error::Result;
use sunset_core::instant::Instant;
use sunset_core::plans::in_place::{OptionName, Parameters, Registered};
use sunset_core::ports::runs::RunState;
use sunset_targets::postgres::{Database, Ledger};

/// A run that was broken off longer ago is not gone on with: its day would surprise.
const SECONDS: i64 = 24 * 3_600;

/// Takes the day of a run that was broken off within the last day over, where no other was named,
/// and gives a word about that.
///
/// # Errors
/// Those of the database.
pub async fn go_on(
    database: &Database,
    registered: &Registered,
    parameters: &mut Parameters,
) -> Result<Option<String>> {
    let asks = registered.options.contains(&OptionName::AsOf);
    if !asks || parameters.has(OptionName::AsOf) || !Ledger::exists(database).await? {
        return Ok(None);
    }
    // A ledger of another version is brought up to date later, and tells nothing now.
    let Ok(Some(ledger)) = Ledger::open(database).await else {
        return Ok(None);
    };
    let runs = ledger.runs().await?;
    let last = runs
        .iter()
        .rev()
        .find(|run| run.start.plan == registered.name && run.start.program == "data-migrate");
    let Some(last) = last else {
        return Ok(None);
    };
    let broken_off = matches!(
        last.state,
        RunState::Running | RunState::Failed | RunState::Interrupted
    );
    let age = Instant::parse_rfc3339(&last.started_at, false).map_or(i64::MAX, |began| {
        parameters.began.seconds() - began.seconds()
    });
    let day = last.start.options.get("as_of").and_then(|day| day.as_str());
    let today = parameters.day(OptionName::AsOf)?;
    match day {
        Some(day) if broken_off && age < SECONDS && day != today => {
            let word = format!(
                "going on with run {}, which was broken off: as of {day}; --as-of names another day",
                last.id
            );
            parameters.options.insert(OptionName::AsOf, day.to_owned());
            Ok(Some(word))
        }
        _ => Ok(None),
    }
}
