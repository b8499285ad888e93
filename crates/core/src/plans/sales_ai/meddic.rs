//! Documents of `meddic_analyses`, and what all MEDDIC analyses have in common.

use crate::instant::Instant;
use crate::json::Json;
use crate::reading::{Metadata, Reader};
use crate::row::{Cell, Row};

use super::elements::{self, NEXT_STEP, RISK};
use super::shapes::Shapes;

/// The six scores, as documents and lead generation name them, and as cases may.
pub(super) const SCORES: [(&str, &str); 6] = [
    ("metrics", "metrics"),
    ("economic_buyer", "economicBuyer"),
    ("decision_criteria", "decisionCriteria"),
    ("decision_process", "decisionProcess"),
    ("identify_pain", "identifyPain"),
    ("champion", "champion"),
];

const SCORE_LIMITS: std::ops::RangeInclusive<i32> = 1..=5;
pub(super) const OVERALL_LIMITS: std::ops::RangeInclusive<i32> = 0..=100;

/// Where an analysis belongs.
pub(super) struct Place<'a> {
    pub id: &'a str,
    pub conversation_id: &'a str,
    pub opportunity_id: &'a str,
}

/// The cells of an analysis, by name.
pub(super) struct Analysis {
    pub scores: [Option<i32>; 6],
    pub overall_score: Option<i32>,
    pub status: Option<&'static str>,
    pub dimensions: Option<Json>,
    pub key_findings: Json,
    pub next_steps: Json,
    pub risks: Json,
    pub agent_outputs: Option<Json>,
    pub created_at: Instant,
}

impl Analysis {
    pub fn into_row(self, place: &Place<'_>, shapes: &Shapes) -> Row {
        let [metrics, buyer, criteria, process, pain, champion] = self.scores.map(Cell::integer);
        Row {
            shape: shapes.meddic.clone(),
            cells: vec![
                Cell::Text(place.id.to_owned()),
                Cell::Text(place.conversation_id.to_owned()),
                Cell::Text(place.opportunity_id.to_owned()),
                metrics,
                buyer,
                criteria,
                process,
                pain,
                champion,
                Cell::integer(self.overall_score),
                Cell::text(self.status.map(str::to_owned)),
                Cell::json(self.dimensions),
                Cell::json(Some(self.key_findings)),
                Cell::json(Some(self.next_steps)),
                Cell::json(Some(self.risks)),
                Cell::json(self.agent_outputs),
                Cell::timestamp(Some(self.created_at)),
            ],
        }
    }
}

/// One score, the first number among `paths`.
pub(super) fn score(reader: &mut Reader, paths: &[&str]) -> Option<i32> {
    reader.integer(paths, SCORE_LIMITS)
}

/// The status by its own word, else by the score; without a score there is none.
pub(super) fn status(
    reader: &mut Reader,
    path: &str,
    overall: Option<i32>,
) -> Option<&'static str> {
    match reader.keyword(path).as_deref() {
        Some("qualified" | "strong") => return Some("Strong"),
        Some("partially qualified" | "medium") => return Some("Medium"),
        Some("not qualified" | "weak") => return Some("Weak"),
        Some("at risk") => return Some("At Risk"),
        Some(_) => reader.warn("unknown_status", path),
        None => {}
    }
    Some(match overall? {
        80.. => "Strong",
        60.. => "Medium",
        40.. => "Weak",
        _ => "At Risk",
    })
}

/// The first of `paths` that holds an array, as it stands; `[]` when none does.
pub(super) fn findings(reader: &mut Reader, paths: &[&str]) -> Json {
    paths
        .iter()
        .find_map(|path| reader.copy_array(path))
        .unwrap_or_else(|| Json::Array(Vec::new()))
}

/// A document of `meddic_analyses`.
pub(super) fn document(
    reader: &mut Reader,
    metadata: &Metadata,
    place: &Place<'_>,
    shapes: &Shapes,
) -> Row {
    reader.text("conversation_id");
    let scores = SCORES.map(|(name, _)| score(reader, &[&format!("scores.{name}")]));
    let overall_score = reader.integer(&["overall_score"], OVERALL_LIMITS);
    let mut analysis = Analysis {
        scores,
        overall_score,
        status: status(reader, "qualification_status", overall_score),
        dimensions: reader.copy_map("dimensions"),
        key_findings: findings(reader, &["key_findings"]),
        next_steps: elements::elements(reader, "next_steps", &NEXT_STEP),
        risks: elements::elements(reader, "risks", &RISK),
        agent_outputs: None,
        created_at: reader.created("created_at", metadata),
    };
    analysis.agent_outputs = agent_outputs(reader);
    analysis.into_row(place, shapes)
}

/// `agent_outputs` with the left-over under its key `v2`. A document's own `agent_outputs.v2`
/// would be hidden by that; where there is a left-over, it becomes part of it, at its path.
fn agent_outputs(reader: &mut Reader) -> Option<Json> {
    let own = reader.copy_map("agent_outputs");
    let left_over = match reader.left_over() {
        Some(Json::Object(entries)) => entries,
        _ => return own,
    };
    let Some(Json::Object(mut outputs)) = own else {
        return Some(Json::Object(left_over));
    };
    let hidden = outputs
        .iter()
        .position(|(key, _)| key == "v2")
        .map(|index| outputs.remove(index));
    for (key, value) in left_over {
        let value = match (value, &hidden) {
            (Json::Object(mut v2), Some(hidden)) => {
                v2.push((
                    "agent_outputs".to_owned(),
                    Json::Object(vec![hidden.clone()]),
                ));
                Json::Object(v2)
            }
            (value, _) => value,
        };
        outputs.push((key, value));
    }
    Some(Json::Object(outputs))
}
