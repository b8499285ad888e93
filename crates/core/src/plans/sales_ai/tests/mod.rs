//! Every rule of the mapping, one test each. `docs/mapping.md` names the rules.

mod basis;
mod cases;
mod conversations;
mod leads;
mod left_over;
mod meddic;
mod numbers;
mod order;

use std::collections::BTreeMap;

use serde_json::{Value as Plain, json};

use crate::document::{BadDocument, Document};
use crate::instant::Instant;
use crate::plans::{DocumentPlan, Emission, RecordedNumbers, Resolution, Survey};
use crate::ports::rows::{Item, ItemKey};
use crate::row::{Cell, Row};
use crate::value::{Map, Value};

use super::SalesAi;

/// A V2 value from plain JSON; `{"$time": "…"}`, `{"$double": "NaN"}`, `{"$bytes": "…"}` and
/// `{"$ref": "…"}` stand for the types that JSON lacks.
pub(super) fn value(plain: &Plain) -> Value {
    match plain {
        Plain::Null => Value::Null,
        Plain::Bool(boolean) => Value::Boolean(*boolean),
        Plain::Number(number) => number
            .as_i64()
            .map_or_else(|| Value::Double(number.as_f64().unwrap()), Value::Integer),
        Plain::String(text) => Value::Text(text.clone()),
        Plain::Array(items) => Value::Array(items.iter().map(value).collect()),
        Plain::Object(entries) => {
            let only = entries.iter().next().filter(|_| entries.len() == 1);
            match only {
                Some((key, Plain::String(text))) if key == "$time" => Value::Timestamp(
                    Instant::parse_rfc3339(text, false).expect("a well-formed time"),
                ),
                Some((key, Plain::String(text))) if key == "$double" => {
                    Value::Double(text.parse().expect("a double"))
                }
                Some((key, Plain::String(text))) if key == "$bytes" => {
                    Value::Bytes(text.clone().into_bytes())
                }
                Some((key, Plain::String(text))) if key == "$ref" => Value::Reference(text.clone()),
                _ => Value::Map(map(plain)),
            }
        }
    }
}

fn map(plain: &Plain) -> Map {
    let entries = plain.as_object().expect("an object");
    entries
        .iter()
        .map(|(key, entry)| (key.clone(), value(entry)))
        .collect()
}

pub(super) fn document(collection: &str, id: &str, fields: &Plain) -> Document {
    Document {
        collection: collection.into(),
        id: id.into(),
        name: format!("projects/p/databases/(default)/documents/{collection}/{id}"),
        fields: map(fields),
        create_time: Instant::parse_rfc3339("2025-01-15T00:00:00Z", false),
        update_time: Instant::parse_rfc3339("2025-01-16T00:00:00Z", false),
    }
}

/// A V2 project under construction.
#[derive(Default, Clone)]
pub(super) struct V2 {
    documents: Vec<Document>,
    bad: Vec<BadDocument>,
    recorded: RecordedNumbers,
}

/// What it becomes.
pub(super) struct V3 {
    pub items: BTreeMap<ItemKey, Item>,
    pub repeated: usize,
    pub resolution: Box<dyn Resolution>,
}

impl V2 {
    pub fn with(mut self, collection: &str, id: &str, fields: Plain) -> Self {
        self.documents.push(document(collection, id, &fields));
        self
    }

    pub fn with_document(mut self, document: Document) -> Self {
        self.documents.push(document);
        self
    }

    pub fn with_bad(mut self, bad: BadDocument) -> Self {
        self.bad.push(bad);
        self
    }

    pub fn recorded(mut self, kind: &str, collection: &str, id: &str, number: &str) -> Self {
        self.recorded
            .insert(kind, key(collection, id), number.into());
        self
    }

    pub fn reversed(mut self) -> Self {
        self.documents.reverse();
        self
    }

    /// By one survey, and by several that share what they noted: nothing may tell the two apart.
    pub fn migrate(self) -> V3 {
        let alone = self.clone().migrated_by(self.surveyed());
        let together = self.clone().migrated_by(self.surveyed_together());
        assert_eq!(alone.items, together.items);
        assert_eq!(alone.repeated, together.repeated);
        for collection in SalesAi.collections() {
            let tally = |v3: &V3| v3.resolution.tally(collection);
            assert_eq!(tally(&alone), tally(&together), "{collection}");
        }
        alone
    }

    fn surveyed(&self) -> Box<dyn Survey> {
        let mut survey: Box<dyn Survey> = SalesAi.survey("owner");
        for document in &self.documents {
            survey.see(document.clone()).expect("room for a few");
        }
        for bad in &self.bad {
            survey.see_bad(bad);
        }
        survey
    }

    fn surveyed_together(&self) -> Box<dyn Survey> {
        let part = |documents: &[Document], bad: &[BadDocument]| {
            let part = Self {
                documents: documents.to_vec(),
                bad: bad.to_vec(),
                ..Self::default()
            };
            part.surveyed().share()
        };
        let mut together: Box<dyn Survey> = SalesAi.survey("owner");
        for documents in self.documents.chunks(3) {
            let share = part(documents, &[]);
            together.absorb(&share).expect("a share");
            for end in 1..share.len() {
                // What is cut off is an error or nothing at all, and never a panic.
                drop(SalesAi.survey("owner").absorb(&share[..end]));
            }
        }
        // Several shares, one behind the other, are a share.
        let bad: Vec<u8> = self.bad.chunks(1).flat_map(|bad| part(&[], bad)).collect();
        together.absorb(&bad).expect("shares");
        together
    }

