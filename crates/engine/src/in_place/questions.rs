//! Asking what a plan's sections ask.

use sunset_core::check::{Check, CheckReport, Finding, Section};
use sunset_core::error::{Error, Result};
use sunset_core::plans::in_place::{
    InPlacePlan, Question, Rank, SectionSpec, ShareSpec, schema_sections,
};
use sunset_core::ports::in_place::InPlaceReader;
use sunset_core::ports::schema::SchemaReader;

/// The whole final check: what a look at the schema answers, and what the rows say.
///
/// # Errors
/// Those of reading the schema; a question that cannot be asked is a failed check.
pub async fn final_sections(
    plan: &InPlacePlan,
    schema: &dyn SchemaReader,
    rows: &dyn InPlaceReader,
) -> Result<CheckReport> {
    let live = schema.read(&plan.namespace).await?;
    let mut found = schema_sections(&plan.schema.schema, &live);
    if !plan.kept.is_empty() {
        found.push(super::kept::section(plan, &live, rows).await?);
    }
    found.extend(sections(rows, &plan.sections).await);
    Ok(CheckReport {
        sections: found,
        ..CheckReport::default()
    })
}

/// What the rows say.
pub async fn sections(rows: &dyn InPlaceReader, specs: &[SectionSpec]) -> Vec<Section> {
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
            checks.push(match ask(rows, question).await {
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

async fn ask(rows: &dyn InPlaceReader, question: &Question) -> Result<Check> {
    let all = rows.number(&question.all).await?;
    let found = rows.find(&question.violators).await?;
    let check = Check::new(
        &question.name,
        format!("{} {}", grouped(all), question.noun),
    );
    if found.count == 0 {
        return Ok(check);
    }
    let finding = if question.rank == Rank::Medium {
        Finding::note(&question.what, found.count, found.sample)
    } else {
        Finding::failure(&question.what, found.count, found.sample)
    };
    Ok(check.with(Some(finding.remedy(&question.remedy))))
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
