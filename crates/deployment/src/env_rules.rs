//! Rules that carry an env file to another version, as data.

use std::collections::BTreeSet;

use serde::Deserialize;
use sunset_core::error::{Error, ErrorKind, Result};

use crate::toml_text;

/// The rules of one migration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvRules {
    /// What they are called, for the comment above what is added.
    pub name: String,
    /// Variables that get another name.
    #[serde(default, rename = "rename")]
    pub renames: Vec<Rename>,
    /// Variables that are added where they are absent.
    #[serde(default, rename = "add")]
    pub additions: Vec<Addition>,
    /// Variables that are taken out.
    #[serde(default, rename = "remove")]
    pub removals: Vec<Removal>,
    /// Variables that must have a value in the end.
    #[serde(default, rename = "require")]
    pub requirements: Vec<Requirement>,
    /// Parameters of URLs that can be set by an option.
    #[serde(default, rename = "parameter")]
    pub parameters: Vec<Parameter>,
}

/// A variable that gets another name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// The old name.
    pub from: String,
    /// The new name.
    pub to: String,
}

/// A variable that is added where it is absent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addition {
    /// Its name.
    pub name: String,
    /// Its value, which needs no quotes.
    pub value: String,
}

/// A variable that is taken out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    /// Its name.
    pub name: String,
    /// Why it is not needed any more.
    pub why: String,
}

/// A variable that must have a value in the end.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Its name.
    pub name: String,
    /// Where its value is found.
    pub remedy: String,
}

/// A parameter in the query of a URL.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The variable that holds the URL.
    pub variable: String,
    /// The parameter.
    pub parameter: String,
}

const REMEDY: &str = "write the rules as `env-migrate --print-rules` shows them";

impl EnvRules {
    /// The rules of the plan `main-server`, as TOML.
    pub const MAIN_SERVER: &str = include_str!("env_rules/main-server.toml");

    /// Reads rules and checks that they do not contradict each other.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn parse(text: &str) -> Result<Self> {
        let rules: Self = toml_text::read(text, REMEDY)?;
        rules.check()?;
        Ok(rules)
    }

    fn check(&self) -> Result<()> {
        let refuse = |what: String| {
            Err(Error::new(ErrorKind::Malformed, what)
                .item(self.name.clone())
                .remedy(REMEDY))
        };
        for name in self.names() {
            if !is_name(name) {
                return refuse(format!("{name:?} is no name of a variable"));
            }
        }
        let mut sources = BTreeSet::new();
        let mut targets = BTreeSet::new();
        for rename in &self.renames {
            if !sources.insert(&rename.from) {
                return refuse(format!("{} is renamed twice", rename.from));
            }
            if !targets.insert(&rename.to) {
                return refuse(format!("two variables become {}", rename.to));
            }
        }
        if let Some(both) = sources.intersection(&targets).next() {
            return refuse(format!("{both} is both an old and a new name"));
        }
        for removal in &self.removals {
            let wanted = |name: &String| *name == removal.name;
            if self.additions.iter().any(|addition| wanted(&addition.name))
                || self.requirements.iter().any(|one| wanted(&one.name))
                || self
                    .renames
                    .iter()
                    .any(|one| wanted(&one.from) || wanted(&one.to))
            {
                return refuse(format!(
                    "{} is removed, and another rule wants it",
                    removal.name
                ));
            }
        }
        for addition in &self.additions {
            if sources.contains(&addition.name) {
                return refuse(format!("{} is renamed, and added", addition.name));
            }
            if !needs_no_quotes(&addition.value) {
                return refuse(format!(
                    "the value of {} needs quotes, which an addition has none of",
                    addition.name
                ));
            }
        }
        Ok(())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let renames = self.renames.iter().flat_map(|one| [&one.from, &one.to]);
        renames
            .chain(self.additions.iter().map(|one| &one.name))
            .chain(self.removals.iter().map(|one| &one.name))
            .chain(self.requirements.iter().map(|one| &one.name))
            .chain(self.parameters.iter().map(|one| &one.variable))
            .map(String::as_str)
    }
}

fn is_name(name: &str) -> bool {
    let begins = name
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    begins
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

fn needs_no_quotes(value: &str) -> bool {
    value
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"'\"`\\$#&|;<>()*?!".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_the_main_server_are_those_of_its_plan() {
        let rules = EnvRules::parse(EnvRules::MAIN_SERVER).expect("rules");
        let renames: Vec<_> = rules
            .renames
            .iter()
            .map(|one| (one.from.as_str(), one.to.as_str()))
            .collect();
        assert_eq!(
            renames,
            [
                ("FEISHU_APP_ID", "LARK_APP_ID"),
                ("FEISHU_APP_SECRET", "LARK_APP_SECRET")
            ]
        );
        let additions: Vec<_> = rules
            .additions
            .iter()
            .map(|one| (one.name.as_str(), one.value.as_str()))
            .collect();
        assert_eq!(
            additions,
            [
                ("RATE_LIMIT_WINDOW_MS", "60000"),
                ("RATE_LIMIT_MAX_REQUESTS", "100"),
                ("AI_SERVICE_TIMEOUT", "30000"),
                ("HEALTH_CHECK_TIMEOUT", "5000")
            ]
        );
        assert_eq!(rules.requirements[0].name, "LARK_VERIFICATION_TOKEN");
        assert_eq!(rules.parameters[0].parameter, "connection_limit");
    }

    #[test]
    fn rules_that_contradict_each_other_are_refused() {
        for (rules, words) in [
            (
                "[[rename]]\nfrom = \"A\"\nto = \"B\"\n[[rename]]\nfrom = \"C\"\nto = \"B\"",
                "two variables become B",
            ),
            (
                "[[rename]]\nfrom = \"A\"\nto = \"B\"\n[[rename]]\nfrom = \"B\"\nto = \"C\"",
                "B is both",
            ),
            (
                "[[rename]]\nfrom = \"A\"\nto = \"A\"",
                "A is both an old and a new name",
            ),
            (
                "[[remove]]\nname = \"A\"\nwhy = \"x\"\n[[add]]\nname = \"A\"\nvalue = \"1\"",
                "A is removed",
            ),
            (
                "[[add]]\nname = \"A\"\nvalue = \"two words\"",
                "needs quotes",
            ),
            (
                "[[add]]\nname = \"A B\"\nvalue = \"1\"",
                "no name of a variable",
            ),
            ("[[adds]]\nname = \"A\"", "unknown field"),
        ] {
            let error = EnvRules::parse(&format!("name = \"x\"\n{rules}")).expect_err(rules);
            assert!(error.to_string().contains(words), "{error}");
            assert!(error.remedy_text().is_some());
        }
    }
}
