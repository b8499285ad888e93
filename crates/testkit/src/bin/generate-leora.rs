//! Writes the sample of plan leora-phase2 to standard output: `generate-leora > database.sql`.

use std::io::Write;

use sunset_testkit::customers::{self, SAMPLE};

fn main() -> anyhow::Result<()> {
    std::io::stdout()
        .lock()
        .write_all(customers::sql(SAMPLE).as_bytes())?;
    Ok(())
}
