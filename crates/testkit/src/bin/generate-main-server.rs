//! Writes the sample of plan main-server to standard output: `generate-main-server > database.sql`.

use std::io::Write;

use sunset_testkit::chats::{self, SAMPLE};

const USAGE: &str = "usage: generate-main-server > FILE";

fn main() -> anyhow::Result<()> {
    if std::env::args().len() > 1 {
        anyhow::bail!(USAGE);
    }
    std::io::stdout()
        .lock()
        .write_all(chats::sql(SAMPLE).as_bytes())?;
    Ok(())
}
