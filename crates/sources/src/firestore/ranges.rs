//! Cutting a collection into ranges that are read side by side.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde::Deserialize;
use sunset_core::document::ResourceName;
use sunset_core::error::{Error, ErrorKind, Result};

use super::ReadOptions;
use super::client::Client;
use super::ids::{self, Ids};
use super::query::{self, From, Page, Range};

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

/// Finds out where to cut, once a collection.
#[derive(Debug, Default)]
pub(super) struct Cutter {
    /// The server does not cut.
    unable: AtomicBool,
    known: Mutex<HashMap<String, Vec<Range>>>,
}

impl Cutter {
    /// Ranges that together are the whole collection; one where it is not worth cutting.
    ///
    /// # Errors
    /// Those of reading at all.
    pub async fn ranges(
        &self,
        client: &Client,
        collection: &str,
        options: ReadOptions,
        read_time: &str,
    ) -> Result<Vec<Range>> {
        if options.streams < 2 {
            return Ok(vec![Range::default()]);
        }
        let known = self.known().get(collection).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let (parts, page) = (options.streams, Some(options.first_page));
        let place = Place {
            client,
            collection,
            read_time,
        };
        let ranges = self.divide(&place, parts, page).await?;
        self.known().insert(collection.to_owned(), ranges.clone());
        Ok(ranges)
    }

    /// About `parts` ranges that together are the whole collection.
    ///
    /// # Errors
    /// As [`Cutter::ranges`].
    pub async fn cut(
        &self,
        client: &Client,
        collection: &str,
        parts: usize,
        read_time: &str,
    ) -> Result<Vec<Range>> {
        let place = Place {
            client,
            collection,
            read_time,
        };
        if parts < 2 {
            return Ok(vec![Range::default()]);
        }
        self.divide(&place, parts, None).await
    }

    async fn divide(
        &self,
        place: &Place<'_>,
        parts: usize,
        page: Option<u32>,
    ) -> Result<Vec<Range>> {
        let cuts = match self.cuts(place, parts, page).await {
            Ok(cuts) => cuts,
            // What keeps from asking would keep from reading too.
            Err(error) if matches!(error.kind(), ErrorKind::Denied | ErrorKind::Conflict) => {
                return Err(error);
            }
            Err(error) => {
                // Nothing is lost but time.
                let collection = place.collection;
                tracing::debug!(error = %error, collection, "one stream");
                Vec::new()
            }
        };
        Ok(between(cuts))
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Vec<Range>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Names to cut at; none, where one page holds everything.
    async fn cuts(
        &self,
        place: &Place<'_>,
        parts: usize,
        page: Option<u32>,
    ) -> Result<Vec<String>> {
        if !self.unable.load(Ordering::Relaxed) {
            match place.partitions(parts).await {
                Ok(cuts) => return Ok(cuts),
                Err(error) if matches!(error.kind(), ErrorKind::Denied | ErrorKind::Conflict) => {
                    return Err(error);
                }
                Err(error) => {
                    tracing::debug!(error = %error, "the server does not cut");
                    self.unable.store(true, Ordering::Relaxed);
                }
            }
        }
        if let Some(page) = page {
            let at_most = Some(page.saturating_add(1));
            let count = query::count(place.collection, at_most, place.read_time);
            if place.client.count(&count).await? <= u64::from(page) {
                return Ok(Vec::new());
            }
        }
        let ids = ids::cuts(place, parts).await?;
        Ok(ids.iter().map(|id| place.name(id)).collect())
    }
}

/// A collection as of one time.
struct Place<'a> {
    client: &'a Client,
    collection: &'a str,
    read_time: &'a str,
}

impl Place<'_> {
    fn name(&self, id: &str) -> String {
        format!("{}/{}/{id}", self.client.root(), self.collection)
    }

    /// Where the server itself would cut.
    async fn partitions(&self, parts: usize) -> Result<Vec<String>> {
        let mut cursors = Vec::new();
        let mut page = String::new();
        for _ in 0..PAGES {
            let token = (!page.is_empty()).then_some(page.as_str());
            let body = query::partitions(self.collection, parts, token, self.read_time);
            let bytes = self.client.call("partitionQuery", &body).await?;
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
            cursors.extend(names.filter(|name| is_root_of(name, self.collection)));
            page = answer.next_page_token;
            if page.is_empty() {
                break;
            }
        }
        Ok(cursors)
    }
}

#[async_trait]
impl Ids for Place<'_> {
    async fn at_or_behind(&self, id: &str) -> Result<Option<String>> {
        let range = Range {
            from: Some(self.name(id)),
            to: None,
        };
        let body = Page {
            from: From::Collection(self.collection),
            range: &range,
            after: None,
            limit: 1,
            names_only: true,
            read_time: self.read_time,
        }
        .body();
        let elements = self.client.query(&body).await?;
        let name = elements
            .into_iter()
            .find_map(|element| element.document?.name);
        let id = name.as_deref().and_then(|name| name.rsplit('/').next());
        Ok(id.map(str::to_owned))
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
    ids::order(name.rsplit_once('/').map_or(name, |(_, id)| id))
}

/// Reads bytes as partitions.
#[cfg(test)]
pub(super) fn fuzz_answer(bytes: &[u8]) {
    if let Ok(answer) = serde_json::from_slice::<Answer>(bytes) {
        let names = answer.partitions.into_iter().filter_map(|cursor| {
            let value = cursor.values.into_iter().next()?;
            Some(value.reference_value)
        });
        let ranges = between(names.filter(|name| is_root_of(name, "cases")).collect());
        assert!(ranges.first().is_some_and(|range| range.from.is_none()));
        assert!(ranges.last().is_some_and(|range| range.to.is_none()));
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
