//! What a row is and what it would be, for a dry run that says more.

use serde_json::{Map, Value};
use sunset_cli::Session;
use sunset_core::plans::in_place::{RowImage, RowOutcome};
use sunset_core::ports::in_place::Witness;

/// Texts are shown up to this many characters.
const SHOWN: usize = 160;

/// Prints them as they come.
pub struct Images<'a> {
    pub session: &'a Session,
}

impl Witness for Images<'_> {
    fn see(&self, image: &RowImage, outcome: &RowOutcome) {
        self.session.print(&format!("    {}", image.key));
        if let Some(quarantine) = &outcome.quarantine {
            self.session.print(&format!(
                "      quarantined {}: {}",
                quarantine.reason, quarantine.detail
            ));
            return;
        }
        let before: Map<String, Value> = image.cells.clone();
        for (heading, cells) in [("before", &before), ("after ", &outcome.set)] {
            let shown: Map<String, Value> = cells
                .iter()
                .map(|(name, value)| (name.clone(), shortened(value)))
                .collect();
            self.session
                .print(&format!("      {heading} {}", Value::Object(shown)));
        }
        for warning in &outcome.warnings {
            self.session.print(&format!(
                "      warning {} ({})",
                warning.code, warning.path
            ));
        }
    }
}

fn shortened(value: &Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > SHOWN => {
            let start: String = text.chars().take(SHOWN).collect();
            format!("{start}… ({} characters)", text.chars().count()).into()
        }
        Value::Array(values) => values.iter().map(shortened).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| (name.clone(), shortened(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
