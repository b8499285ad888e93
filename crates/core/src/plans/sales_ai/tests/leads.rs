//! `leads` → opportunities.

use serde_json::json;

use super::{V2, day, lead_with};

const ID: &str = "lead-0001";

#[test]
fn the_customer_number_is_its_own_normalised() {
    let v3 = lead_with("customer_number", json!(" 202511\u{2013}122188\u{200b}"));
    assert_eq!(v3.opportunity(ID, "customer_number"), "202511-122188");
}

#[test]
fn without_a_customer_number_the_customer_id_serves() {
    let v3 = V2::default()
        .with(
            "leads",
            ID,
            json!({"customer_number": "\u{200b}", "customerId": "C－１", "created_at": day(1)}),
        )
        .migrate();
    assert_eq!(v3.opportunity(ID, "customer_number"), "C-1");
}

#[test]
fn without_either_a_number_is_assigned() {
    let v3 = lead_with("score", json!(1));
    assert_eq!(v3.opportunity(ID, "customer_number"), "202511-000001");
    assert_eq!(v3.item("leads", ID).assigned[0].number, "202511-000001");
}

#[test]
fn the_company_is_the_shop_of_the_latest_conversation_that_names_one() {
    let conversation = |d, name: &str| json!({"lead_id": ID, "created_at": day(d), "analysis": {"store_name": name}});
    let v3 = V2::default()
        .with(
            "leads",
            ID,
            json!({"email": "a@cafe.tw", "created_at": day(1)}),
        )
        .with("conversations", "a", conversation(3, "second"))
        .with("sales_cases", "b", conversation(4, "third"))
        .with("conversations", "c", conversation(2, "first"))
        .with(
            "conversations",
            "d",
            json!({"lead_id": ID, "created_at": day(9), "analysis": {"store_name": " "}}),
        )
        .migrate();
    assert_eq!(v3.opportunity(ID, "company_name"), "third");
}

#[test]
fn of_conversations_at_one_time_the_greater_id_is_the_latest() {
    let conversation =
        |name: &str| json!({"lead_id": ID, "created_at": day(3), "analysis": {"store_name": name}});
    let v3 = V2::default()
        .with("leads", ID, json!({"created_at": day(1)}))
        .with("conversations", "z", conversation("of z"))
        .with("conversations", "a", conversation("of a"))
        .migrate();
    assert_eq!(v3.opportunity(ID, "company_name"), "of z");
}

#[test]
fn else_the_company_is_the_first_label_of_the_address() {
    let v3 = lead_with("email", json!("boss@bistro4.com.tw"));
    assert_eq!(v3.opportunity(ID, "company_name"), "BISTRO4");
    assert_eq!(v3.opportunity(ID, "contact_email"), "boss@bistro4.com.tw");
}

#[test]
fn a_free_mail_address_names_no_company() {
    let v3 = lead_with("email", json!("owner@gmail.com"));
    assert_eq!(v3.opportunity(ID, "company_name"), "Company_lead-000");
}

#[test]
fn the_score_is_rounded_and_must_fit() {
    for (score, column, warnings) in [
        (json!(48.37), json!(48), vec![]),
        (json!(48.5), json!(49), vec![]),
        (json!(" 48.5 "), json!(49), vec!["coerced_number score"]),
        (
            json!(3_000_000_000_i64),
            json!(null),
            vec!["out_of_range score"],
        ),
        (
            json!({"$double": "NaN"}),
            json!(null),
            vec!["bad_number score"],
        ),
        (
            json!({"$double": "-inf"}),
            json!(null),
            vec!["bad_number score"],
        ),
        (json!("many"), json!(null), vec!["bad_number score"]),
        (json!([1]), json!(null), vec!["bad_number score"]),
        (json!(null), json!(null), vec![]),
    ] {
        let v3 = lead_with("score", score.clone());
        assert_eq!(v3.opportunity(ID, "opportunity_score"), column, "{score}");
        assert_eq!(v3.warnings("leads", ID), warnings, "{score}");
    }
}

#[test]
fn the_status_follows_its_list() {
    for (v2, v3_status) in [
        ("new", "new"),
        ("contacted", "contacted"),
        ("qualified", "qualified"),
        ("converted", "won"),
        ("lost", "lost"),
        (" CONVERTED\n", "won"),
    ] {
        let v3 = lead_with("status", json!(v2));
        assert_eq!(v3.opportunity(ID, "status"), v3_status);
        assert!(v3.warnings("leads", ID).is_empty());
    }
}

#[test]
fn an_absent_status_is_new_and_an_unknown_one_is_new_with_a_warning() {
    assert_eq!(
        lead_with("score", json!(1)).opportunity(ID, "status"),
        "new"
    );
    let v3 = lead_with("status", json!("archived"));
    assert_eq!(v3.opportunity(ID, "status"), "new");
    assert_eq!(v3.warnings("leads", ID), ["unknown_status status"]);
    assert_eq!(
        v3.opportunity(ID, "raw_form_data"),
        json!(null),
        "the warning holds it"
    );
}

