//! What a database knows of runs, for whoever only looks.

use async_trait::async_trait;
use sunset_core::Result;
use sunset_core::ports::runs::{History, RunHistory};

use crate::postgres::connection::Database;
use crate::postgres::ledger::Ledger;

#[async_trait]
impl RunHistory for Database {
    async fn history(&self) -> Result<History> {
        if !Ledger::exists(self).await? {
            return Ok(History::default());
        }
        // A ledger of another version is brought up to date by whoever writes, and tells nothing now.
        let runs = match Ledger::open(self).await {
            Ok(Some(ledger)) => ledger.runs().await?,
            _ => Vec::new(),
        };
        Ok(History {
            has_ledger: true,
            runs,
        })
    }
}
