//! What a healthy server answers.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::order::SortKey;
use super::{Documents, READ_TIME};

/// The elements of the array: documents, and at the end a bare time.
pub(super) fn run_query(documents: &Documents, body: &Json) -> Vec<Json> {
    let query = &body["structuredQuery"];
    let read_time = body["readTime"].as_str().unwrap_or(READ_TIME);
    let from = &query["from"][0];
    let collection = from["collectionId"].as_str();
    let names_only = query["select"].is_object();
    let limit = query["limit"].as_u64().unwrap_or(u64::MAX);
    let mut elements = vec![json!({ "transaction": "" })];
    let found = documents
        .iter()
        .filter(|(key, _)| collection.is_none_or(|name| key.is_in(name)))
        .filter(|(key, _)| within(key, query))
        .take(usize::try_from(limit).unwrap_or(usize::MAX));
    for (_, document) in found {
        let mut document = document.clone();
        if names_only && let Some(document) = document.as_object_mut() {
            document.remove("fields");
        }
        elements.push(json!({ "document": document, "readTime": read_time }));
    }
    elements.push(json!({ "readTime": read_time }));
    elements
}

/// How many whole documents a query gives.
pub(super) fn delivered(documents: &Documents, body: &Json) -> u64 {
    if body["structuredQuery"]["select"].is_object() {
        return 0;
    }
    let elements = run_query(documents, body);
    let whole = elements
        .iter()
        .filter(|element| element["document"].is_object());
    whole.count() as u64
}

fn cursor(cursor: &Json) -> Option<(SortKey, bool)> {
    let name = cursor["values"][0]["referenceValue"].as_str()?;
    let before = cursor["before"].as_bool().unwrap_or(false);
    Some((SortKey::of(name), before))
}

fn within(key: &SortKey, query: &Json) -> bool {
    let started = cursor(&query["startAt"])
        .is_none_or(|(start, before)| *key > start || (before && *key == start));
    // An end that lies before a document excludes it.
    let ended =
        cursor(&query["endAt"]).is_some_and(|(end, before)| *key > end || (before && *key == end));
    started && !ended
}

/// How many documents a collection has, up to where it is to be counted.
pub(super) fn count(documents: &Documents, body: &Json) -> Json {
    let query = &body["structuredAggregationQuery"];
    let from = &query["structuredQuery"]["from"][0];
    let collection = from["collectionId"].as_str().unwrap_or_default();
    let asked = &query["aggregations"][0];
    let up_to = asked["count"]["upTo"]
        .as_str()
        .and_then(|text| text.parse().ok());
    let all = documents.keys().filter(|key| key.is_in(collection));
    let count = all.take(up_to.unwrap_or(usize::MAX)).count();
    let alias = asked["alias"].as_str().unwrap_or("field_1");
    let read_time = body["readTime"].as_str().unwrap_or(READ_TIME);
    json!([{
        "result": { "aggregateFields": { alias: { "integerValue": count.to_string() } } },
        "readTime": read_time,
    }])
}

/// As many cuts as were asked for, not in order, and one of another collection of that name.
pub(super) fn partitions(documents: &Documents, body: &Json) -> Json {
    let collection = body["structuredQuery"]["from"][0]["collectionId"]
        .as_str()
        .unwrap_or_default();
    let wanted: usize = body["partitionCount"]
        .as_str()
        .and_then(|count| count.parse().ok())
        .unwrap_or(0);
    let names: Vec<&Json> = documents
        .iter()
        .filter(|(key, _)| key.is_in(collection))
        .map(|(_, document)| &document["name"])
        .collect();
    let step = (names.len() / (wanted + 1)).max(1);
    let mut cursors: Vec<Json> = names
        .iter()
        .skip(step)
        .step_by(step)
        .take(wanted)
        .map(|name| json!({ "values": [{ "referenceValue": name }] }))
        .collect();
    cursors.reverse();
    let nested = format!("projects/p/databases/(default)/documents/a/b/{collection}/c");
    cursors.push(json!({ "values": [{ "referenceValue": nested }] }));
    json!({ "partitions": cursors })
}

/// The root collections.
pub(super) fn collection_ids(documents: &Documents) -> Json {
    let ids: BTreeSet<String> = documents
        .keys()
        .map(|key| String::from_utf8_lossy(key.collection()).into_owned())
        .collect();
    json!({ "collectionIds": ids })
}
