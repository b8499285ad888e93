//! How fast sources are decoded, and in how much memory.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};
use futures::TryStreamExt;
use sunset_core::document::Delivery;
use sunset_core::ports::documents::DocumentSource;
use sunset_sources::export::Export as ExportSource;
use sunset_sources::folder::Folder;

use crate::RunArguments;
use crate::export::Export;
use crate::measure::{Series, run};
use crate::project::Project;
use crate::report::{Goal, Report, mebibytes, say};
use crate::size::Sizes;

/// Megabytes a second on one core.
const RATE: f64 = 250.0;
/// Mebibytes.
const MEMORY: f64 = 128.0;

/// Reads a source to its end and prints how many documents it delivered.
pub fn decode_once(source: &str) -> Result<()> {
    let source: Box<dyn DocumentSource> = match source.split_once("://") {
        Some(("file", dir)) => Box::new(Folder::new(dir)),
        Some(("export", dir)) => Box::new(ExportSource::new(dir)),
        _ => bail!("{source} is neither file://DIR nor export://DIR"),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().build()?;
    let (documents, bad) = runtime.block_on(async {
        source.open().await?;
        let (mut documents, mut bad) = (0_u64, 0_u64);
        let mut chunks = source.read(&["cases"]);
        while let Some(chunk) = chunks.try_next().await? {
            for delivery in chunk {
                match delivery {
                    Delivery::Document(_) => documents += 1,
                    Delivery::Bad(_) => bad += 1,
                }
            }
        }
        Ok::<_, sunset_core::Error>((documents, bad))
    })?;
    let mut out = std::io::stdout().lock();
    std::io::Write::write_fmt(&mut out, format_args!("{documents} {bad}\n"))?;
    Ok(())
}

fn decode(source: &str) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["decode", source]);
    Ok(command)
}

/// That a source delivers what it should: what is fast and wrong is not measured.
fn check(source: &str, documents: u64) -> Result<()> {
    let output = decode(source)?.output()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if text != format!("{documents} 0") {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{source} delivers {text:?} and not {documents} documents: {said}");
    }
    Ok(())
}

fn file_source(project: &Project) -> String {
    format!("file://{}", project.dir.display())
}

fn export_source(export: &Export) -> String {
    format!("export://{}", export.dir.display())
}

fn quiet(mut command: Command) -> Command {
    command.stdout(Stdio::null());
    command
}

fn reading(program: &str, arguments: &[&str], file: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).arg(file);
    quiet(command)
}

/// ndjson and export by turns with reading the bytes and with jq.
pub fn measure(arguments: &RunArguments, sizes: &Sizes, report: &mut Report) -> Result<()> {
    let project = Project::of(arguments, sizes.decode_documents)?;
    let export = Export::of(&project)?;
    let (file_url, export_url) = (file_source(&project), export_source(&export));
    check(&file_url, project.documents)?;
    check(&export_url, project.documents)?;
    let has_jq = Command::new("jq")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    let [mut ndjson, mut exported, mut cat, mut cat_export, mut jq] =
        [(); 5].map(|()| Series::default());
    for round in 1..=sizes.decode_rounds {
        say(&format!(
            "decoding, turn {round} of {}",
            sizes.decode_rounds
        ));
        cat.runs
            .push(run(&mut reading("cat", &[], &project.file), &[0])?);
        ndjson.runs.push(run(&mut quiet(decode(&file_url)?), &[0])?);
        cat_export
            .runs
            .push(run(&mut reading("cat", &[], &export.output), &[0])?);
        exported
            .runs
            .push(run(&mut quiet(decode(&export_url)?), &[0])?);
        if has_jq {
            jq.runs
                .push(run(&mut reading("jq", &["-c", "."], &project.file), &[0])?);
        }
    }
    for (what, series, bytes) in [
        ("ndjson decoded", &ndjson, project.bytes),
        ("managed export decoded", &exported, export.bytes),
    ] {
        let rates = rates(series, bytes, project.documents);
        report.figure(
            &format!("{what}, a second of one processor"),
            per_second(bytes, series.cpu()),
            "MB/s",
            &rates,
            Goal::AtLeast(RATE),
        )?;
    }
    for (what, series, other) in [
        ("ndjson: time against `cat`", &ndjson, &cat),
        ("managed export: time against `cat`", &exported, &cat_export),
    ] {
        let text = format!("`cat`: {:.2} s", other.wall());
        report.figure(what, series.wall_ratio(other), "×", &text, Goal::None)?;
    }
    if has_jq {
        let text = format!("`jq -c .`: {:.0} MB/s", per_second(project.bytes, jq.cpu()));
        report.figure(
            "ndjson: time against `jq -c .`",
            ndjson.wall_ratio(&jq),
            "×",
            &text,
            Goal::AtMost(1.0),
        )?;
    } else {
        report.skipped("ndjson: time against `jq -c .`", "jq is not installed")?;
    }
    Ok(())
}

fn rates(series: &Series, bytes: u64, documents: u64) -> String {
    format!(
        "{} documents of {} bytes; by the clock {:.0} MB/s, {:.0} documents/s",
        documents,
        bytes / documents.max(1),
        per_second(bytes, series.wall()),
        count_per_second(documents, series.wall()),
    )
}

fn per_second(bytes: u64, seconds: f64) -> f64 {
    count_per_second(bytes, seconds) / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn count_per_second(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}

/// The peak memory of few documents and of many.
pub fn measure_memory(arguments: &RunArguments, sizes: &Sizes, report: &mut Report) -> Result<()> {
    for documents in sizes.memory_documents {
        let project = Project::of(arguments, documents)?;
        let export = Export::of(&project)?;
        for (what, source) in [
            ("ndjson", file_source(&project)),
            ("managed export", export_source(&export)),
        ] {
            say(&format!("memory of decoding {documents} documents, {what}"));
            let measured = run(&mut quiet(decode(&source)?), &[0])?;
            let what = format!("{what}: peak memory of decoding {documents} documents");
            match measured.peak {
                Some(peak) => {
                    report.figure(&what, mebibytes(peak), "MiB", "", Goal::AtMost(MEMORY))?;
                }
                None => report.skipped(&what, "this system does not tell")?,
            }
        }
    }
    Ok(())
}
