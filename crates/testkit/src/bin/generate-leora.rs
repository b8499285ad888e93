//! Writes the sample of plan leora-phase2 to standard output: `generate-leora > database.sql`.

use std::io::Write;

use sunset_testkit::customers::{self, SAMPLE};

const USAGE: &str = "usage: generate-leora > FILE";

fn main() -> anyhow::Result<()> {
    if std::env::args().len() > 1 {
        anyhow::bail!(USAGE);
    }
    std::io::stdout()
        .lock()
        .write_all(customers::sql(SAMPLE).as_bytes())?;
    Ok(())
}
