//! The same V2 data gives the same V3 rows, whatever the order in which documents arrive.

use serde_json::json;

use super::{V2, day};

#[test]
fn the_order_of_arrival_changes_nothing() {
    let mut v2 = V2::default();
    for index in 0..40_u8 {
        let d = index % 5 + 1;
        let id = format!("d{index:02}");
        v2 = v2
            .with("leads", &id, json!({"created_at": day(d), "customer_number": (index % 3 == 0).then(|| format!("N{}", index % 4))}))
            .with("conversations", &id, json!({"lead_id": format!("d{:02}", index % 7), "created_at": day(d), "analysis": {"store_name": id, "meddic_score": 5}}))
            .with("sales_cases", &id, json!({"lead_id": "d01", "created_at": day(d), "case_number": format!("K{}", index % 6)}))
            .with("cases", &format!("c{index}"), json!({"customerId": format!("N{}", index % 8), "customerName": id, "createdAt": day(d), "caseId": format!("K{}", index % 9)}))
            .with("meddic_analyses", &id, json!({"conversation_id": format!("c{}", index % 11)}));
    }
    let forward = v2.clone().migrate();
    let backward = v2.reversed().migrate();
    assert_eq!(forward.items.len(), backward.items.len());
    for (key, item) in &forward.items {
        assert_eq!(Some(item), backward.items.get(key), "{key:?}");
    }
    let numbers = |column: &str, table: &str| {
        let rows = forward.items.values().flat_map(|item| &item.rows);
        let cells = rows
            .filter(|row| row.shape.table == table)
            .filter_map(
                |row| match &row.cells[row.shape.position(column).unwrap()] {
                    crate::row::Cell::Text(text) => Some(text.clone()),
                    _ => None,
                },
            );
        cells.collect::<Vec<_>>()
    };
    for (table, column) in [
        ("opportunities", "customer_number"),
        ("conversations", "case_number"),
    ] {
        let all = numbers(column, table);
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(all.len(), distinct.len(), "{table}.{column} is unique");
    }
}

#[test]
fn a_document_that_comes_again_behind_another_of_its_id_counts_once() {
    let score = |score: u8| json!({"created_at": day(1), "customer_number": "N1", "score": score});
    let v3 = V2::default()
        .with("leads", "a", score(1))
        .with("leads", "a", score(2))
        .with("leads", "a", score(1))
        .migrate();
    assert_eq!(v3.items.len(), 1);
    assert_eq!(v3.repeated, 2);
}

#[test]
fn two_documents_of_different_databases_are_no_repeats_though_they_have_one_id() {
    let of = |database: &str, score: u8, updated: &str| {
        let fields = json!({"created_at": day(1), "customer_number": "N1", "score": score});
        let mut lead = super::document("leads", "a", &fields);
        lead.name = format!("projects/{database}/documents/leads/a");
        lead.update_time = crate::instant::Instant::parse_rfc3339(updated, false);
        lead
    };
    // The one that was changed last is of the database with fewer documents.
    let v2 = V2::default()
        .with_document(of("zoo/databases/(default)", 1, "2025-01-16T00:00:00Z"))
        .with_document(of("other/databases/d", 8, "2025-02-01T00:00:00Z"))
        .with_document(of("zoo/databases/(default)", 2, "2025-01-17T00:00:00Z"))
        .with_document(of("other/databases/d", 8, "2025-02-01T00:00:00Z"))
        .with_document(super::document(
            "leads",
            "b",
            &json!({"created_at": day(1)}),
        ))
        .with_document(of("zoo/databases/(default)", 2, "2025-01-17T00:00:00Z"));
    let (forward, backward) = (v2.clone().migrate(), v2.reversed().migrate());
    assert_eq!(forward.items, backward.items);
    assert_eq!(forward.items.len(), 3);
    assert_eq!(forward.repeated, 3);
    let tally = forward.resolution.tally("leads");
    assert_eq!((tally.read, tally.repeated), (6, 3));
    assert_eq!(forward.opportunity("a", "opportunity_score"), json!(2));
    let stranger = "projects/other/databases/d/documents/leads/a";
    let key = super::key("leads", stranger);
    let quarantine = forward.items[&key].quarantine.as_ref().expect("kept");
    assert_eq!(quarantine.reason, "bad_document");
    assert!(
        quarantine
            .detail
            .contains("projects/zoo/databases/(default)"),
        "{}",
        quarantine.detail
    );
    let raw = String::from_utf8_lossy(&quarantine.raw);
    assert!(raw.contains("\"8\""), "{raw}");
    assert!(forward.resolution.knows(&key));
    assert!(
        !forward
            .resolution
            .knows(&super::key("leads", &stranger.replace("/a", "/b")))
    );
    let mut databases = forward.resolution.databases();
    databases.sort();
    assert_eq!(
        databases[2],
        ("projects/zoo/databases/(default)".to_owned(), 3)
    );
}

#[test]
fn a_share_that_is_damaged_is_refused() {
    use crate::error::ErrorKind;
    use crate::plans::DocumentPlan as _;

    let mut survey = super::SalesAi.survey("owner");
    let case = json!({"customerId": "N1", "caseId": "K1", "createdAt": day(1)});
    let document = super::document("cases", "c1", &case);
    survey.see(document).expect("room");
    let share = survey.share();
    for end in 1..share.len() {
        let cut = super::SalesAi.survey("owner").absorb(&share[..end]);
        assert_eq!(
            cut.expect_err("cut off").kind(),
            ErrorKind::Malformed,
            "{end}"
        );
    }
    // More notes than there are bytes, and a number that is too large.
    for wrong in [&[0, 0, 0xff, 0xff, 0xff, 0x7f][..], &[0xff; 12]] {
        let wrong = super::SalesAi.survey("owner").absorb(wrong);
        assert_eq!(wrong.expect_err("wrong").kind(), ErrorKind::Malformed);
    }
}
