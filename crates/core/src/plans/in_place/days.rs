//! Which day decides where the operator names none: one day for the whole of a run, also past
//! midnight, and for the check the day of the migration.

use super::{OptionName, Parameters};
use crate::error::Result;
use crate::instant::Instant;
use crate::ports::runs::{RunId, RunRecord, RunState};

/// A run that was broken off longer ago is not gone on with: its day would surprise.
const SECONDS: i64 = 24 * 3_600;

/// The day of an earlier run, which decides for this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierDay {
    /// `YYYY-MM-DD`
    pub day: String,
    /// The run.
    pub run: RunId,
}

fn day_of(run: &RunRecord) -> Option<&str> {
    run.start.options.get("as_of")?.as_str()
}

/// The day of a migration by this plan that was broken off within the last day, where that is
/// another than today.
///
/// # Errors
/// As [`Parameters::day`].
pub fn unfinished(
    runs: &[RunRecord],
    plan: &str,
    parameters: &Parameters,
) -> Result<Option<EarlierDay>> {
    let mut migrations = runs.iter().rev();
    let last = migrations.find(|run| run.start.plan == plan && run.start.program == "data-migrate");
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
    let today = parameters.day(OptionName::AsOf)?;
    Ok(day_of(last)
        .filter(|day| broken_off && age < SECONDS && **day != today)
        .map(|day| EarlierDay {
            day: day.to_owned(),
            run: last.id,
        }))
}

/// The day by which the last run of a plan went: what is asked and repaired goes by the same.
pub fn of_migration(runs: &[RunRecord], plan: &str) -> Option<EarlierDay> {
    let mut of_plan = runs.iter().rev().filter(|run| run.start.plan == plan);
    of_plan.find_map(|run| {
        Some(EarlierDay {
            day: day_of(run)?.to_owned(),
            run: run.id,
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ports::runs::RunStart;

    fn run(id: RunId, program: &str, state: RunState, started_at: &str, day: &str) -> RunRecord {
        RunRecord {
            id,
            origin: id,
            start: RunStart {
                plan: "crm".into(),
                program: program.into(),
                version: "0".into(),
                source: None,
                read_time: None,
                options: json!({"as_of": day}),
                host: "host".into(),
                pid: 1,
            },
            state,
            started_at: started_at.into(),
            finished_at: None,
            counts: json!({}),
            phases: json!({}),
            error: None,
        }
    }

    fn parameters() -> Parameters {
        let began = Instant::parse_rfc3339("2026-03-02T00:10:00Z", false).expect("an instant");
        Parameters::new("public", began)
    }

    #[test]
    fn a_run_past_midnight_keeps_its_day() {
        let late = "2026-03-01T23:50:00Z";
        let day = |state, started_at: &str, day: &str| {
            let runs = [run(7, "data-migrate", state, started_at, day)];
            unfinished(&runs, "crm", &parameters())
                .expect("a day")
                .map(|found| (found.run, found.day))
        };
        let first = Some((7, "2026-03-01".to_owned()));
        assert_eq!(day(RunState::Interrupted, late, "2026-03-01"), first);
        assert_eq!(day(RunState::Running, late, "2026-03-01"), first);
        assert_eq!(day(RunState::Failed, late, "2026-03-01"), first);
        assert_eq!(day(RunState::Done, late, "2026-03-01"), None);
        assert_eq!(day(RunState::RolledBack, late, "2026-03-01"), None);
        assert_eq!(day(RunState::Failed, late, "2026-03-02"), None, "today");
        assert_eq!(
            day(RunState::Failed, "2026-03-01T00:05:00Z", "2026-03-01"),
            None
        );
        assert_eq!(day(RunState::Failed, "some time", "2026-03-01"), None);
    }

    #[test]
    fn only_the_last_migration_counts_and_of_this_plan() {
        let late = "2026-03-01T23:50:00Z";
        let mut runs = vec![run(1, "data-migrate", RunState::Failed, late, "2026-03-01")];
        assert!(
            unfinished(&runs, "other", &parameters())
                .expect("none")
                .is_none()
        );
        runs.push(run(2, "rollback", RunState::Failed, late, "2026-02-01"));
        let found = unfinished(&runs, "crm", &parameters()).expect("a day");
        assert_eq!(found.map(|found| found.run), Some(1));
        runs.push(run(3, "data-migrate", RunState::Done, late, "2026-02-27"));
        assert!(
            unfinished(&runs, "crm", &parameters())
                .expect("none")
                .is_none()
        );
        let last = of_migration(&runs, "crm").expect("a day");
        assert_eq!((last.run, last.day.as_str()), (3, "2026-02-27"));
        assert_eq!(of_migration(&runs, "other"), None);
    }
}
