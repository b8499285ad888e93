//! Triggers that the application has made.

use serde::{Deserialize, Serialize};

/// A trigger that is switched on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LiveTrigger {
    /// Its name.
    pub name: String,
    /// BEFORE … FOR EACH ROW: it may change the row itself.
    pub changes_row: bool,
    /// Runs on INSERT.
    pub on_insert: bool,
    /// Runs on UPDATE, …
    pub on_update: bool,
    /// … only of these columns, where any are named.
    pub columns: Vec<String>,
    /// Runs on DELETE.
    pub on_delete: bool,
}