    fn migrated_by(self, survey: Box<dyn Survey>) -> V3 {
        let resolution = survey.resolve(&self.recorded);
        let mut items = BTreeMap::new();
        let mut repeated = 0;
        let mut keep = |item: Item| match items.entry(item.key.clone()) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(item);
                0
            }
            std::collections::btree_map::Entry::Occupied(_) => 1,
        };
        for document in self.documents {
            match resolution.emit(document) {
                Emission::Item(item) => assert_eq!(keep(*item), 0, "two items of one key"),
                Emission::Twin(item) => repeated += keep(*item),
                Emission::Repeated => repeated += 1,
            }
        }
        for bad in self.bad {
            assert_eq!(keep(resolution.emit_bad(bad)), 0, "two items of one key");
        }
        for phase in 0..SalesAi.phases().len() {
            let derived: Vec<Item> = resolution.derived(phase).collect();
            for item in derived {
                assert_eq!(keep(item), 0, "two items of one key");
            }
        }
        V3 {
            items,
            repeated,
            resolution,
        }
    }
}

pub(super) fn key(collection: &str, id: &str) -> ItemKey {
    ItemKey {
        collection: collection.into(),
        id: id.into(),
    }
}

impl V3 {
    pub fn item(&self, collection: &str, id: &str) -> &Item {
        self.items
            .get(&key(collection, id))
            .unwrap_or_else(|| panic!("no item {collection}/{id}"))
    }

    /// The reason for which a document is quarantined, if it is.
    pub fn reason(&self, collection: &str, id: &str) -> Option<&str> {
        let quarantine = self.item(collection, id).quarantine.as_ref()?;
        Some(&quarantine.reason)
    }

    /// `code path` of each warning, in order.
    pub fn warnings(&self, collection: &str, id: &str) -> Vec<String> {
        let warnings = &self.item(collection, id).warnings;
        let texts = warnings.iter().map(|w| format!("{} {}", w.code, w.path));
        texts.collect()
    }

    fn row(&self, table: &str, id: &str) -> &Row {
        self.items
            .values()
            .flat_map(|item| &item.rows)
            .find(|row| row.shape.table == table && row.id() == id)
            .unwrap_or_else(|| panic!("no row {table}/{id}"))
    }

    pub fn has_row(&self, table: &str, id: &str) -> bool {
        let mut rows = self.items.values().flat_map(|item| &item.rows);
        rows.any(|row| row.shape.table == table && row.id() == id)
    }

    /// A cell as JSON.
    pub fn cell(&self, table: &str, id: &str, column: &str) -> Plain {
        let row = self.row(table, id);
        let index = row.shape.position(column).expect("a written column");
        match &row.cells[index] {
            Cell::Null => Plain::Null,
            Cell::Text(text) => json!(text),
            Cell::Integer(integer) => json!(integer),
            Cell::Boolean(boolean) => json!(boolean),
            Cell::Timestamp(micros) => json!(Instant::from_micros(*micros).to_timestamp_text()),
            Cell::Json(text) => serde_json::from_str(text).expect("valid JSON"),
        }
    }

    pub fn opportunity(&self, id: &str, column: &str) -> Plain {
        self.cell("opportunities", id, column)
    }

    pub fn conversation(&self, id: &str, column: &str) -> Plain {
        self.cell("conversations", id, column)
    }

    pub fn meddic(&self, id: &str, column: &str) -> Plain {
        self.cell("meddic_analyses", id, column)
    }
}

/// A time field at a day of November 2025.
pub(super) fn day(day: u8) -> Plain {
    json!({"$time": format!("2025-11-{day:02}T00:00:00Z")})
}

/// A lead with one field.
pub(super) fn lead_with(field: &str, plain: Plain) -> V3 {
    V2::default()
        .with(
            "leads",
            "lead-0001",
            json!({"created_at": day(1), field: plain}),
        )
        .migrate()
}

/// A conversation of lead generation, of a lead without anything, with some fields.
pub(super) fn conversation_with(mut fields: Plain) -> V3 {
    let entries = fields.as_object_mut().expect("an object");
    entries.entry("lead_id").or_insert(json!("L"));
    entries.entry("created_at").or_insert(day(2));
    V2::default()
        .with("leads", "L", json!({"created_at": day(1)}))
        .with("conversations", "conv-0001", fields)
        .migrate()
}

/// A case of a customer with some fields.
pub(super) fn case_with(mut fields: Plain) -> V3 {
    let entries = fields.as_object_mut().expect("an object");
    entries
        .entry("customerId")
        .or_insert(json!("202511-000009"));
    entries.entry("createdAt").or_insert(day(2));
    V2::default().with("cases", "case-0001", fields).migrate()
}