#[test]
fn a_source_is_always_import_and_the_owner_the_given_one() {
    let v3 = lead_with("sourceType", json!("slack"));
    assert_eq!(v3.opportunity(ID, "source"), "import");
    assert_eq!(v3.opportunity(ID, "user_id"), "owner");
}

#[test]
fn times_are_read_in_their_four_forms() {
    for (time, column, warnings) in [
        (
            json!({"$time": "2025-11-03T02:15:00.123456789Z"}),
            "2025-11-03T02:15:00.123456",
            vec![],
        ),
        (
            json!("2025-11-03 10:15:00+08:00"),
            "2025-11-03T02:15:00",
            vec!["coerced_time created_at"],
        ),
        (
            json!("2025-11-03"),
            "2025-11-03T00:00:00",
            vec!["coerced_time created_at"],
        ),
        (
            json!(1_762_136_100),
            "2025-11-03T02:15:00",
            vec!["coerced_time created_at"],
        ),
        (
            json!(1_762_136_100_250_i64),
            "2025-11-03T02:15:00.25",
            vec!["coerced_time created_at"],
        ),
        (
            json!({"_seconds": 1_762_136_100, "_nanoseconds": 999}),
            "2025-11-03T02:15:00",
            vec!["coerced_time created_at"],
        ),
        (
            json!({"seconds": 1_762_136_100}),
            "2025-11-03T02:15:00",
            vec!["coerced_time created_at"],
        ),
    ] {
        let v3 = lead_with("created_at", time.clone());
        assert_eq!(v3.opportunity(ID, "created_at"), column, "{time}");
        assert_eq!(
            v3.opportunity(ID, "updated_at"),
            column,
            "no updated time: the created one"
        );
        assert_eq!(v3.warnings("leads", ID), warnings, "{time}");
    }
}

#[test]
fn without_a_usable_created_time_the_documents_own_counts() {
    let v3 = lead_with("created_at", json!("yesterday"));
    assert_eq!(v3.opportunity(ID, "created_at"), "2025-01-15T00:00:00");
    assert_eq!(v3.opportunity(ID, "updated_at"), "2025-01-15T00:00:00");
    assert_eq!(
        v3.warnings("leads", ID),
        ["bad_time created_at", "created_from_metadata created_at"]
    );
}

#[test]
fn of_two_leads_with_one_number_the_first_keeps_it() {
    let lead = |d| json!({"customer_number": "X", "created_at": day(d)});
    let v3 = V2::default()
        .with("leads", "a", lead(2))
        .with("leads", "b", lead(1))
        .with("leads", "c", lead(1))
        .migrate();
    assert_eq!(v3.reason("leads", "a"), Some("duplicate_customer_number"));
    assert_eq!(v3.reason("leads", "b"), None);
    assert_eq!(v3.reason("leads", "c"), Some("duplicate_customer_number"));
    assert!(v3.has_row("opportunities", "b"));
    assert!(!v3.has_row("opportunities", "c"));
}

#[test]
fn conversations_of_the_later_lead_are_reattached_and_do_not_name_the_first() {
    let lead = |d| json!({"customer_number": "X", "created_at": day(d)});
    let v3 = V2::default()
        .with("leads", "first", lead(1))
        .with("leads", "later", lead(2))
        .with(
            "conversations",
            "k",
            json!({"lead_id": "later", "created_at": day(3), "analysis": {"store_name": "S"}}),
        )
        .migrate();
    assert_eq!(v3.conversation("k", "opportunity_id"), "first");
    assert_eq!(v3.warnings("conversations", "k"), ["reattached lead_id"]);
    assert_eq!(v3.opportunity("first", "company_name"), "Company_first");
}

#[test]
fn only_the_delivery_that_was_written_last_counts() {
    let at = |update: &str, score: i64| {
        let mut document =
            super::document("leads", ID, &json!({"score": score, "created_at": day(1)}));
        document.update_time = crate::instant::Instant::parse_rfc3339(update, false);
        document
    };
    let v3 = V2::default()
        .with_document(at("2025-02-02T00:00:00Z", 2))
        .with_document(at("2025-02-03T00:00:00Z", 3))
        .with_document(at("2025-02-01T00:00:00Z", 1))
        .migrate();
    assert_eq!(v3.opportunity(ID, "opportunity_score"), 3);
    assert_eq!((v3.repeated, v3.resolution.tally("leads").repeated), (2, 2));
    let v3 = V2::default()
        .with_document(at("2025-02-02T00:00:00Z", 1))
        .with_document(at("2025-02-02T00:00:00Z", 2))
        .with_document(at("2025-02-02T00:00:00Z", 2))
        .migrate();
    assert_eq!(
        v3.opportunity(ID, "opportunity_score"),
        2,
        "on a tie the later delivery"
    );
    assert_eq!((v3.repeated, v3.resolution.tally("leads").repeated), (2, 2));
}
