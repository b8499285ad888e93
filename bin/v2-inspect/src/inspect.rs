//! From the arguments to the report.

use std::path::Path;

use sunset_cli::{Session, Status, render};
use sunset_core::config::{DocumentSourceSettings, Pace, Variables};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::inspect::Limits;
use sunset_core::report::{Bill, ReadPrice};
use sunset_engine::inspect::{self, InspectOptions};
use sunset_sources::firestore::ReadOptions;

use crate::Arguments;

pub async fn inspect(arguments: Arguments, session: Session) -> Result<Status> {
    let named = arguments.source.as_deref();
    let (settings, pace, price) = session.settings(|variables, faults| {
        // --source stands in the variable's place, so that both are read by the same rules.
        let look_up = |name: &str| match named {
            Some(source) if name == env_vars::V2_FIRESTORE => Some(source.to_owned()),
            _ => variables.get(name),
        };
        (
            DocumentSourceSettings::read(&Variables::new(&look_up), faults),
            Pace::read(variables, faults),
            ReadPrice::read(variables, faults),
        )
    })?;
    let settings = settings.ok_or_else(|| Error::new(ErrorKind::Configuration, "no source"))?;
    let reading = ReadOptions {
        retries: pace.max_retries,
        max_reads_per_second: arguments.read.max_reads_per_second,
        read_time: arguments.read.read_time,
        ..ReadOptions::default()
    };
    let source = sunset_sources::documents::open_with(&settings, reading)?;
    let options = InspectOptions {
        collections: arguments.collection,
        max_documents: arguments.max_documents,
        no_subcollections: arguments.no_subcollections,
        limits: Limits {
            samples: arguments.sample.into(),
            ..Limits::default()
        },
    };
    let progress = session.progress();
    let assessment = inspect::inspect(source.as_ref(), &options, progress.as_ref()).await?;
    session.print(&render::inspect_text(
        &assessment,
        session.is_verbose(),
        session.language(),
    ));
    if let Some(reads) = source.billed_reads() {
        session.say(&render::bill_text(Bill { reads, price }));
    }
    session.json(|| render::inspect_json(&assessment));
    if let Some(file) = &arguments.html {
        write(
            file,
            &render::inspect_html(&assessment, env!("CARGO_PKG_VERSION"), session.language()),
        )?;
        session.say(&format!("report: {}", file.display()));
    }
    Ok(if assessment.is_whole() {
        Status::Done
    } else {
        Status::Incomplete
    })
}

fn write(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text).map_err(|cause| {
        Error::new(ErrorKind::Refused, "cannot write the report")
            .item(file.display().to_string())
            .cause(cause)
            .remedy("name a file in a folder that exists and can be written, with --html")
    })
}
