//! Repairs of what a final check found, as far as that needs no person.

use sunset_core::check::CheckReport;
use sunset_core::error::Result;
use sunset_core::plans::in_place::{Fix, InPlacePlan, PlanStep, Question, Work};

use super::{InPlaceOptions, Ports, StepReport, step};

/// A repair, and what it did or would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Repair {
    /// The question that asked for it.
    pub question: String,
    /// What it came to.
    pub report: StepReport,
}

/// Repairs what the questions with findings ask for, in their order.
///
/// # Errors
/// As [`step`]; what was repaired before stays repaired.
pub async fn repair(
    plan: &InPlacePlan,
    found: &CheckReport,
    ports: Ports<'_>,
    options: InPlaceOptions,
) -> Result<Vec<Repair>> {
    let mut repairs = Vec::new();
    for question in plan.sections.iter().flat_map(|section| &section.questions) {
        if question.fixes.is_empty() || !has_findings(found, question) {
            continue;
        }
        for fix in &question.fixes {
            let work = match fix.clone() {
                Fix::Set(update) => Work::Set(vec![update]),
                Fix::Rows(update) => Work::Rows(vec![update]),
                Fix::Merge(merge) => Work::Merge(vec![merge]),
            };
            let named = PlanStep::new(&format!("fix-{}", question.name), &question.name, work);
            repairs.push(Repair {
                question: question.name.clone(),
                report: step(plan, &named, ports, options).await?,
            });
        }
    }
    Ok(repairs)
}

fn has_findings(found: &CheckReport, question: &Question) -> bool {
    found
        .sections
        .iter()
        .flat_map(|section| &section.checks)
        .any(|check| check.name == question.name && !check.findings.is_empty())
}
