//! Cutting a collection into ranges that are read side by side.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Deserialize;
use sunset_core::document::ResourceName;
use sunset_core::error::{Error, ErrorKind, Result};

use super::client::Client;
use super::query::{self, Range};

/// Answers to one question after which something is wrong with the server.
const PAGES: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    partitions: Vec<Cursor>,
    #[serde(default)]
    next_page_token: String,
}

#[derive(Deserialize)]
struct Cursor {
    #[serde(default)]
    values: Vec<CursorValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CursorValue {
    #[serde(default)]
    reference_value: String,
}

/// Asks the server where to cut, as long as it knows how.
#[derive(Debug, Default)]
pub(super) struct Cutter {
    unable: AtomicBool,
}

impl Cutter {
    /// Ranges that together are the whole collection; one where the server does not cut.
    ///
    /// # Errors
    /// Those of reading at all.
    pub async fn ranges(
        &self,
        client: &Client,
        collection: &str,
        parts: usize,
        read_time: &str,
    ) -> Result<Vec<Range>> {
        let whole = vec![Range::default()];
        if parts < 2 || self.unable.load(Ordering::Relaxed) {
            return Ok(whole);
        }
        let mut cursors = Vec::new();
        let mut page = String::new();
        for _ in 0..PAGES {
            let token = (!page.is_empty()).then_some(page.as_str());
            let body = query::partitions(collection, parts, token, read_time);
            let bytes = match client.call("partitionQuery", &body).await {
                Ok(bytes) => bytes,
                // What keeps from reading would keep the queries from reading too.
                Err(error) if error.kind() == ErrorKind::Denied => return Err(error),
                Err(error) => {
                    // Emulators do not cut. Nothing is lost but time.
                    tracing::debug!(error = %error, "one stream a collection");
                    self.unable.store(true, Ordering::Relaxed);
                    return Ok(whole);
                }
            };
            let answer: Answer = serde_json::from_slice(&bytes).map_err(|cause| {
                Error::new(
                    ErrorKind::Malformed,
                    "Firestore's partitions cannot be read",
                )
                .cause(cause)
            })?;
            let names = answer.partitions.into_iter().filter_map(|cursor| {
                let value = cursor.values.into_iter().next()?;
                Some(value.reference_value)
            });
            cursors.extend(names.filter(|name| is_root_of(name, collection)));
            page = answer.next_page_token;
            if page.is_empty() {
                break;
            }
        }
        Ok(between(cursors))
    }
}

/// A collection group has members under other documents; cuts there are none of this collection.
fn is_root_of(name: &str, collection: &str) -> bool {
    ResourceName::parse(name)
        .ok()
        .and_then(|name| name.root_document())
        .is_some_and(|(found, _)| found == collection)
}

/// The ranges between cursors, which come in any order.
fn between(mut cursors: Vec<String>) -> Vec<Range> {
    // Numbers sort before names, and by value. A wrong order would lose what lies between.
    cursors.sort_by(|a, b| order(a).cmp(&order(b)));
    cursors.dedup();
    let from = std::iter::once(None).chain(cursors.iter().cloned().map(Some));
    let to = cursors
        .iter()
        .cloned()
        .map(Some)
        .chain(std::iter::once(None));
    from.zip(to).map(|(from, to)| Range { from, to }).collect()
}

/// What documents of one collection are ordered by.
fn order(name: &str) -> (bool, i64, &[u8]) {
    let id = name.rsplit_once('/').map_or(name, |(_, id)| id);
    let number = id
        .strip_prefix("__id")
        .and_then(|rest| rest.strip_suffix("__"))
        .and_then(|digits| digits.parse().ok());
    match number {
        Some(number) => (false, number, &[]),
        None => (true, 0, id.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(id: &str) -> String {
        format!("projects/p/databases/(default)/documents/cases/{id}")
    }

    #[test]
    fn ranges_meet_and_leave_nothing_out() {
        let ids = ["b", "__id10__", "a", "é", "__id9__", "b"];
        let ranges = between(ids.iter().map(|id| name(id)).collect());
        let cuts: Vec<_> = ranges.iter().map(|range| range.from.clone()).collect();
        let sorted = ["__id9__", "__id10__", "a", "b", "é"].map(|id| Some(name(id)));
        assert_eq!(cuts[0], None);
        assert_eq!(cuts[1..], sorted);
        for (one, next) in ranges.iter().zip(&ranges[1..]) {
            assert_eq!(one.to, next.from);
        }
        assert_eq!(ranges.last().expect("some").to, None);
        assert_eq!(between(vec![]), [Range::default()]);
    }

    #[test]
    fn cuts_elsewhere_are_none() {
        assert!(is_root_of(&name("a"), "cases"));
        assert!(!is_root_of(&name("a"), "leads"));
        assert!(!is_root_of(&name("a/cases/b"), "cases"));
        assert!(!is_root_of("", "cases"));
    }
}
