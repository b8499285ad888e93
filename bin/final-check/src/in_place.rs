//! The final check of a plan that changes a database in place: the plan's schema, and what its
//! rows say.

use sunset_cli::{Palette, Program, Session, Status, render};
use sunset_core::check::Verdict;
use sunset_core::config::DatabaseSettings;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::plans::in_place::{Parameters, Registered};
use sunset_engine::in_place::final_sections;
use sunset_targets::postgres::{ConnectOptions, Database, InPlaceLook, Ledger, LiveReader};

use crate::told::Checked;
use crate::{Arguments, told};

pub async fn final_check(
    arguments: &Arguments,
    session: &Session,
    registered: &Registered,
    now: Instant,
) -> Result<Status> {
    if let Some(option) = arguments.of_another_sort() {
        return Err(Error::new(
            ErrorKind::Configuration,
            format!("the plan {} has no option {option}", registered.name),
        )
        .remedy("leave it out: the whole of such a plan is checked in one go"));
    }
    let begun = std::time::Instant::now();
    let settings = session.settings(|variables, faults| {
        DatabaseSettings::read_first(variables, registered.database, faults)
    })?;
    let plan = (registered.describe)(&Parameters::new("public", now))?;
    let database =
        Database::connect(&settings.url, ConnectOptions::for_program(Arguments::NAME)).await?;
    session.detail(&format!("database {}", database.describe()));
    session.announce(&format!(
        "plan {} in {}",
        registered.name,
        database.describe()
    ));
    let schema = LiveReader::new(database.clone());
    let rows = InPlaceLook::new(database.clone());
    let report = final_sections(&plan, &schema, &rows).await?;
    let palette = Palette::of(session);
    session.print(&render::in_place_check_text(&report, palette));
    session.sum_up(&render::verdict_line(&report));
    if !arguments.no_report {
        // The check needs no ledger; the report tells of it where there is one that can be read.
        let ledger = Ledger::open(&database).await.unwrap_or_else(|error| {
            session.say(&format!("note: {error}"));
            None
        });
        let checked = Checked {
            begun,
            plan: plan.name.clone(),
            source: None,
            read_time: None,
            checks: Some(report.clone()),
            comparison: None,
        };
        let page = told::report(checked, &database, ledger.as_ref(), session).await?;
        told::write(&page, arguments, session)?;
    }
    session.json(|| {
        let mut document = render::check_json(&report);
        document["plan"] = plan.name.clone().into();
        document["target"] = database.describe().into();
        document
    });
    Ok(match report.verdict() {
        Verdict::Passed => Status::Done,
        Verdict::Failed | Verdict::Incomplete => Status::CheckFailed,
    })
}
