//! Documents in memory, cut into slices of a few.

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use sunset_core::document::{BadDocument, Delivery};
use sunset_core::error::Result;
use sunset_core::ports::documents::{DocumentSource, Slice, Snapshot};
use sunset_core::rest;

/// Deliveries by collection, in order.
#[derive(Debug, Clone, Default)]
pub struct MemoryDocuments {
    deliveries: Vec<(String, Delivery)>,
}

impl MemoryDocuments {
    /// Adds the lines of a file, as `file://` would deliver them.
    pub fn add(&mut self, collection: &str, lines: &[u8]) {
        let lines = lines.split(|byte| *byte == b'\n');
        for (number, line) in lines.filter(|line| !line.is_empty()).enumerate() {
            let delivery = match rest::decode_document(line) {
                Ok(document) if document.collection == collection => Delivery::Document(document),
                decoded => Delivery::Bad(BadDocument {
                    collection: collection.to_owned(),
                    id: None,
                    place: format!("{collection}.ndjson:{}", number + 1),
                    bytes: line.to_vec(),
                    why: decoded.map_or_else(|error| error.to_string(), |_| "elsewhere".into()),
                    breaks_off: false,
                }),
            };
            self.deliveries.push((collection.to_owned(), delivery));
        }
    }

    fn of(&self, collections: &[&str]) -> Vec<Delivery> {
        self.deliveries
            .iter()
            .filter(|(collection, _)| collections.contains(&collection.as_str()))
            .map(|(_, delivery)| delivery.clone())
            .collect()
    }
}

fn stream(deliveries: &[Delivery]) -> BoxStream<'static, Result<Vec<Delivery>>> {
    let chunks: Vec<_> = deliveries
        .chunks(4)
        .map(|chunk| Ok(chunk.to_vec()))
        .collect();
    // A source is waited for.
    let waited = futures::stream::iter(chunks).then(|chunk| async {
        tokio::task::yield_now().await;
        chunk
    });
    waited.boxed()
}

#[async_trait]
impl DocumentSource for MemoryDocuments {
    async fn open(&self) -> Result<Snapshot> {
        Ok(Snapshot {
            source: "memory://".into(),
            read_time: None,
        })
    }

    fn read(&self, collections: &[&str]) -> BoxStream<'static, Result<Vec<Delivery>>> {
        stream(&self.of(collections))
    }

    fn cuts_unread(&self) -> bool {
        true
    }

    /// `bytes` counts deliveries here.
    async fn slices(&self, collections: &[&str], bytes: u64) -> Result<Vec<Slice>> {
        let count = self.of(collections).len();
        let step = usize::try_from(bytes.max(1)).unwrap_or(usize::MAX);
        let from = (0..count).step_by(step);
        Ok(from
            .map(|from| Slice {
                within: Some(format!("{from}+{step}")),
                ..Slice::whole(collections)
            })
            .collect())
    }

    fn read_slice(&self, slice: &Slice) -> BoxStream<'static, Result<Vec<Delivery>>> {
        let all = self.of(&slice.names());
        let within = slice
            .within
            .as_deref()
            .and_then(|within| within.split_once('+'));
        let number = |text: &str| text.parse::<usize>().unwrap_or_default();
        let (from, step) =
            within.map_or((0, all.len()), |(from, step)| (number(from), number(step)));
        let part: Vec<Delivery> = all.into_iter().skip(from).take(step).collect();
        stream(&part)
    }

    async fn collections(&self) -> Result<Vec<String>> {
        self.not_planned(&[]).await
    }

    async fn not_planned(&self, planned: &[&str]) -> Result<Vec<String>> {
        let names = self
            .deliveries
            .iter()
            .map(|(collection, _)| collection.clone());
        let names: std::collections::BTreeSet<String> = names.collect();
        let unplanned = |name: &String| !planned.contains(&name.as_str());
        Ok(names.into_iter().filter(unplanned).collect())
    }
}
