//! Documents on an equal basis have equal items: what an earlier run settled on it need not be
//! mapped again.

use proptest::prelude::*;
use serde_json::{Value as Plain, json};

use super::{V2, V3, day, key};

/// A document of a small world, in which ids, numbers and relations meet all the time.
fn documents() -> impl Strategy<Value = Vec<(&'static str, String, Plain)>> {
    let collections = [
        "leads",
        "conversations",
        "sales_cases",
        "cases",
        "meddic_analyses",
    ];
    let small = || 0..5_u8;
    let document = (
        (prop::sample::select(collections.to_vec()), small()),
        (small(), small(), small(), small()),
        any::<(bool, bool)>(),
    );
    prop::collection::vec(document, 1..25).prop_map(|documents| {
        let made = documents.into_iter().map(|((collection, id), (a, b, c, d), (e, f))| {
            let time = day(a + 1);
            let fields = match collection {
                "leads" => json!({
                    "created_at": time, "customer_number": e.then(|| format!("N{b}")),
                    "company_name": format!("shop {c}"),
                }),
                "conversations" | "sales_cases" => json!({
                    "created_at": time, "lead_id": format!("d{b}"),
                    "case_number": e.then(|| format!("K{c}")),
                    "analysis": f.then(|| json!({"store_name": format!("store {d}"), "meddic_score": d})),
                }),
                "cases" => json!({
                    "createdAt": time, "customerId": e.then(|| format!("N{b}")),
                    "caseId": format!("K{c}"), "customerName": format!("name {d}"),
                    "customerPhone": f.then_some("1"), "sourceType": f.then_some("slack"),
                    "analysis": json!({"meddic": {"score": d}}),
                }),
                _ => json!({"conversation_id": e.then(|| format!("d{b}")), "overall_score": c}),
            };
            (collection, format!("d{id}"), fields)
        });
        made.collect()
    })
}

fn migrate(documents: &[(&'static str, String, Plain)]) -> V3 {
    let with = |v2: V2, (collection, id, fields): &(&'static str, String, Plain)| {
        v2.with(collection, id, fields.clone())
    };
    documents.iter().fold(V2::default(), with).migrate()
}

proptest! {
    #[test]
    fn equal_bases_have_equal_items(one in documents(), other in documents(), cut in 0..25_usize) {
        // Most of the second world is the first one.
        let cut = cut.min(one.len());
        let other: Vec<_> = one[..cut].iter().chain(&other[..1]).cloned().collect();
        let (one, other) = (migrate(&one), migrate(&other));
        for (key, item) in &one.items {
            if key.collection.contains('#') {
                prop_assert_eq!(item.basis, None);
                continue;
            }
            prop_assert!(item.basis.is_some());
            prop_assert_eq!(item.basis, one.resolution.basis(key));
            if let Some(again) = other.items.get(key)
                && again.basis == item.basis
            {
                prop_assert_eq!(again, item);
            }
        }
    }
}

fn lead_and_conversation(store: &str) -> V2 {
    V2::default()
        .with(
            "leads",
            "a",
            json!({"created_at": day(1), "customer_number": "N1"}),
        )
        .with(
            "leads",
            "b",
            json!({"created_at": day(1), "customer_number": "N2"}),
        )
        .with(
            "conversations",
            "c",
            json!({"lead_id": "a", "created_at": day(2), "analysis": {"store_name": store}}),
        )
}

#[test]
fn what_others_say_about_a_document_is_part_of_its_basis() {
    let before = lead_and_conversation("one").migrate();
    let again = lead_and_conversation("one").migrate();
    let after = lead_and_conversation("two").migrate();
    let basis = |v3: &V3, collection, id| v3.resolution.basis(&key(collection, id));
    for (collection, id) in [("leads", "a"), ("leads", "b"), ("conversations", "c")] {
        assert!(basis(&before, collection, id).is_some());
        assert_eq!(
            basis(&before, collection, id),
            basis(&again, collection, id)
        );
    }
    // The lead's own document is the same, and its row takes the store's name.
    assert_ne!(basis(&before, "leads", "a"), basis(&after, "leads", "a"));
    assert_eq!(basis(&before, "leads", "b"), basis(&after, "leads", "b"));
    assert_eq!(basis(&before, "leads", "z"), None);
}
