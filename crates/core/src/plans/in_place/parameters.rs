//! What an operator chose for one run of a plan.

use std::collections::BTreeMap;

use crate::error::{Error, ErrorKind, Result};
use crate::instant::Instant;

/// An option that a plan may understand; the command line writes it `--as-of`, and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OptionName {
    /// The one day that decides, `YYYY-MM-DD`.
    AsOf,
    /// Rows that have a value keep it.
    OnlyUnclassified,
    /// Only these tenants, with commas between them.
    TenantIds,
    /// No copies of the tables first.
    SkipBackup,
}

impl OptionName {
    /// Without the dashes.
    pub fn name(self) -> &'static str {
        match self {
            Self::AsOf => "as-of",
            Self::OnlyUnclassified => "only-unclassified",
            Self::TenantIds => "tenant-ids",
            Self::SkipBackup => "skip-backup",
        }
    }
}

/// What an operator chose, and when the run began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// The schema of the database that the tables stand in, usually `public`.
    pub namespace: String,
    /// When the run began.
    pub began: Instant,
    /// Whether the database has a ledger, so that SQL may ask it.
    pub ledger: bool,
    /// Options with their values; one without a value has the empty text.
    pub options: BTreeMap<OptionName, String>,
}

impl Parameters {
    /// Without any option.
    pub fn new(namespace: &str, began: Instant) -> Self {
        Self {
            namespace: namespace.to_owned(),
            began,
            ledger: false,
            options: BTreeMap::new(),
        }
    }

    /// With an option.
    #[must_use]
    pub fn with(mut self, option: OptionName, value: impl Into<String>) -> Self {
        self.options.insert(option, value.into());
        self
    }

    /// Whether an option was given.
    pub fn has(&self, option: OptionName) -> bool {
        self.options.contains_key(&option)
    }

    /// A list with commas.
    pub fn list(&self, option: OptionName) -> Option<Vec<String>> {
        let text = self.options.get(&option)?;
        let entries = text
            .split(',')
            .map(str::trim)
            .filter(|each| !each.is_empty());
        Some(entries.map(str::to_owned).collect())
    }

    /// The day that an option names, as `YYYY-MM-DD`; the day (UTC) on which the run began where
    /// it was not given.
    ///
    /// # Errors
    /// `Configuration` for what is no day of the calendar between the years 1 and 9999.
    pub fn day(&self, option: OptionName) -> Result<String> {
        let Some(text) = self.options.get(&option) else {
            return Ok(self.began.to_timestamp_text().chars().take(10).collect());
        };
        let day = Instant::parse_date(text)
            .filter(|day| *day >= Instant::MIN && text.len() == 10)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::Configuration,
                    format!("--{} {text:?} is no day", option.name()),
                )
                .remedy("write it as YYYY-MM-DD, for example 2026-01-31")
            })?;
        Ok(day.to_timestamp_text().chars().take(10).collect())
    }

    /// Checks that a plan understands every option that was given.
    ///
    /// # Errors
    /// `Configuration`, naming those that it does not.
    pub fn check(&self, plan: &str, understood: &[OptionName]) -> Result<()> {
        let strange: Vec<String> = self
            .options
            .keys()
            .filter(|option| !understood.contains(option))
            .map(|option| format!("--{}", option.name()))
            .collect();
        if strange.is_empty() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Configuration,
            format!("the plan {plan} has no option {}", strange.join(", ")),
        )
        .remedy("leave it out, or name the plan that has it with --plan"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Parameters {
        let began = Instant::parse_rfc3339("2026-03-01T00:30:00Z", false).expect("an instant");
        Parameters::new("public", began)
    }

    #[test]
    fn a_day_is_one_of_the_calendar() {
        let day = |text: &str| {
            parameters()
                .with(OptionName::AsOf, text)
                .day(OptionName::AsOf)
        };
        assert_eq!(
            parameters().day(OptionName::AsOf).expect("today"),
            "2026-03-01"
        );
        assert_eq!(day("2024-02-29").expect("a leap day"), "2024-02-29");
        for text in [
            "2025-02-29",
            "2026-1-31",
            "yesterday",
            "",
            "2026-01-31T00:00:00Z",
        ] {
            assert!(day(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_option_of_another_plan_is_refused_by_name() {
        let given = parameters().with(OptionName::TenantIds, "a, b,,");
        assert_eq!(
            given.list(OptionName::TenantIds).expect("a list"),
            ["a", "b"]
        );
        let refusal = given
            .check("leora-phase2", &[OptionName::AsOf])
            .expect_err("refused");
        assert_eq!(
            refusal.to_string(),
            "the plan leora-phase2 has no option --tenant-ids"
        );
    }
}
