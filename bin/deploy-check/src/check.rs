//! One check of everything.

use serde_json::json;
use sunset_cli::{Session, Status, render};
use sunset_core::check::{CheckReport, Verdict};
use sunset_core::error::Result;

use crate::arguments::SectionName;
use crate::deployment::Deployment;
use crate::{sections, table};

/// Checks, and shows what was found.
pub async fn check(
    deployment: &Deployment,
    only: &[SectionName],
    session: &Session,
) -> Result<Status> {
    let names = sections::chosen(only);
    session.say(&format!(
        "Checking {} ({})",
        deployment.inventory.name, deployment.inventory.domain
    ));
    let report = CheckReport {
        sections: sections::run(deployment, &names).await,
        ..CheckReport::default()
    };
    let width = session
        .variable("COLUMNS")
        .and_then(|text| text.parse().ok());
    let how = (width, session.language());
    session.print(&table::text(&report, &names, session.is_verbose(), how));
    session.json(|| {
        let mut document = render::check_json(&report);
        document["name"] = json!(deployment.inventory.name);
        document["domain"] = json!(deployment.inventory.domain);
        document["at"] = json!(Deployment::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        document
    });
    Ok(match report.verdict() {
        Verdict::Passed => Status::Done,
        Verdict::Failed | Verdict::Incomplete => Status::CheckFailed,
    })
}
