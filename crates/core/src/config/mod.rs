//! Configuration: from variables to validated settings, with every fault reported at once.

mod faults;
mod neon;
mod r2;
mod source;

pub use faults::Faults;
pub use neon::{BackupWish, NeonSettings};
pub use r2::{R2Settings, is_bucket_name};
pub use source::{AudioSourceSettings, DocumentSourceSettings, ServiceAccount};

use crate::env_vars as env;
use crate::error::Result;
use crate::secret::Secret;

/// Looks variables up. What is empty or only white space counts as not set.
pub struct Variables<'a> {
    look_up: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Variables<'a> {
    /// Variables by a look-up function.
    pub fn new(look_up: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { look_up }
    }

    /// A variable's value without white space around it.
    pub fn get(&self, name: &str) -> Option<String> {
        let value = (self.look_up)(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// A value that must be there.
    pub fn require(&self, name: &str, faults: &mut Faults) -> String {
        let value = self.get(name).unwrap_or_default();
        if value.is_empty() {
            faults.missing(name);
        } else if is_placeholder(&value) {
            faults.add(
                name,
                "still holds a placeholder",
                "put the real value in its place",
            );
        }
        value
    }

    /// A number, or the default.
    pub fn number(&self, name: &str, default: u64, least: u64, faults: &mut Faults) -> u64 {
        let Some(text) = self.get(name) else {
            return default;
        };
        match text.parse() {
            Ok(number) if number >= least => number,
            _ => {
                faults.add(
                    name,
                    &format!("is {text:?}, which is no whole number from {least} on"),
                    &format!("write a number, for example {default}"),
                );
                default
            }
        }
    }

    /// A yes or no.
    pub fn flag(&self, name: &str, faults: &mut Faults) -> bool {
        let Some(text) = self.get(name) else {
            return false;
        };
        match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => true,
            "0" | "false" | "no" | "off" => false,
            _ => {
                faults.add(
                    name,
                    &format!("is {text:?}, which is neither yes nor no"),
                    "write true or false",
                );
                false
            }
        }
    }
}

fn is_placeholder(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    value.starts_with("your-")
        || value.starts_with("<your")
        || value == "changeme"
        || value.contains("your_")
}

/// The V3 database.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// The connection URL.
    pub url: Secret,
}

impl DatabaseSettings {
    /// Reads `DATABASE_URL`.
    pub fn read(variables: &Variables<'_>, faults: &mut Faults) -> Self {
        Self::read_first(variables, &[env::DATABASE_URL], faults)
    }

    /// Reads the first of some variables that is set; where none is, the last one is missing.
    pub fn read_first(variables: &Variables<'_>, names: &[&str], faults: &mut Faults) -> Self {
        let set = names.iter().find(|name| variables.get(name).is_some());
        let name = set.or(names.last()).copied().unwrap_or(env::DATABASE_URL);
        let url = variables.require(name, faults);
        let known = ["postgresql://", "postgres://"];
        if !url.is_empty() && !known.iter().any(|scheme| url.starts_with(scheme)) {
            faults.add(
                name,
                "is no PostgreSQL URL",
                "write postgresql://user:password@host/name?sslmode=require",
            );
        }
        Self {
            url: Secret::new(url),
        }
    }
}

/// How much at once, and how patiently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Documents a transaction.
    pub batch_size: usize,
    /// How often a passing fault is tried again.
    pub max_retries: u32,
    /// Recordings at the same time.
    pub audio_concurrency: usize,
}

impl Pace {
    /// Reads `BATCH_SIZE`, `MAX_RETRIES` and `AUDIO_CONCURRENCY`.
    pub fn read(variables: &Variables<'_>, faults: &mut Faults) -> Self {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Self {
            batch_size: size(variables.number(env::BATCH_SIZE, 1_000, 1, faults)).min(100_000),
            max_retries: u32::try_from(variables.number(env::MAX_RETRIES, 3, 0, faults))
                .unwrap_or(u32::MAX),
            audio_concurrency: size(variables.number(env::AUDIO_CONCURRENCY, 5, 1, faults))
                .min(256),
        }
    }
}

/// Reads settings with `read` and reports all their faults together.
///
/// # Errors
/// `Configuration`, naming every variable that is missing or unreadable.
pub fn settings<T>(
    look_up: &dyn Fn(&str) -> Option<String>,
    read: impl FnOnce(&Variables<'_>, &mut Faults) -> T,
) -> Result<T> {
    let mut faults = Faults::default();
    let settings = read(&Variables::new(look_up), &mut faults);
    faults.into_result(settings)
}

#[cfg(test)]
mod tests;
