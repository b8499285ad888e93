//! A sample of documents: those whose keys have the smallest digests, which are always the same ones,
//! and spread over all collections as the documents are.

use std::collections::BTreeMap;

use sunset_core::digest::Digest;
use sunset_core::ports::rows::Item;

/// So many items at the most, and no more are held.
pub(super) struct Sample {
    size: usize,
    chosen: BTreeMap<Digest, Item>,
}

impl Sample {
    pub fn new(size: usize) -> Self {
        Self {
            size,
            chosen: BTreeMap::new(),
        }
    }

    /// Takes an item in, and gives the one that has no place (this one, or one that had).
    pub fn offer(&mut self, item: Item) -> Option<Item> {
        if item.quarantine.is_some() {
            return Some(item);
        }
        let parts = [item.key.collection.as_bytes(), item.key.id.as_bytes()];
        let replaced = self.chosen.insert(Digest::of_parts(parts), item);
        if replaced.is_some() || self.chosen.len() <= self.size {
            return replaced;
        }
        self.chosen.pop_last().map(|(_, item)| item)
    }

    pub fn into_batches(self, size: usize) -> impl Iterator<Item = Vec<Item>> {
        let mut items = self.chosen.into_values();
        std::iter::from_fn(move || {
            let batch: Vec<Item> = items.by_ref().take(size.max(1)).collect();
            (!batch.is_empty()).then_some(batch)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunset_core::ports::rows::ItemKey;

    fn item(id: u32) -> Item {
        let key = ItemKey {
            collection: "cases".into(),
            id: id.to_string(),
        };
        Item::new(key, Digest::of(b""), vec![], vec![], None, vec![])
    }

    fn chosen(order: impl Iterator<Item = u32>) -> (Vec<String>, usize) {
        let mut sample = Sample::new(10);
        let left = order.filter_map(|id| sample.offer(item(id))).count();
        let batches = sample.into_batches(4).collect::<Vec<_>>();
        assert!(batches.iter().all(|batch| batch.len() <= 4));
        let ids = batches.into_iter().flatten().map(|item| item.key.id);
        (ids.collect(), left)
    }

    #[test]
    fn the_order_of_documents_does_not_change_the_sample() {
        let (forward, left) = chosen(0..500);
        assert_eq!((forward.len(), left), (10, 490));
        assert_eq!(chosen((0..500).rev()).0, forward);
        assert_eq!(chosen(0..3).0.len(), 3);
    }
}
