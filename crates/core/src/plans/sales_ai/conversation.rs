//! `conversations` and `sales_cases` → conversations.

use crate::instant::Instant;
use crate::json::Json;
use crate::reading::{Metadata, Reader};
use crate::row::Cell;

use super::lead::first_eight;
use super::segments;

/// What a lead-generation conversation becomes before its left-over is known.
pub(super) struct Draft {
    pub cells: ConversationCells,
    pub updated: Instant,
}

/// The cells of a conversation, by name.
#[derive(Default)]
pub(super) struct ConversationCells {
    pub opportunity_id: String,
    pub case_number: Option<String>,
    pub title: Option<String>,
    pub kind: &'static str,
    pub status: &'static str,
    pub audio_url: Option<String>,
    pub transcript: Option<Json>,
    pub summary: Option<String>,
    pub meddic_analysis: Option<Json>,
    pub progress_score: Option<i32>,
    pub coaching_notes: Option<String>,
    pub urgency_level: Option<String>,
    pub store_name: Option<String>,
    pub slack: [Option<String>; 4],
    pub duration: Option<i32>,
    pub conversation_date: Option<Instant>,
    pub created_at: Option<Instant>,
    pub analyzed_at: Option<Instant>,
    pub updated_at: Option<Instant>,
    pub participants: Option<Json>,
}

impl ConversationCells {
    /// In the order of the table's shape.
    pub fn into_cells(self, id: &str, left_over: Option<Json>) -> Vec<Cell> {
        let [channel, thread, user, name] = self.slack.map(Cell::text);
        vec![
            Cell::Text(id.to_owned()),
            Cell::Text(self.opportunity_id),
            Cell::text(self.case_number),
            Cell::text(self.title),
            Cell::Text(self.kind.to_owned()),
            Cell::Text(self.status.to_owned()),
            Cell::text(self.audio_url),
            Cell::json(self.transcript),
            Cell::text(self.summary),
            Cell::json(self.meddic_analysis),
            Cell::json(left_over),
            Cell::integer(self.progress_score),
            Cell::text(self.coaching_notes),
            Cell::text(self.urgency_level),
            Cell::text(self.store_name),
            channel,
            thread,
            user,
            name,
            Cell::integer(self.duration),
            Cell::timestamp(self.conversation_date),
            Cell::timestamp(self.created_at),
            Cell::timestamp(self.analyzed_at),
            Cell::timestamp(self.updated_at),
            Cell::json(self.participants),
        ]
    }
}

/// What the rest of V2 decided about the case number of a conversation.
pub(super) struct CaseNumber<'a> {
    pub number: Option<&'a str>,
    /// An earlier document carries the document's own number.
    pub duplicate: bool,
}

/// The case number that a conversation carries itself.
pub(super) fn own_number(reader: &mut Reader) -> Option<String> {
    reader.key("case_number")
}

/// Status of a conversation, of either generation.
pub(super) fn status(reader: &mut Reader) -> &'static str {
    match reader.keyword("status").as_deref() {
        None | Some("pending") => "pending",
        Some("processing" | "transcribing") => "transcribing",
        Some("transcribed" | "analyzing") => "analyzing",
        Some("analyzed" | "completed") => "completed",
        Some("failed") => "failed",
        Some(_) => {
            reader.warn("unknown_status", "status");
            "pending"
        }
    }
}

fn kind(reader: &mut Reader) -> &'static str {
    match reader.keyword("type").as_deref() {
        None | Some("discovery" | "discovery_call") => "discovery_call",
        Some("demo") => "demo",
        Some("follow_up" | "followup") => "follow_up",
        Some("negotiation") => "negotiation",
        Some("closing") => "closing",
        Some("support") => "support",
        Some(_) => {
            reader.warn("unknown_type", "type");
            "discovery_call"
        }
    }
}

/// `{"overallScore", "status", "dimensions"}` when `score` holds a number.
pub(super) fn meddic_analysis(
    reader: &mut Reader,
    score: &str,
    qualification: &str,
    dimensions: &str,
) -> Option<Json> {
    let score = reader.number(score)?.to_decimal();
    let status = reader
        .text(qualification)
        .unwrap_or_else(|| "Unknown".into());
    let dimensions = reader
        .copy_map(dimensions)
        .unwrap_or_else(|| Json::Object(Vec::new()));
    Some(Json::object([
        ("overallScore", Json::Number(score)),
        ("status", Json::Text(status)),
        ("dimensions", dimensions),
    ]))
}

pub(super) fn draft(
    reader: &mut Reader,
    metadata: &Metadata,
    id: &str,
    opportunity_id: &str,
    reattached: bool,
    number: &CaseNumber<'_>,
) -> Draft {
    reader.text("lead_id");
    if reattached {
        reader.warn("reattached", "lead_id");
    }
    own_number(reader);
    if number.duplicate {
        reader.warn("duplicate_case_number", "case_number");
    }
    let store_name = reader.text("analysis.store_name");
    let transcript = reader.map("transcript").is_some().then(|| {
        segments::transcript(
            segments::segments(reader, "transcript.segments"),
            reader.text("transcript.full_text"),
            reader.text("transcript.language"),
        )
    });
    let urgency_level = reader.keyword("analysis.urgency_level").and_then(|level| {
        let known = matches!(level.as_str(), "high" | "medium" | "low");
        if !known {
            reader.warn("unknown_urgency", "analysis.urgency_level");
        }
        known.then_some(level)
    });
    let created = reader.created("created_at", metadata);
    let updated = reader.time("updated_at").unwrap_or(created);
    let cells = ConversationCells {
        opportunity_id: opportunity_id.to_owned(),
        case_number: number.number.map(str::to_owned),
        title: Some(
            store_name
                .clone()
                .unwrap_or_else(|| format!("對話 {}", first_eight(id))),
        ),
        kind: kind(reader),
        status: status(reader),
        audio_url: reader.text("audio_gcs_uri"),
        transcript,
        summary: reader.text("analysis.executive_summary"),
        meddic_analysis: meddic_analysis(
            reader,
            "analysis.meddic_score",
            "analysis.qualification_status",
            "analysis.buyer_signals",
        ),
        progress_score: reader.integer(&["analysis.progress_score"], i32::MIN..=i32::MAX),
        coaching_notes: reader.text("analysis.coaching_notes"),
        urgency_level,
        store_name,
        slack: [const { None }; 4],
        duration: reader.integer(&["transcript.duration"], 0..=i32::MAX),
        conversation_date: reader.time("occurred_at"),
        created_at: Some(created),
        analyzed_at: None,
        updated_at: Some(updated),
        participants: reader.text("sales_rep").map(|name| {
            Json::Array(vec![Json::object([
                ("name", Json::Text(name)),
                ("role", Json::text("sales_rep")),
            ])])
        }),
    };
    Draft { cells, updated }
}
