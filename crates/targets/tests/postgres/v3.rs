//! Items of a small V3.

use std::sync::{Arc, LazyLock};

use sunset_core::digest::Digest;
use sunset_core::json::Json;
use sunset_core::ports::rows::{Item, ItemKey};
use sunset_core::row::{Cell, CellKind, Row, Shape};

static OPPORTUNITY: LazyLock<Arc<Shape>> = LazyLock::new(|| {
    Shape::new(
        "opportunities",
        &[
            ("id", CellKind::Text),
            ("user_id", CellKind::Text),
            ("customer_number", CellKind::Text),
            ("company_name", CellKind::Text),
            ("raw_form_data", CellKind::Json),
            ("opportunity_score", CellKind::Integer),
            ("created_at", CellKind::Timestamp),
        ],
    )
});

static CONVERSATION: LazyLock<Arc<Shape>> = LazyLock::new(|| {
    Shape::new(
        "conversations",
        &[
            ("id", CellKind::Text),
            ("opportunity_id", CellKind::Text),
            ("case_number", CellKind::Text),
            ("title", CellKind::Text),
            ("audio_url", CellKind::Text),
            ("transcript", CellKind::Json),
            ("created_at", CellKind::Timestamp),
        ],
    )
});

static ANALYSIS: LazyLock<Arc<Shape>> = LazyLock::new(|| {
    Shape::new(
        "meddic_analyses",
        &[
            ("id", CellKind::Text),
            ("conversation_id", CellKind::Text),
            ("opportunity_id", CellKind::Text),
            ("overall_score", CellKind::Integer),
            ("key_findings", CellKind::Json),
        ],
    )
});

const TIME: i64 = 1_762_136_100_250_000;

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

/// An opportunity with customer number `number`.
pub fn opportunity(id: &str, number: &str, company: &str) -> Row {
    Row {
        shape: Arc::clone(&OPPORTUNITY),
        cells: vec![
            text(id),
            text("u"),
            text(number),
            text(company),
            Cell::json(Some(Json::object([("v2", Json::text(company))]))),
            Cell::Integer(7),
            Cell::Timestamp(TIME),
        ],
    }
}

/// A conversation of an opportunity; `number` may be absent.
pub fn conversation(id: &str, opportunity: &str, number: Option<&str>, title: &str) -> Row {
    Row {
        shape: Arc::clone(&CONVERSATION),
        cells: vec![
            text(id),
            text(opportunity),
            Cell::text(number.map(str::to_owned)),
            text(title),
            text(&format!("gs://bucket/{id}.mp3")),
            Cell::Json("null".into()),
            Cell::Timestamp(TIME),
        ],
    }
}

/// An analysis of a conversation.
pub fn analysis(id: &str, conversation: &str, opportunity: &str) -> Row {
    Row {
        shape: Arc::clone(&ANALYSIS),
        cells: vec![
            text(id),
            text(conversation),
            text(opportunity),
            Cell::Null,
            Cell::Json("[]".into()),
        ],
    }
}

/// A document of `collection` that gives `rows`.
pub fn item(collection: &str, id: &str, rows: Vec<Row>) -> Item {
    let key = ItemKey {
        collection: collection.into(),
        id: id.into(),
    };
    let digests: Vec<Vec<u8>> = rows
        .iter()
        .map(|row| row.digest().as_bytes().to_vec())
        .collect();
    let source = Digest::of_parts(digests.iter().map(Vec::as_slice));
    Item::new(key, source, rows, vec![], None, vec![])
}
