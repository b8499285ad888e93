//! Assigned and duplicated numbers.

use serde_json::json;

use super::{V2, day};

fn plain(d: u8) -> serde_json::Value {
    json!({"lead_id": "L", "created_at": day(d)})
}

#[test]
fn customers_are_numbered_by_month_time_and_id() {
    let v3 = V2::default()
        .with("leads", "b", json!({"created_at": day(2)}))
        .with("leads", "c", json!({"created_at": day(1)}))
        .with("leads", "a", json!({"created_at": day(2)}))
        .with(
            "leads",
            "d",
            json!({"created_at": {"$time": "2025-12-31T23:59:59Z"}}),
        )
        .migrate();
    for (id, number) in [
        ("c", "202511-000001"),
        ("a", "202511-000002"),
        ("b", "202511-000003"),
        ("d", "202512-000001"),
    ] {
        assert_eq!(v3.opportunity(id, "customer_number"), number);
    }
}

#[test]
fn numbers_that_migrated_documents_carry_are_left_out() {
    let v3 = V2::default()
        .with(
            "leads",
            "own",
            json!({"customer_number": "202511-000001", "created_at": day(1)}),
        )
        .with("leads", "a", json!({"created_at": day(2)}))
        .with("leads", "b", json!({"created_at": day(3)}))
        .with(
            "cases",
            "k",
            json!({"customerId": "202511–000002", "createdAt": day(1)}),
        )
        .with(
            "cases",
            "no",
            json!({"createdAt": day(1), "caseId": "202511-IC001"}),
        )
        .with(
            "conversations",
            "x",
            json!({"lead_id": "a", "created_at": day(4)}),
        )
        .migrate();
    assert_eq!(v3.opportunity("a", "customer_number"), "202511-000003");
    assert_eq!(v3.opportunity("b", "customer_number"), "202511-000004");
    assert_eq!(
        v3.conversation("x", "case_number"),
        "202511-IC001",
        "a quarantined case carries nothing"
    );
}

#[test]
fn only_the_exact_form_of_a_number_stands_in_the_way() {
    let v3 = V2::default()
        .with(
            "leads",
            "x",
            json!({"customer_number": "202511-0000001", "created_at": day(1)}),
        )
        .with(
            "leads",
            "y",
            json!({"customer_number": "202511-1", "created_at": day(1)}),
        )
        .with("leads", "a", json!({"created_at": day(2)}))
        .migrate();
    assert_eq!(v3.opportunity("a", "customer_number"), "202511-000001");
}

#[test]
fn a_recorded_number_never_changes_and_is_never_given_again() {
    let v3 = V2::default()
        .with("leads", "old", json!({"created_at": day(5)}))
        .with("leads", "earlier", json!({"created_at": day(1)}))
        .recorded("customer", "leads", "old", "202511-000001")
        .recorded("customer", "leads", "gone", "202511-000002")
        .migrate();
    assert_eq!(v3.opportunity("old", "customer_number"), "202511-000001");
    assert_eq!(
        v3.opportunity("earlier", "customer_number"),
        "202511-000003"
    );
}

#[test]
fn a_lead_keeps_its_recorded_number_against_one_that_comes_to_carry_it() {
    let v3 = V2::default()
        .with("leads", "old", json!({"created_at": day(5)}))
        .with(
            "leads",
            "new",
            json!({"customer_number": "202511-000001", "created_at": day(1)}),
        )
        .recorded("customer", "leads", "old", "202511-000001")
        .migrate();
    assert_eq!(v3.opportunity("old", "customer_number"), "202511-000001");
    assert_eq!(v3.reason("leads", "new"), Some("duplicate_customer_number"));
}

#[test]
fn cases_that_come_to_a_recorded_number_attach_to_its_lead() {
    let v3 = V2::default()
        .with("leads", "old", json!({"created_at": day(5)}))
        .with(
            "cases",
            "k",
            json!({"customerId": "202511-000001", "createdAt": day(6)}),
        )
        .recorded("customer", "leads", "old", "202511-000001")
        .migrate();
    assert_eq!(v3.conversation("k", "opportunity_id"), "old");
}

