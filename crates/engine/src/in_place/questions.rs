//! Asking what a plan's sections ask.

use sunset_core::check::{Check, CheckReport, Finding, Section};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::in_place::{
    InPlacePlan, Question, Rank, SectionSpec, ShareSpec, schema_sections,
};
use sunset_core::ports::in_place::InPlaceReader;
use sunset_core::ports::schema::SchemaReader;

use super::EXAMPLES;

/// What must hold before anything is done or checked.
///
/// # Errors
/// `NotFound` for the first that does not; those of the database.
pub async fn preconditions(plan: &InPlacePlan, rows: &dyn InPlaceReader) -> Result<()> {
    for condition in &plan.preconditions {
        let found = rows.find(&condition.violators).await?;
        if found.count > 0 {
            let named = &found.sample[..found.sample.len().min(EXAMPLES)];
            return Err(Error::new(ErrorKind::NotFound, &condition.what)
                .item(named.join(", "))
                .remedy(&condition.remedy));
        }
    }
    Ok(())
}

/// The whole final check: what a look at the schema answers, and what the rows say. Of a plan that
/// moves tenants the schema is only spoken of where it is not as it should be, and where the whole
/// is asked for; of its questions those that are `wanted`, or all.
///
/// # Errors
/// `Configuration` for a question that the plan does not have; those of reading the schema. A
/// question that cannot be asked is a failed check.
pub async fn final_sections(
    plan: &InPlacePlan,
    wanted: &[String],
    schema: &dyn SchemaReader,
    rows: &dyn InPlaceReader,
) -> Result<CheckReport> {
    let specs = chosen(plan, wanted)?;
    let live = schema.read(&plan.namespace, None).await?;
    let mut found = schema_sections(&plan.schema.schema, &live);
    if !plan.kept.is_empty() {
        found.push(super::kept::section(plan, &live, rows).await?);
    }
    if !wanted.is_empty() || plan.tenancy.is_some() {
        found.retain(|section| !section.passed());
    }
    found.extend(sections(rows, &plan.namespace, &specs).await);
    Ok(CheckReport {
        sections: found,
        ..CheckReport::default()
    })
}

fn chosen(plan: &InPlacePlan, wanted: &[String]) -> Result<Vec<SectionSpec>> {
    if wanted.is_empty() {
        return Ok(plan.sections.clone());
    }
    let names: Vec<&str> = plan
        .sections
        .iter()
        .flat_map(|section| &section.questions)
        .map(|question| question.name.as_str())
        .collect();
    if let Some(strange) = wanted.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(Error::new(
            ErrorKind::Configuration,
            format!("the plan {} has no check {strange}", plan.name),
        )
        .remedy(format!("its checks are: {}", names.join(", "))));
    }
    let mut specs = plan.sections.clone();
    for spec in &mut specs {
        spec.shares.clear();
        spec.questions
            .retain(|question| wanted.contains(&question.name));
    }
    specs.retain(|spec| !spec.questions.is_empty());
    Ok(specs)
}

/// What the rows say.
pub async fn sections(
    rows: &dyn InPlaceReader,
    namespace: &str,
    specs: &[SectionSpec],
) -> Vec<Section> {
    let mut sections = Vec::new();
    for spec in specs {
        let mut checks = Vec::new();
        for share in &spec.shares {
            checks.push(match shares(rows, share).await {
                Ok(check) => check,
                Err(error) => unanswered(&share.name, &error),
            });
        }
        for question in &spec.questions {
            checks.push(match ask(rows, namespace, question).await {
                Ok(check) => check,
                Err(error) => unanswered(&question.name, &error),
            });
        }
        let good = checks.iter().filter(|check| check.passed()).count();
        sections.push(Section {
            title: spec.title.clone(),
            summary: format!(
                "{}: {good} of {} as the plan wants them",
                spec.title,
                checks.len()
            ),
            checks,
            skipped: None,
        });
    }
    sections
}

fn unanswered(name: &str, error: &Error) -> Check {
    let finding = Finding::failure(format!("it could not be asked: {error}"), 1, Vec::new());
    let finding = match error.remedy_text() {
        Some(remedy) => finding.remedy(remedy),
        None => finding,
    };
    Check::new(name, "not compared").with(Some(finding))
}

async fn ask(rows: &dyn InPlaceReader, namespace: &str, question: &Question) -> Result<Check> {
    let all = rows.number(&question.all).await?;
    let mut found = rows.find(&question.violators).await?;
    let mut compared = format!("{} {}", grouped(all), question.noun);
    let mut notes = Vec::new();
    if let Some(comparison) = &question.backup {
        match rows.differs_from_backup(namespace, comparison).await? {
            Some(differing) => {
                compared.push_str(" against the last backup");
                found.count += differing.count;
                found.sample.extend(differing.sample);
            }
            None => notes.push(
                Finding::note("there is no backup to compare with", 0, Vec::new())
                    .remedy("data-migrate takes one unless --skip-backup is given"),
            ),
        }
    }
    if let Some((query, what)) = &question.accepted {
        let accepted = rows.find(query).await?;
        if accepted.count > 0 {
            notes.push(Finding::note(what, accepted.count, accepted.sample));
        }
    }
    let mut check = Check::new(&question.name, compared).ranked(question.rank.name());
    if found.count > 0 {
        let finding = if question.rank == Rank::Medium {
            Finding::note(&question.what, found.count, found.sample)
        } else {
            Finding::failure(&question.what, found.count, found.sample)
        };
        check = check.with(Some(finding.remedy(&question.remedy)));
    }
    for note in notes {
        check = check.with(Some(note));
    }
    Ok(check)
}

async fn shares(rows: &dyn InPlaceReader, share: &ShareSpec) -> Result<Check> {
    let found = rows.shares(&share.query).await?;
    let sum: u64 = found.iter().map(|(_, count)| count).sum();
    let shown: Vec<String> = found
        .iter()
        .map(|(label, count)| {
            if share.noun.is_empty() {
                format!("{label} {}", grouped(*count))
            } else {
                format!("{label} {} ({})", grouped(*count), percent(*count, sum))
            }
        })
        .collect();
    let shown = if shown.is_empty() {
        format!("no {}", share.noun)
    } else {
        shown.join(", ")
    };
    Ok(Check::new(&share.name, shown))
}

/// `5,394`
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `65.1 %`, rounded to a tenth.
fn percent(part: u64, whole: u64) -> String {
    let whole = u128::from(whole.max(1));
    let tenths = (u128::from(part) * 2_000 + whole) / (2 * whole);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn percentages_are_rounded_to_a_tenth() {
        assert_eq!(percent(3_512, 5_394), "65.1 %");
        assert_eq!(percent(1_089, 5_394), "20.2 %");
        assert_eq!(percent(793, 5_394), "14.7 %");
        assert_eq!(percent(0, 0), "0.0 %");
        assert_eq!(percent(1, 2_000), "0.1 %");
    }
}
