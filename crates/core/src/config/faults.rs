//! What is wrong with a configuration, all of it.

use crate::error::{Error, ErrorKind, Result};

/// Faults of a configuration, in the order in which they were found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults {
    lines: Vec<String>,
}

impl Faults {
    /// Notes a fault: `name` `what`; `remedy`.
    pub fn add(&mut self, name: &str, what: &str, remedy: &str) {
        let line = format!("{name} {what}: {remedy}");
        if !self.lines.contains(&line) {
            self.lines.push(line);
        }
    }

    /// Notes that a variable is not set.
    pub fn missing(&mut self, name: &str) {
        let meaning = crate::env_vars::ALL
            .iter()
            .find(|variable| variable.name == name)
            .map_or("", |variable| variable.meaning);
        self.add(name, "is not set", meaning);
    }

    /// The settings, or one error that names every fault.
    ///
    /// # Errors
    /// `Configuration`.
    pub fn into_result<T>(self, settings: T) -> Result<T> {
        if self.lines.is_empty() {
            return Ok(settings);
        }
        let count = self.lines.len();
        let what = if count == 1 {
            "the configuration has a fault".to_owned()
        } else {
            format!("the configuration has {count} faults")
        };
        let list: String = self
            .lines
            .iter()
            .map(|line| format!("\n  - {line}"))
            .collect();
        Err(
            Error::new(ErrorKind::Configuration, format!("{what}:{list}")).remedy(
                "set them in the environment, .env.migration or .env (.env.example explains each)",
            ),
        )
    }
}
