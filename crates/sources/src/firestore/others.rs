//! What the database holds beside the planned collections: other root collections, and what
//! stands below planned documents.

use std::collections::BTreeSet;

use serde::Deserialize;
use sunset_core::document::ResourceName;
use sunset_core::error::{Error, ErrorKind, Result};

use super::client::Client;
use super::pace::Pace;
use super::query::{self, From, Page, Range};

/// Names of a page.
const PAGE: u32 = 1_000;
/// Names that are looked at a collection: looking costs a read each.
pub(super) const LOOKED_AT: u32 = 50_000;
/// Answers to one question after which something is wrong with the server.
const ANSWERS: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    collection_ids: Vec<String>,
    #[serde(default)]
    next_page_token: String,
}

/// The ids of the root collections.
pub(super) async fn roots(client: &Client, read_time: &str) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut page = String::new();
    for _ in 0..ANSWERS {
        let token = (!page.is_empty()).then_some(page.as_str());
        let body = query::collection_ids(token, read_time);
        let bytes = client.call("listCollectionIds", &body).await?;
        let answer: Answer = serde_json::from_slice(&bytes).map_err(|cause| {
            Error::new(
                ErrorKind::Malformed,
                "Firestore's collections cannot be read",
            )
            .cause(cause)
        })?;
        found.extend(answer.collection_ids);
        page = answer.next_page_token;
        if page.is_empty() {
            break;
        }
    }
    Ok(found)
}

/// `cases/*/comments` and the like below the documents of a root collection, also below
/// documents that do not exist themselves.
pub(super) async fn below(
    client: &Client,
    pace: &Pace,
    collection: &str,
    read_time: &str,
) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    // The first name that a document of the collection can have; there is no last one.
    let range = Range {
        from: Some(format!("{}/{collection}/__id{}__", client.root(), i64::MIN)),
        to: None,
    };
    let mut after: Option<String> = None;
    let mut seen = 0;
    while seen < LOOKED_AT {
        let limit = pace.page(PAGE);
        pace.ask(limit).await;
        let body = Page {
            from: From::Everything,
            range: &range,
            after: after.as_deref(),
            limit,
            names_only: true,
            read_time,
        }
        .body();
        let elements = client.query(&body).await?;
        let names = elements
            .into_iter()
            .filter_map(|element| element.document?.name);
        let before = seen;
        for name in names {
            seen += 1;
            let path = ResourceName::parse(&name)?.path;
            let mut kinds = path.split('/').step_by(2);
            if kinds.next() != Some(collection) {
                return Ok(found);
            }
            if path.split('/').count() > 2 {
                let kinds: Vec<&str> = path.split('/').step_by(2).collect();
                found.insert(kinds.join("/*/"));
            }
            after = Some(name);
        }
        pace.came(limit, seen - before).await;
        if seen - before < limit {
            return Ok(found);
        }
    }
    found.insert(format!(
        "{collection}/*/… (only the first {LOOKED_AT} documents were looked at)"
    ));
    Ok(found)
}
