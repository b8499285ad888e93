//! The columns that the mapping writes.

use std::sync::Arc;

use crate::row::CellKind::{Integer, Json, Text, Timestamp};
use crate::row::Shape;

#[derive(Debug, Clone)]
pub(super) struct Shapes {
    pub opportunity: Arc<Shape>,
    pub conversation: Arc<Shape>,
    pub meddic: Arc<Shape>,
}

impl Shapes {
    pub fn new() -> Self {
        Self {
            opportunity: Shape::new(
                "opportunities",
                &[
                    ("id", Text),
                    ("user_id", Text),
                    ("customer_number", Text),
                    ("company_name", Text),
                    ("contact_email", Text),
                    ("contact_phone", Text),
                    ("source", Text),
                    ("status", Text),
                    ("raw_form_data", Json),
                    ("opportunity_score", Integer),
                    ("created_at", Timestamp),
                    ("updated_at", Timestamp),
                ],
            ),
            conversation: Shape::new(
                "conversations",
                &[
                    ("id", Text),
                    ("opportunity_id", Text),
                    ("case_number", Text),
                    ("title", Text),
                    ("type", Text),
                    ("status", Text),
                    ("audio_url", Text),
                    ("transcript", Json),
                    ("summary", Text),
                    ("meddic_analysis", Json),
                    ("extracted_data", Json),
                    ("progress_score", Integer),
                    ("coaching_notes", Text),
                    ("urgency_level", Text),
                    ("store_name", Text),
                    ("slack_channel_id", Text),
                    ("slack_thread_ts", Text),
                    ("slack_user_id", Text),
                    ("slack_username", Text),
                    ("duration", Integer),
                    ("conversation_date", Timestamp),
                    ("created_at", Timestamp),
                    ("analyzed_at", Timestamp),
                    ("updated_at", Timestamp),
                    ("participants", Json),
                ],
            ),
            meddic: Shape::new(
                "meddic_analyses",
                &[
                    ("id", Text),
                    ("conversation_id", Text),
                    ("opportunity_id", Text),
                    ("metrics_score", Integer),
                    ("economic_buyer_score", Integer),
                    ("decision_criteria_score", Integer),
                    ("decision_process_score", Integer),
                    ("identify_pain_score", Integer),
                    ("champion_score", Integer),
                    ("overall_score", Integer),
                    ("status", Text),
                    ("dimensions", Json),
                    ("key_findings", Json),
                    ("next_steps", Json),
                    ("risks", Json),
                    ("agent_outputs", Json),
                    ("created_at", Timestamp),
                ],
            ),
        }
    }
}
