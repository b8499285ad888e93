//! How large documents are, as Firestore counts them for its limit of 1 MiB and for its bill.

use crate::document::Document;
use crate::value::{Map, Value};

/// The size of a document in bytes, its name included.
pub fn document_size(document: &Document) -> u64 {
    let path = document
        .name
        .split_once("/documents/")
        .map_or(document.name.as_str(), |(_, path)| path);
    32 + name_size(path) + map_size(&document.fields)
}

fn text_size(text: &str) -> u64 {
    text.len() as u64 + 1
}

/// A name: the texts of its steps, and 16 bytes.
fn name_size(path: &str) -> u64 {
    16 + path.split('/').map(text_size).sum::<u64>()
}

fn map_size(map: &Map) -> u64 {
    map.iter()
        .map(|(key, value)| text_size(key) + value_size(value))
        .sum()
}

fn value_size(value: &Value) -> u64 {
    match value {
        Value::Null | Value::Boolean(_) => 1,
        Value::Integer(_) | Value::Double(_) | Value::Timestamp(_) => 8,
        Value::GeoPoint { .. } => 16,
        Value::Text(text) => text_size(text),
        Value::Bytes(bytes) => bytes.len() as u64,
        Value::Reference(name) => name_size(
            name.split_once("/documents/")
                .map_or(name.as_str(), |(_, path)| path),
        ),
        Value::Array(items) => items.iter().map(value_size).sum(),
        Value::Map(map) => map_size(map),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_documentation_has_its_size() {
        // users/jeff/tasks/my_task_id with type "Personal", done false, priority 1 and
        // description "Learn Cloud Firestore": 48 + 95 + … as Google counts it.
        let document = Document {
            collection: "tasks".into(),
            id: "my_task_id".into(),
            name: "projects/p/databases/(default)/documents/users/jeff/tasks/my_task_id".into(),
            fields: [
                ("type".to_owned(), Value::Text("Personal".into())),
                ("done".to_owned(), Value::Boolean(false)),
                ("priority".to_owned(), Value::Integer(1)),
                (
                    "description".to_owned(),
                    Value::Text("Learn Cloud Firestore".into()),
                ),
            ]
            .into_iter()
            .collect(),
            create_time: None,
            update_time: None,
        };
        assert_eq!(document_size(&document), 44 + 71 + 32);
    }
}
