//! Writes the sample of plan voice-agent into a folder: `generate-voice-agent samples/voice-agent`;
//! a number behind it makes that many calls instead.

use std::path::PathBuf;

use anyhow::{Context, bail};
use sunset_testkit::voice_agent::{self, SAMPLE};

const USAGE: &str = "usage: generate-voice-agent DIR [CALLS]";

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = match arguments.next() {
        Some(folder) if !folder.starts_with('-') => PathBuf::from(folder),
        _ => bail!(USAGE),
    };
    let mut size = SAMPLE;
    if let Some(calls) = arguments.next() {
        size.calls = calls.parse().context("the number of calls")?;
    }
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("database.sql"), voice_agent::sql(size))?;
    std::fs::write(folder.join("orphans.sql"), voice_agent::orphans())?;
    Ok(())
}
