//! Writes a generated V2 project: `generate-v2 DIR CASES [LEADS] [POISONED%] [SEED]`.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sunset_testkit::generate::{self, Generated};

const USAGE: &str = "usage: generate-v2 DIR CASES [LEADS] [POISONED%] [SEED]";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize, default: u64| -> Result<u64> {
        match arguments.get(index) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .with_context(|| format!("{text:?} is not a number")),
        }
    };
    let directory = match arguments.first() {
        Some(directory) if !directory.starts_with('-') => directory,
        _ => bail!(USAGE),
    };
    let what = Generated {
        cases: number(1, 1_000)?,
        leads: number(2, 0)?,
        poisoned_percent: number(3, 0)?,
        seed: number(4, 1)?,
    };
    std::fs::create_dir_all(directory)?;
    let file = |name: &str| -> Result<BufWriter<File>> {
        let path = Path::new(directory).join(name);
        let file = File::create(&path).with_context(|| path.display().to_string())?;
        Ok(BufWriter::with_capacity(1 << 20, file))
    };
    generate::write_cases(&mut file("cases.ndjson")?, what)?;
    generate::write_leads(&mut file("leads.ndjson")?, what)?;
    generate::write_conversations(&mut file("conversations.ndjson")?, what)?;
    Ok(())
}
