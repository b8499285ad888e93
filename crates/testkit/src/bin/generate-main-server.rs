//! Writes the sample of plan main-server to standard output: `generate-main-server > database.sql`.

use std::io::Write;

use sunset_testkit::chats::{self, SAMPLE};

fn main() -> anyhow::Result<()> {
    std::io::stdout()
        .lock()
        .write_all(chats::sql(SAMPLE).as_bytes())?;
    Ok(())
}
