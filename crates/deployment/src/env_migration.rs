//! Carrying an env file to another version. Values go through and never come out in words.

use sunset_core::check::Finding;
use sunset_core::error::{Error, ErrorKind, Result};

use crate::env_file::{Assignment, EnvFile};
use crate::env_rules::{EnvRules, Parameter};
use crate::placeholder;
use crate::url_parameter::with_parameter;

/// What happens to one variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name in the old file, or the new one's where it is added.
    pub name: String,
    /// The line of the old file.
    pub line: Option<usize>,
    /// What happens.
    pub fate: Fate,
}

/// See [`Change`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Nothing.
    Kept,
    /// It gets another name.
    Renamed {
        /// The new one.
        to: String,
    },
    /// Its line goes, since the new name stands there already with the same value.
    Merged {
        /// The new name.
        into: String,
    },
    /// It is added with the rules' value.
    Added,
    /// Its line goes.
    Removed {
        /// The rules' reason.
        why: String,
    },
    /// A parameter of its URL is set.
    ParameterSet {
        /// The parameter.
        parameter: String,
    },
}

/// A new file, and how it came to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvMigration {
    /// The new file.
    pub file: EnvFile,
    /// What happens to every variable, in the order of the file, what is added behind it.
    pub changes: Vec<Change>,
    /// What somebody must look at.
    pub findings: Vec<Finding>,
}

/// A parameter of a URL, and what to set it to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterValue {
    /// The parameter's name.
    pub parameter: String,
    /// Its value, which needs no escapes in a URL.
    pub value: u32,
}

impl EnvMigration {
    /// Applies rules to a file.
    ///
    /// # Errors
    /// `Conflict` when an old and a new name are both there with different values, naming all
    /// such pairs. `Configuration` when no rule knows a parameter that is to be set.
    pub fn of(old: &EnvFile, rules: &EnvRules, parameters: &[ParameterValue]) -> Result<Self> {
        refuse_conflicts(old, rules)?;
        let settings = known(rules, parameters)?;
        let mut file = old.clone();
        let mut findings = Vec::new();
        let mut merged = Vec::new();
        for rename in &rules.renames {
            if old.get(&rename.to).is_some() && old.get(&rename.from).is_some() {
                file.remove(&rename.from);
                merged.push(rename.from.as_str());
            } else {
                file.rename(&rename.from, &rename.to);
            }
        }
        for removal in &rules.removals {
            file.remove(&removal.name);
        }
        let mut set = Vec::new();
        for (rule, value) in &settings {
            match set_parameter(&mut file, rule, *value) {
                Ok(true) => set.push(*rule),
                Ok(false) => {}
                Err(finding) => findings.push(finding),
            }
        }
        let additions: Vec<(&str, &str)> = rules
            .additions
            .iter()
            .filter(|addition| file.get(&addition.name).is_none())
            .map(|addition| (addition.name.as_str(), addition.value.as_str()))
            .collect();
        file.append(
            &format!("Added by env-migrate ({})", rules.name),
            &additions,
        );
        let mut changes: Vec<Change> = old
            .assignments()
            .map(|one| Change {
                name: one.name().to_owned(),
                line: Some(one.line()),
                fate: fate(one, rules, &merged, &set),
            })
            .collect();
        changes.extend(additions.iter().map(|(name, _)| Change {
            name: (*name).to_owned(),
            line: None,
            fate: Fate::Added,
        }));
        findings.extend(missing(&file, rules));
        findings.extend(lost_references(&file, rules));
        findings.extend(empty_additions(&file, rules));
        findings.extend(repeated(&file));
        findings.extend(strange(old));
        Ok(Self {
            file,
            changes,
            findings,
        })
    }

    /// Whether the new file is the old one.
    pub fn is_idle(&self) -> bool {
        self.changes.iter().all(|change| change.fate == Fate::Kept)
    }
}

fn fate(one: &Assignment, rules: &EnvRules, merged: &[&str], set: &[&Parameter]) -> Fate {
    let name = one.name();
    if let Some(rename) = rules.renames.iter().find(|rename| rename.from == name) {
        let to = rename.to.clone();
        return if merged.contains(&name) {
            Fate::Merged { into: to }
        } else {
            Fate::Renamed { to }
        };
    }
    if let Some(removal) = rules.removals.iter().find(|removal| removal.name == name) {
        return Fate::Removed {
            why: removal.why.clone(),
        };
    }
    match set.iter().find(|rule| rule.variable == name) {
        Some(rule) => Fate::ParameterSet {
            parameter: rule.parameter.clone(),
        },
        None => Fate::Kept,
    }
}

fn refuse_conflicts(old: &EnvFile, rules: &EnvRules) -> Result<()> {
    let mut conflicts = Vec::new();
    for rename in &rules.renames {
        let differ = old
            .all(&rename.from)
            .any(|one| old.all(&rename.to).any(|two| one.value() != two.value()));
        if differ {
            conflicts.push(format!(
                "{} (line {}) and {} (line {})",
                rename.from,
                lines(old, &rename.from),
                rename.to,
                lines(old, &rename.to)
            ));
        }
    }
    if conflicts.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Conflict,
        format!(
            "an old name and its new name are both there with different values: {}",
            conflicts.join("; ")
        ),
    )
    .remedy("remove the line of each pair that is not right, and run the same command again"))
}

fn lines(file: &EnvFile, name: &str) -> String {
    let lines: Vec<_> = file.all(name).map(|one| one.line().to_string()).collect();
    lines.join(", ")
}

