//! The final check: tables, data, audio, users. Each check compares with V2 or with the ledger,
//! and says exactly what it compared.

mod audio;
mod data;
mod owner;
mod tables;

use sunset_core::check::{Check, Finding, Section};
use sunset_core::error::Result;
use sunset_core::plans::Integrity;
use sunset_core::ports::verify::{Found, RowVerifier};

pub use audio::audio;
pub use data::{accept_filled, data, is_filled};
pub use owner::owner;
pub use tables::{Ground, tables};

/// The users, and whom rows belong to.
///
/// # Errors
/// Those of the database.
pub async fn users(integrity: &Integrity, verifier: &dyn RowVerifier) -> Result<Section> {
    let Some(of_users) = &integrity.users else {
        return Ok(Section {
            title: "Users".into(),
            summary: "Users: no row of the plan belongs to one".into(),
            checks: Vec::new(),
            skipped: None,
        });
    };
    let users = verifier.count(of_users).await?;
    let mut checks =
        vec![Check::new("users exist", format!("{users} users")).with(
            (users == 0).then(|| Finding::failure("there is no user at all", 1, Vec::new())),
        )];
    let keys = integrity.foreign_keys.iter();
    for key in keys.filter(|key| key.target == *of_users) {
        let rows = verifier.count(&key.table).await?;
        let dangling = verifier.dangling(key).await?;
        checks.push(
            Check::new(
                format!("{}.{} names a user", key.table, key.column),
                format!("{rows} rows with {users} users"),
            )
            .with(found("rows belong to a user who does not exist", &dangling)),
        );
    }
    let passed = checks.iter().all(Check::passed);
    Ok(Section {
        title: "Users".into(),
        summary: format!(
            "Users: {users}, {}",
            if passed {
                "every row has its owner"
            } else {
                "rows without an owner"
            }
        ),
        checks,
        skipped: None,
    })
}

/// A failure that names everything in a list, unless it is empty.
fn failure(message: &str, items: &[String]) -> Option<Finding> {
    (!items.is_empty()).then(|| Finding::failure(message, items.len() as u64, items.to_vec()))
}

/// A failure about what a question found, unless that is nothing.
fn found(message: &str, found: &Found) -> Option<Finding> {
    (found.count > 0).then(|| Finding::failure(message, found.count, found.ids.clone()))
}
