//! Reading a source to its end.

use std::path::PathBuf;

use futures::TryStreamExt;
use sunset_core::Result;
use sunset_core::document::{BadDocument, Delivery, Document};
use sunset_core::ports::documents::DocumentSource;

/// The collections of the sample.
pub(super) const COLLECTIONS: [&str; 5] = [
    "leads",
    "conversations",
    "sales_cases",
    "cases",
    "meddic_analyses",
];

/// What a source delivered.
#[derive(Debug, Default)]
pub(super) struct Delivered {
    pub(super) documents: Vec<Document>,
    pub(super) bad: Vec<BadDocument>,
}

/// Reads `collections`, and gives the documents in order of collection and id.
pub(super) async fn try_deliver(
    source: &dyn DocumentSource,
    collections: &[&str],
) -> Result<Delivered> {
    source.open().await?;
    let mut delivered = Delivered::default();
    let mut chunks = source.read(collections);
    while let Some(chunk) = chunks.try_next().await? {
        assert!(chunk.len() <= 1_000, "chunks stay small");
        for delivery in chunk {
            match delivery {
                Delivery::Document(document) => delivered.documents.push(document),
                Delivery::Bad(bad) => delivered.bad.push(bad),
            }
        }
    }
    delivered
        .documents
        .sort_by(|a, b| (&a.collection, &a.id).cmp(&(&b.collection, &b.id)));
    Ok(delivered)
}

/// As [`try_deliver`], of a source that can be read.
pub(super) async fn deliver(source: &dyn DocumentSource, collections: &[&str]) -> Delivered {
    try_deliver(source, collections)
        .await
        .expect("the source can be read")
}

/// A folder of the sample.
pub(super) fn sample(part: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../samples/sales-ai")
        .join(part)
}

/// The documents of the sample as REST JSON.
pub(super) fn sample_documents() -> Vec<serde_json::Value> {
    COLLECTIONS
        .iter()
        .flat_map(|collection| {
            let file = sample("firestore").join(format!("{collection}.ndjson"));
            let text = std::fs::read_to_string(file).expect("the sample");
            text.lines()
                .map(|line| serde_json::from_str(line).expect("JSON"))
                .collect::<Vec<_>>()
        })
        .collect()
}
