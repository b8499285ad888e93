//! The queries that are sent.

use serde_json::{Value as Json, json};

/// Documents behind `after` (or from `from` on) and before `to`; names as in `referenceValue`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Range {
    /// The first name that is meant; it need not exist.
    pub from: Option<String>,
    /// The first name that is not meant any more.
    pub to: Option<String>,
}

/// What is selected from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From<'a> {
    /// A root collection.
    Collection(&'a str),
    /// All documents, however deep.
    Everything,
}

fn from(from: From<'_>) -> Json {
    match from {
        From::Collection(id) => json!([{ "collectionId": id }]),
        From::Everything => json!([{ "allDescendants": true }]),
    }
}

fn by_name() -> Json {
    json!([{ "field": { "fieldPath": "__name__" }, "direction": "ASCENDING" }])
}

fn cursor(name: &str, before: bool) -> Json {
    json!({ "values": [{ "referenceValue": name }], "before": before })
}

/// One page: at most `limit` documents of the range behind `after`, in order of their names.
pub(super) struct Page<'a> {
    pub from: From<'a>,
    pub range: &'a Range,
    pub after: Option<&'a str>,
    pub limit: u32,
    pub names_only: bool,
    pub read_time: &'a str,
}

impl Page<'_> {
    pub fn body(&self) -> String {
        let mut query = json!({
            "from": from(self.from),
            "orderBy": by_name(),
            "limit": self.limit,
        });
        if self.names_only {
            query["select"] = json!({ "fields": [{ "fieldPath": "__name__" }] });
        }
        match (self.after, &self.range.from) {
            // The document may be gone by now; a cursor does not mind.
            (Some(after), _) => query["startAt"] = cursor(after, false),
            (None, Some(first)) => query["startAt"] = cursor(first, true),
            (None, None) => {}
        }
        if let Some(to) = &self.range.to {
            query["endAt"] = cursor(to, true);
        }
        json!({ "structuredQuery": query, "readTime": self.read_time }).to_string()
    }
}

/// How many documents a root collection has, counted up to `at_most`.
pub(super) fn count(collection: &str, at_most: Option<u32>, read_time: &str) -> String {
    let mut count = json!({});
    if let Some(at_most) = at_most {
        count["upTo"] = at_most.to_string().into();
    }
    let query = json!({
        "structuredQuery": { "from": from(From::Collection(collection)) },
        "aggregations": [{ "alias": "documents", "count": count }],
    });
    json!({ "structuredAggregationQuery": query, "readTime": read_time }).to_string()
}

/// A query that finds nothing, and says as of when.
pub(super) fn probe(read_time: Option<&str>) -> String {
    let query = json!({
        "from": [{ "collectionId": "sunset-probe" }],
        "select": { "fields": [{ "fieldPath": "__name__" }] },
        "limit": 1,
    });
    let mut body = json!({ "structuredQuery": query });
    if let Some(read_time) = read_time {
        body["readTime"] = read_time.into();
    }
    body.to_string()
}

/// Where to cut a collection into `parts`.
pub(super) fn partitions(
    collection: &str,
    parts: usize,
    page: Option<&str>,
    read_time: &str,
) -> String {
    let query = json!({
        "from": [{ "collectionId": collection, "allDescendants": true }],
        "orderBy": by_name(),
    });
    let mut body = json!({
        "structuredQuery": query,
        "partitionCount": parts.saturating_sub(1).to_string(),
        "readTime": read_time,
    });
    if let Some(page) = page {
        body["pageToken"] = page.into();
    }
    body.to_string()
}

/// The ids of the root collections.
pub(super) fn collection_ids(page: Option<&str>, read_time: &str) -> String {
    let mut body = json!({ "pageSize": 300, "readTime": read_time });
    if let Some(page) = page {
        body["pageToken"] = page.into();
    }
    body.to_string()
}
