//! `cases` → conversations, and the opportunity that the cases of one customer make.

use crate::reading::{Metadata, Reader, normalise_number};
use crate::row::{Cell, Row};
use crate::value::Value;

use super::conversation::{self, CaseNumber, ConversationCells, Draft};
use super::segments;
use super::shapes::Shapes;

/// The customer that a case belongs to.
pub(super) fn customer_id(reader: &mut Reader) -> Option<String> {
    reader.key("customerId")
}

/// The case number that a case carries: its `caseId`, else its own id.
pub(super) fn own_number(reader: &mut Reader, id: &str) -> Option<String> {
    reader.key("caseId").or_else(|| normalise_number(id))
}

pub(super) fn is_from_slack(reader: &mut Reader) -> bool {
    reader.keyword("sourceType").as_deref() == Some("slack")
}

/// What the rest of V2 decided about a case.
pub(super) struct Context<'a> {
    pub opportunity_id: &'a str,
    pub number: CaseNumber<'a>,
    /// The customer's opportunity reads this case's telephone number, because no earlier case has one.
    pub phone_is_read: bool,
    /// It reads this case's source, because it is the first.
    pub source_is_read: bool,
}

pub(super) fn draft(
    reader: &mut Reader,
    metadata: &Metadata,
    id: &str,
    context: &Context<'_>,
) -> Draft {
    // What serves the customer's opportunity stays in the case's own left-over.
    reader.elsewhere(|reader| {
        customer_id(reader);
        if context.phone_is_read {
            reader.text("customerPhone");
        }
        if context.source_is_read {
            is_from_slack(reader);
        }
    });
    own_number(reader, id);
    if context.number.duplicate {
        warn_duplicate(reader, id);
    }
    let customer_name = reader.text("customerName");
    let sales_rep = reader.text("salesRepName");
    let case_number = context.number.number.map(str::to_owned);
    let title = match (&customer_name, &sales_rep) {
        (Some(customer), Some(rep)) => format!("{customer} - {rep}"),
        (Some(name), None) | (None, Some(name)) => name.clone(),
        (None, None) => case_number.clone().unwrap_or_else(|| id.to_owned()),
    };
    let conversation_date = reader.time("createdAt");
    let created = reader.created("createdAt", metadata);
    let updated = reader.time("updatedAt").unwrap_or(created);
    let cells = ConversationCells {
        opportunity_id: context.opportunity_id.to_owned(),
        case_number,
        title: Some(title),
        kind: "discovery_call",
        status: conversation::status(reader),
        audio_url: reader.first_text(&["audio.gcsPath", "audio.url"]),
        transcript: transcript(reader),
        summary: reader.first_text(&[
            "analysis.summary",
            "analysis.agents.agent4.data.summary",
            "analysis.agents.agent4.data.executiveSummary",
        ]),
        meddic_analysis: conversation::meddic_analysis(
            reader,
            "analysis.meddic.overallScore",
            "analysis.qualification",
            "analysis.meddic.dimensions",
        ),
        progress_score: None,
        coaching_notes: reader.first_text(&["notes", "analysis.coachingNotes"]),
        urgency_level: None,
        store_name: customer_name,
        slack: [
            reader.text("notification.slackChannelId"),
            reader.text("notification.slackThreadTs"),
            reader.text("salesRepSlackId"),
            sales_rep,
        ],
        duration: reader.integer(&["audio.duration", "transcription.duration"], 0..=i32::MAX),
        conversation_date,
        created_at: Some(created),
        analyzed_at: reader.time("analysis.completedAt"),
        updated_at: Some(updated),
        participants: None,
    };
    Draft { cells, updated }
}

/// The duplicated number stands in `caseId`, or is the document's own id.
fn warn_duplicate(reader: &mut Reader, id: &str) {
    if reader.key("caseId").is_some() {
        reader.warn("duplicate_case_number", "caseId");
    } else {
        reader.warn_value(
            "duplicate_case_number",
            "__name__",
            &Value::Text(id.to_owned()),
        );
    }
}

fn transcript(reader: &mut Reader) -> Option<crate::json::Json> {
    reader.map("transcription")?;
    let has_segments = reader.array("transcription.segments").is_some();
    let full_text = reader.first_text(&["transcription.fullText", "transcription.text"]);
    if !has_segments && full_text.is_none() {
        return None;
    }
    let segments = segments::segments(reader, "transcription.segments");
    let language = reader.text("transcription.language");
    Some(segments::transcript(segments, full_text, language))
}

/// What the cases of one customer say together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Customer<'a> {
    pub owner: &'a str,
    pub id: &'a str,
    /// The first `customerName` present.
    pub name: Option<&'a str>,
    /// The first `customerPhone` present.
    pub phone: Option<&'a str>,
    /// The first case came from Slack.
    pub from_slack: bool,
    /// The smallest created time, in microseconds.
    pub created: i64,
    /// The greatest updated time, in microseconds.
    pub updated: i64,
}

/// The opportunity that the cases of one customer make.
pub(super) fn opportunity(customer: &Customer<'_>, shapes: &Shapes) -> Row {
    let company_name = customer
        .name
        .map_or_else(|| format!("客戶 {}", customer.id), str::to_owned);
    let source = if customer.from_slack { "api" } else { "manual" };
    Row {
        shape: shapes.opportunity.clone(),
        cells: vec![
            Cell::Text(customer.id.to_owned()),
            Cell::Text(customer.owner.to_owned()),
            Cell::Text(customer.id.to_owned()),
            Cell::Text(company_name),
            Cell::Null,
            Cell::text(customer.phone.map(str::to_owned)),
            Cell::Text(source.into()),
            Cell::Text("new".into()),
            Cell::Null,
            Cell::Null,
            Cell::Timestamp(customer.created),
            Cell::Timestamp(customer.updated),
        ],
    }
}
