//! Whose delivery counts, held against the plainest way to say it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::rest;

#[derive(Debug)]
struct Note(Head);

impl Noted for Note {
    fn head(&self) -> &Head {
        &self.0
    }
}

fn document(id: usize, database: usize, day: usize, content: usize) -> Document {
    let text = format!(
        r#"{{"name":"projects/p/databases/b{database}/documents/cases/d{id}",
        "fields":{{"n":{{"integerValue":"{content}"}}}},
        "createTime":"2025-01-01T00:00:00Z","updateTime":"2025-01-{:02}T00:00:00Z"}}"#,
        day + 1
    );
    rest::decode_document(text.as_bytes()).expect("a document")
}

fn settled_as_said(deliveries: &[Document]) {
    let mut texts = Texts::default();
    let mut shelf = Shelf::default();
    let mut many: BTreeMap<&str, u64> = BTreeMap::new();
    let mut of_ids: BTreeMap<&str, BTreeMap<&str, Vec<&Document>>> = BTreeMap::new();
    for document in deliveries {
        shelf.push(Note(Head::of(document, &mut texts).expect("room")));
        let database = database_of(&document.name);
        *many.entry(database).or_default() += 1;
        let of_id = of_ids.entry(&document.id).or_default();
        of_id.entry(database).or_default().push(document);
    }
    shelf.settle(&texts);
    let shelf = shelf.kept();

    let ids = shelf.notes.iter().map(|note| texts.get(note.id));
    assert!(ids.eq(of_ids.keys().copied()));
    let documents: usize = of_ids.values().map(BTreeMap::len).sum();
    let tally = shelf.tally();
    assert_eq!(tally.read, deliveries.len() as u64);
    assert_eq!(tally.repeated, (deliveries.len() - documents) as u64);
    for (place, (id, of_id)) in of_ids.iter().enumerate() {
        let databases = of_id.keys().copied();
        let instead = databases.min_by_key(|name| (Reverse(many[name]), *name));
        let instead = instead.expect("at least one");
        for (&database, deliveries) in of_id {
            // Of several greatest this is the last.
            let last = deliveries
                .iter()
                .max_by_key(|document| document.update_time);
            let last = *last.expect("at least one");
            let has_twins = deliveries.iter().filter(|other| **other == last).count() > 1;
            if database == instead {
                assert_eq!(shelf.has_twins(id), has_twins, "{id}");
            }
            for &document in deliveries {
                let digest = document.digest();
                let counting = shelf.counting(&texts, document, &digest);
                let counts = document == last && database == instead;
                assert_eq!(counting, counts.then_some(place), "{document:?}");
                let stranger = shelf.stranger(&texts, document, &digest);
                let said = stranger
                    .map(|stranger| (texts.databases().name(stranger.instead), stranger.has_twins));
                let is_stranger = document == last && database != instead;
                let expected = is_stranger.then_some((instead, has_twins));
                assert_eq!(said, expected, "{document:?}");
            }
        }
    }
}

proptest! {
    #[test]
    fn one_delivery_of_each_document_counts(
        deliveries in prop::collection::vec((0..12_usize, 0..3_usize, 0..3_usize, 0..3_usize), 0..80),
    ) {
        let documents: Vec<_> = deliveries
            .into_iter()
            .map(|(id, database, day, content)| document(id, database, day, content))
            .collect();
        settled_as_said(&documents);
    }
}

#[test]
fn one_delivery_of_each_of_many_documents_counts() {
    let deliveries: Vec<_> = (0..10_000)
        .map(|turn| {
            let id = turn * 7_919 % 8_999;
            document(id, usize::from(turn % 11 == 0), turn % 3, turn % 2)
        })
        .collect();
    settled_as_said(&deliveries);
}