fn known<'r>(
    rules: &'r EnvRules,
    parameters: &[ParameterValue],
) -> Result<Vec<(&'r Parameter, u32)>> {
    let mut settings = Vec::new();
    for wanted in parameters {
        let before = settings.len();
        let named = rules
            .parameters
            .iter()
            .filter(|rule| rule.parameter == wanted.parameter);
        settings.extend(named.map(|rule| (rule, wanted.value)));
        if settings.len() == before {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!(
                    "the rules say of no variable that it has the parameter {}",
                    wanted.parameter
                ),
            )
            .item(rules.name.clone())
            .remedy("add a [[parameter]] to the rules, or leave the option out"));
        }
    }
    Ok(settings)
}

/// Sets a parameter; whether that changed anything.
fn set_parameter(file: &mut EnvFile, rule: &Parameter, value: u32) -> Result<bool, Finding> {
    let Parameter {
        variable,
        parameter,
    } = rule;
    let failure = |message: String, remedy: String| {
        Finding::failure(message, 1, vec![variable.clone()]).remedy(remedy)
    };
    let set = file.all(variable).count();
    if set == 0 || file.all(variable).any(Assignment::is_empty) {
        return Err(failure(
            format!("{parameter} cannot be set: {variable} has no value here"),
            format!("give {variable} its URL, and run the same command again"),
        ));
    }
    if file
        .all(variable)
        .any(|one| one.refers() && !one.raw().windows(3).any(|three| three == b"://"))
    {
        return Err(failure(
            format!("{parameter} cannot be set: {variable} is made of another variable"),
            format!("set {parameter}={value} in the variable that holds the URL itself"),
        ));
    }
    if file
        .all(variable)
        .any(|one| !one.raw().windows(3).any(|three| three == b"://"))
    {
        return Err(failure(
            format!("{parameter} cannot be set: {variable} is no URL"),
            format!(
                "write it as a URL: postgresql://USER:PASSWORD@HOST:PORT/NAME?{parameter}={value}"
            ),
        ));
    }
    let before = file.clone();
    file.edit(variable, |url| with_parameter(url, parameter, value));
    Ok(*file != before)
}

fn missing(file: &EnvFile, rules: &EnvRules) -> Vec<Finding> {
    let mut findings = Vec::new();
    for requirement in &rules.requirements {
        let name = &requirement.name;
        let fault = match file.get(name) {
            None => "is missing",
            Some(one) if one.is_empty() => "is there without a value",
            Some(one) if placeholder::is_one(&String::from_utf8_lossy(&one.value())) => {
                "still holds a placeholder"
            }
            Some(_) => continue,
        };
        findings.push(
            Finding::failure(format!("{name} {fault}"), 1, vec![name.clone()]).remedy(format!(
                "add {name}=… to the new file: {}",
                requirement.remedy
            )),
        );
    }
    findings
}

/// Values that refer to a variable by a name that it has no longer.
fn lost_references(file: &EnvFile, rules: &EnvRules) -> Vec<Finding> {
    let gone = rules
        .renames
        .iter()
        .map(|rename| (&rename.from, Some(&rename.to)))
        .chain(rules.removals.iter().map(|removal| (&removal.name, None)));
    let mut findings = Vec::new();
    for (name, now) in gone {
        let items: Vec<String> = file
            .assignments()
            .filter(|one| one.refers_to(name))
            .map(|one| one.name().to_owned())
            .collect();
        if items.is_empty() {
            continue;
        }
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        let remedy = match now {
            Some(now) => format!("write ${{{now}}} in its place"),
            None => "write the value itself in its place".to_owned(),
        };
        findings.push(
            Finding::failure(
                format!("values refer to ${name}, which is not there any more"),
                count,
                items,
            )
            .remedy(remedy),
        );
    }
    findings
}

fn empty_additions(file: &EnvFile, rules: &EnvRules) -> Vec<Finding> {
    let additions = rules.additions.iter();
    let empty = additions.filter(|one| file.get(&one.name).is_some_and(Assignment::is_empty));
    let items: Vec<String> = empty.map(|one| one.name.clone()).collect();
    if items.is_empty() {
        return Vec::new();
    }
    let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
    vec![
        Finding::note(
            "variables with a default are there without a value, and were left so",
            count,
            items,
        )
        .remedy("remove the line to get the default, or give it a value"),
    ]
}

fn repeated(file: &EnvFile) -> Vec<Finding> {
    let mut seen: Vec<&str> = Vec::new();
    let mut items = Vec::new();
    for name in file.names() {
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        let all: Vec<&Assignment> = file.all(name).collect();
        let Some((first, others)) = all.split_first().filter(|(_, others)| !others.is_empty())
        else {
            continue;
        };
        let same = others.iter().all(|one| one.value() == first.value());
        let values = if same {
            "the same value"
        } else {
            "different values"
        };
        items.push(format!("{name}: lines {}, {values}", lines(file, name)));
    }
    if items.is_empty() {
        return Vec::new();
    }
    let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
    vec![
        Finding::note("variables are defined more than once", count, items)
            .remedy("keep the line that is meant: some tools take the first, others the last"),
    ]
}

fn strange(file: &EnvFile) -> Vec<Finding> {
    let lines = file.strange_lines();
    if lines.is_empty() {
        return Vec::new();
    }
    let count = u64::try_from(lines.len()).unwrap_or(u64::MAX);
    let items = lines.iter().map(|line| format!("line {line}")).collect();
    vec![
        Finding::note(
            "lines are neither NAME=value nor a comment, and were left as they are",
            count,
            items,
        )
        .remedy("write NAME=value, or # in front of what is a comment"),
    ]
}

#[cfg(test)]
mod tests;
