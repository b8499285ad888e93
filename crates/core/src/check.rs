//! Checks and what they found. Checks return findings; [`CheckReport::verdict`] is the one place
//! that turns findings into a verdict.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; the check passes.
    Note,
    /// The check does not pass.
    Failure,
}

/// Something that a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, in a sentence without a final full stop.
    pub message: String,
    /// How many rows, documents or objects it concerns.
    pub count: u64,
    /// The first of them, with what was expected and what was found.
    pub items: Vec<String>,
    /// What to do next.
    pub remedy: Option<String>,
}

impl Finding {
    /// A failure.
    pub fn failure(message: impl Into<String>, count: u64, items: Vec<String>) -> Self {
        Self {
            severity: Severity::Failure,
            message: message.into(),
            count,
            items,
            remedy: None,
        }
    }

    /// A note.
    pub fn note(message: impl Into<String>, count: u64, items: Vec<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::failure(message, count, items)
        }
    }

    /// Says what to do next.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// One check: exactly what was compared, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// What was compared with what, and how many.
    pub compared: String,
    /// What was found; nothing when all is well.
    pub findings: Vec<Finding>,
    /// How much it weighs, `critical`, where a plan says so.
    pub rank: Option<&'static str>,
}

impl Check {
    /// A check that found nothing, yet.
    pub fn new(name: impl Into<String>, compared: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            compared: compared.into(),
            findings: Vec::new(),
            rank: None,
        }
    }

    /// Says how much it weighs.
    #[must_use]
    pub fn ranked(mut self, rank: &'static str) -> Self {
        self.rank = Some(rank);
        self
    }

    /// Adds a finding.
    #[must_use]
    pub fn with(mut self, finding: Option<Finding>) -> Self {
        self.findings.extend(finding);
        self
    }

    /// Whether it passes.
    pub fn passed(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.severity < Severity::Failure)
    }
}

/// Checks of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// `Tables`, `Data`, `Audio`, `Users`
    pub title: String,
    /// Its checks; a section without any was not compared.
    pub checks: Vec<Check>,
    /// Why it was not compared, or not whole, where that is so.
    pub skipped: Option<String>,
    /// Its line in the summary.
    pub summary: String,
}

impl Section {
    /// A section that could not be compared, with the reason.
    pub fn not_compared(title: &str, reason: impl Into<String>) -> Self {
        Self {
            title: title.to_owned(),
            checks: Vec::new(),
            skipped: Some(reason.into()),
            summary: format!("{title}: not compared"),
        }
    }

    /// Whether it was compared, and every check passes.
    pub fn passed(&self) -> bool {
        self.skipped.is_none() && self.checks.iter().all(Check::passed)
    }
}

/// What the checks say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything was compared and nothing fails.
    Passed,
    /// Something fails.
    Failed,
    /// Nothing fails, and something was not compared.
    Incomplete,
}

/// All sections.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckReport {
    /// In order.
    pub sections: Vec<Section>,
    /// Titles of sections that the operator left out.
    pub left_out: Vec<String>,
}

impl CheckReport {
    /// What the checks say together.
    pub fn verdict(&self) -> Verdict {
        let checks = || self.sections.iter().flat_map(|section| &section.checks);
        if checks().any(|check| !check.passed()) {
            Verdict::Failed
        } else if self
            .sections
            .iter()
            .any(|section| section.skipped.is_some())
        {
            Verdict::Incomplete
        } else {
            Verdict::Passed
        }
    }

    /// Findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.sections
            .iter()
            .flat_map(|section| &section.checks)
            .flat_map(|check| &check.findings)
            .filter(|finding| finding.severity == severity)
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(checks: Vec<Check>, skipped: Option<&str>) -> Section {
        Section {
            title: "Data".into(),
            checks,
            skipped: skipped.map(str::to_owned),
            summary: String::new(),
        }
    }

    #[test]
    fn only_what_was_compared_whole_passes() {
        let good = Check::new("rows", "3 rows");
        let note = good
            .clone()
            .with(Some(Finding::note("2 in quarantine", 2, vec![])));
        let bad = good
            .clone()
            .with(Some(Finding::failure("1 row differs", 1, vec![])));
        let verdict = |sections| {
            let report = CheckReport {
                sections,
                ..CheckReport::default()
            };
            report.verdict()
        };
        assert_eq!(
            verdict(vec![section(vec![good.clone(), note], None)]),
            Verdict::Passed
        );
        assert_eq!(
            verdict(vec![
                section(vec![good], None),
                section(vec![], Some("no bucket"))
            ]),
            Verdict::Incomplete
        );
        assert_eq!(
            verdict(vec![
                section(vec![bad], None),
                section(vec![], Some("no bucket"))
            ]),
            Verdict::Failed
        );
    }
}
