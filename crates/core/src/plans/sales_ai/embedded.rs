//! MEDDIC analyses that stand inside conversations and cases.

use crate::instant::Instant;
use crate::json::Json;
use crate::reading::{Number, Reader};

use super::elements::{self, NEXT_STEP, RISK, is_present};
use super::meddic::{self, Analysis, OVERALL_LIMITS, SCORES};

/// Whether a lead-generation conversation holds an analysis.
pub(super) fn in_conversation(reader: &mut Reader) -> bool {
    reader.number("analysis.meddic_score").is_some()
}

/// Whether a case holds one.
pub(super) fn in_case(reader: &mut Reader) -> bool {
    // Both are looked at, whatever the first is.
    let places = ["analysis.meddic", "analysis.agents"];
    places
        .map(|path| reader.map(path).is_some())
        .contains(&true)
}

/// The analysis of a lead-generation conversation, which was last changed at `updated`.
pub(super) fn of_conversation(reader: &mut Reader, updated: Instant) -> Analysis {
    let scores = SCORES.map(|(name, _)| {
        let path = format!("analysis.agent_data.buyer.meddic_scores.{name}");
        meddic::score(reader, &[&path])
    });
    let overall_score = reader.integer(&["analysis.meddic_score"], OVERALL_LIMITS);
    Analysis {
        scores,
        overall_score,
        status: meddic::status(reader, "analysis.qualification_status", overall_score),
        dimensions: buyer_signals(reader),
        key_findings: meddic::findings(
            reader,
            &[
                "analysis.agent_data.summary.key_findings",
                "analysis.buyer_signals.key_insights",
            ],
        ),
        next_steps: elements::elements(reader, "analysis.agent_data.coach.next_steps", &NEXT_STEP),
        risks: elements::elements(reader, "analysis.agent_data.seller.risks", &RISK),
        agent_outputs: reader.map("analysis.agent_data").is_some().then(|| {
            copies(
                reader,
                &[
                    ("agent1", "analysis.agent_data.context"),
                    ("agent2", "analysis.agent_data.buyer"),
                    ("agent3", "analysis.agent_data.seller"),
                    ("agent4", "analysis.agent_data.summary"),
                    ("agent5", "analysis.agent_data.crm"),
                    ("agent6", "analysis.agent_data.coach"),
                ],
            )
        }),
        created_at: updated,
    }
}

/// The six keys that are maps, each reduced to its three lists.
fn buyer_signals(reader: &mut Reader) -> Option<Json> {
    let mut dimensions = Vec::new();
    for (name, _) in SCORES {
        let path = format!("analysis.buyer_signals.{name}");
        if reader.map(&path).is_none() {
            continue;
        }
        let lists = ["evidence", "gaps", "recommendations"].map(|list| {
            let list_path = format!("{path}.{list}");
            let items = reader.copy_array(&list_path);
            (list, items.unwrap_or_else(|| Json::Array(Vec::new())))
        });
        dimensions.push((name.to_owned(), Json::object(lists)));
    }
    (!dimensions.is_empty()).then_some(Json::Object(dimensions))
}

/// The analysis of a case, whose conversation was last changed at `updated`.
pub(super) fn of_case(reader: &mut Reader, updated: Instant) -> Analysis {
    let has_agents = reader.map("analysis.agents").is_some();
    let scores = SCORES.map(|(name, camel)| {
        let paths = [name, camel].map(|key| format!("analysis.meddic.dimensions.{key}"));
        meddic::score(reader, &[&paths[0], &paths[1]])
    });
    let overall_score = case_overall(reader, has_agents);
    let dimensions = reader.copy_map("analysis.meddic.dimensions").or_else(|| {
        has_agents.then(|| {
            copies(
                reader,
                &[
                    ("context", "analysis.agents.agent1.data"),
                    ("buyer", "analysis.agents.agent2.data"),
                    ("seller", "analysis.agents.agent3.data"),
                    ("summary", "analysis.agents.agent4.data"),
                ],
            )
        })
    });
    Analysis {
        scores,
        overall_score,
        status: meddic::status(reader, "analysis.qualification", overall_score),
        dimensions,
        key_findings: meddic::findings(reader, &["analysis.agents.agent4.data.keyFindings"]),
        next_steps: elements::elements(reader, "analysis.agents.agent4.data.nextSteps", &NEXT_STEP),
        risks: Json::Array(Vec::new()),
        agent_outputs: has_agents.then(|| {
            copies(
                reader,
                &[
                    ("agent1", "analysis.agents.agent1.data"),
                    ("agent2", "analysis.agents.agent2.data"),
                    ("agent3", "analysis.agents.agent3.data"),
                    ("agent4", "analysis.agents.agent4.data"),
                    ("agent5", "analysis.agents.agent5.data"),
                    ("agent6", "analysis.agents.agent6.data"),
                ],
            )
        }),
        created_at: reader.time("analysis.completedAt").unwrap_or(updated),
    }
}

/// `analysis.meddic.overallScore`, else the rounded mean of two agents' scores.
fn case_overall(reader: &mut Reader, has_agents: bool) -> Option<i32> {
    const OVERALL: &str = "analysis.meddic.overallScore";
    const AGENT_SCORES: [&str; 2] = [
        "analysis.agents.agent2.data.score",
        "analysis.agents.agent3.data.score",
    ];
    if let Some(score) = reader.number(OVERALL) {
        return reader.within(&[OVERALL], score.round(), OVERALL_LIMITS);
    }
    if !has_agents {
        return None;
    }
    let scores = AGENT_SCORES.map(|path| (path, reader.number(path)));
    // What is no number has a warning that says so.
    let present = scores.iter().filter(|(_, score)| score.is_some());
    let present: Vec<&str> = present.map(|(path, _)| *path).collect();
    let [a, b] = scores.map(|(_, score)| score.unwrap_or(Number::Integer(0)));
    reader.within(&present, Number::round_mean(&a, &b), OVERALL_LIMITS)
}

/// An object of copies, `null` for what is absent.
fn copies(reader: &mut Reader, parts: &[(&str, &str)]) -> Json {
    Json::object(parts.iter().map(|(key, path)| {
        let there = reader.look(path).is_some_and(is_present);
        let value = reader.copy(path).filter(|_| there);
        (*key, value.unwrap_or(Json::Null))
    }))
}