#[test]
fn conversations_without_a_case_number_get_one() {
    let v3 = V2::default()
        .with("leads", "L", json!({"created_at": day(1)}))
        .with("conversations", "b", plain(2))
        .with("sales_cases", "a", plain(2))
        .with(
            "conversations",
            "c",
            json!({"lead_id": "L", "created_at": day(1), "case_number": "202511-IC002"}),
        )
        .migrate();
    assert_eq!(v3.conversation("a", "case_number"), "202511-IC001");
    assert_eq!(v3.conversation("b", "case_number"), "202511-IC003");
    assert_eq!(v3.item("sales_cases", "a").assigned[0].kind, "case");
}

#[test]
fn case_numbers_grow_beyond_three_digits() {
    let mut v2 = V2::default().with("leads", "L", json!({"created_at": day(1)}));
    for index in 1..=1001 {
        v2 = v2.with("conversations", &format!("k{index:04}"), plain(2));
    }
    let v3 = v2.migrate();
    assert_eq!(v3.conversation("k0999", "case_number"), "202511-IC999");
    assert_eq!(v3.conversation("k1000", "case_number"), "202511-IC1000");
}

#[test]
fn the_first_keeps_a_case_number_and_lead_generation_comes_before_cases() {
    let carrying = |d| json!({"lead_id": "L", "created_at": day(d), "case_number": "N"});
    let case = |d| json!({"customerId": "C", "createdAt": day(d), "caseId": "Ｎ"});
    let v3 = V2::default()
        .with("leads", "L", json!({"created_at": day(1)}))
        .with("cases", "early", case(1))
        .with("conversations", "late", carrying(9))
        .with("sales_cases", "mid", carrying(5))
        .migrate();
    assert_eq!(v3.conversation("mid", "case_number"), "N");
    assert_eq!(v3.conversation("late", "case_number"), json!(null));
    assert_eq!(v3.conversation("early", "case_number"), json!(null));
    assert_eq!(
        v3.warnings("conversations", "late"),
        ["duplicate_case_number case_number"]
    );
    assert_eq!(
        v3.warnings("cases", "early"),
        ["duplicate_case_number caseId"]
    );
    let left = v3.conversation("early", "extracted_data");
    assert_eq!(left["v2"].get("caseId"), None, "the warning holds it");
}

#[test]
fn the_month_of_a_number_is_that_of_utc() {
    let v3 = V2::default()
        .with(
            "leads",
            "a",
            json!({"created_at": "2025-12-01T07:59:59+08:00"}),
        )
        .migrate();
    assert_eq!(v3.opportunity("a", "customer_number"), "202511-000001");
}

#[test]
fn a_number_that_is_nothing_once_normalised_is_left_over() {
    let v3 = V2::default()
        .with(
            "leads",
            "L",
            json!({"created_at": day(1), "customer_number": "\u{2060}", "customerId": "K-1"}),
        )
        .migrate();
    assert_eq!(v3.opportunity("L", "customer_number"), "K-1");
    assert_eq!(
        v3.opportunity("L", "raw_form_data"),
        json!({"v2": {"customer_number": "\u{2060}"}})
    );
}

#[test]
fn a_key_that_no_unique_column_holds_is_no_text() {
    let long = "k".repeat(1_501);
    let v3 = V2::default()
        .with(
            "leads",
            "L",
            json!({"created_at": day(1), "customer_number": long, "customerId": "k".repeat(1_500)}),
        )
        .with(
            "conversations",
            "c",
            json!({"lead_id": "L", "created_at": day(1), "case_number": long}),
        )
        .with(
            "cases",
            "own",
            json!({"customerId": "C", "createdAt": day(1), "caseId": long}),
        )
        .with(
            "cases",
            "none",
            json!({"customerId": long, "createdAt": day(1)}),
        )
        .migrate();
    assert_eq!(v3.opportunity("L", "customer_number"), "k".repeat(1_500));
    assert_eq!(v3.warnings("leads", "L"), ["bad_text customer_number"]);
    assert_eq!(v3.conversation("c", "case_number"), "202511-IC001");
    assert_eq!(v3.warnings("conversations", "c"), ["bad_text case_number"]);
    assert_eq!(v3.conversation("own", "case_number"), "own");
    assert_eq!(v3.warnings("cases", "own"), ["bad_text caseId"]);
    assert_eq!(v3.reason("cases", "none"), Some("missing_customer_id"));
}
