//! `cases` → opportunities and conversations.

use serde_json::{Value as Plain, json};

use super::{V2, case_with, day};

const ID: &str = "case-0001";
const CUSTOMER: &str = "202511-000009";

fn case(customer: &str, created: u8, mut more: Plain) -> Plain {
    let entries = more.as_object_mut().unwrap();
    entries.insert("customerId".into(), json!(customer));
    entries.insert("createdAt".into(), day(created));
    more
}

#[test]
fn cases_of_one_normalised_customer_id_are_one_customer() {
    let v3 = V2::default()
        .with(
            "cases",
            "a",
            case(
                "202511-122188",
                2,
                json!({"customerName": "Later", "updatedAt": day(9)}),
            ),
        )
        .with(
            "cases",
            "b",
            case(
                "202511\u{2013}122188 ",
                1,
                json!({"customerPhone": "1", "sourceType": " Slack"}),
            ),
        )
        .with(
            "cases",
            "c",
            case(
                "202511－122188",
                3,
                json!({"customerName": "Last", "customerPhone": "2"}),
            ),
        )
        .migrate();
    let id = "202511-122188";
    for (column, expected) in [
        ("customer_number", json!(id)),
        ("company_name", json!("Later")),
        ("contact_phone", json!("1")),
        ("contact_email", json!(null)),
        ("source", json!("api")),
        ("status", json!("new")),
        ("user_id", json!("owner")),
        ("created_at", json!("2025-11-01T00:00:00")),
        ("updated_at", json!("2025-11-09T00:00:00")),
        ("raw_form_data", json!(null)),
    ] {
        assert_eq!(v3.opportunity(id, column), expected, "{column}");
    }
    for case in ["a", "b", "c"] {
        assert_eq!(v3.conversation(case, "opportunity_id"), id);
    }
}

#[test]
fn the_first_case_decides_the_source_by_time_then_id() {
    let v3 = V2::default()
        .with(
            "cases",
            "b",
            case(CUSTOMER, 1, json!({"sourceType": "slack"})),
        )
        .with(
            "cases",
            "a",
            case(CUSTOMER, 1, json!({"sourceType": "web"})),
        )
        .migrate();
    assert_eq!(v3.opportunity(CUSTOMER, "source"), "manual");
}

#[test]
fn a_customer_without_a_name_is_named_by_its_id() {
    let v3 = case_with(json!({"customerName": " "}));
    assert_eq!(
        v3.opportunity(CUSTOMER, "company_name"),
        format!("客戶 {CUSTOMER}")
    );
}

#[test]
fn a_case_without_a_customer_is_quarantined() {
    for customer in [json!(null), json!(" \u{200b} "), json!([1])] {
        let v3 = case_with(json!({"customerId": customer}));
        assert_eq!(v3.reason("cases", ID), Some("missing_customer_id"));
    }
}

#[test]
fn cases_attach_to_the_lead_with_their_number_or_failing_that_their_id() {
    let v3 = V2::default()
        .with(
            "leads",
            "by-number",
            json!({"customer_number": "N", "created_at": day(1)}),
        )
        .with(
            "leads",
            "N",
            json!({"customer_number": "other", "created_at": day(1)}),
        )
        .with("leads", "I", json!({"created_at": day(1)}))
        .with("cases", "a", case("N", 1, json!({})))
        .with("cases", "b", case("I", 1, json!({})))
        .migrate();
    assert_eq!(v3.conversation("a", "opportunity_id"), "by-number");
    assert_eq!(v3.conversation("b", "opportunity_id"), "I");
    assert!(
        v3.items
            .keys()
            .all(|key| key.collection != super::super::CUSTOMERS)
    );
}

#[test]
fn a_lead_that_is_not_migrated_attracts_no_cases() {
    let lead = |d| json!({"customer_number": "X", "created_at": day(d)});
    let v3 = V2::default()
        .with("leads", "first", lead(1))
        .with("leads", "second", lead(2))
        .with("cases", "k", case("second", 1, json!({})))
        .migrate();
    assert_eq!(v3.conversation("k", "opportunity_id"), "second");
    assert_eq!(v3.opportunity("second", "company_name"), "客戶 second");
}

#[test]
fn quarantined_cases_do_not_count_for_their_customer() {
    let v3 = V2::default()
        .with("leads", "L", json!({"created_at": day(1)}))
        .with(
            "conversations",
            "a",
            json!({"lead_id": "L", "created_at": day(1)}),
        )
        .with(
            "cases",
            "a",
            case(
                CUSTOMER,
                1,
                json!({"customerName": "Taken", "sourceType": "slack"}),
            ),
        )
        .with("cases", "b", case(CUSTOMER, 5, json!({})))
        .migrate();
    assert_eq!(v3.reason("cases", "a"), Some("duplicate_id"));
    assert_eq!(
        v3.opportunity(CUSTOMER, "company_name"),
        format!("客戶 {CUSTOMER}")
    );
    assert_eq!(v3.opportunity(CUSTOMER, "source"), "manual");
    assert_eq!(
        v3.opportunity(CUSTOMER, "created_at"),
        "2025-11-05T00:00:00"
    );
}

#[test]
fn an_id_is_taken_only_by_a_document_that_is_migrated() {
    let v3 = V2::default()
        .with("conversations", ID, json!({"lead_id": "gone"}))
        .with("cases", ID, case(CUSTOMER, 1, json!({})))
        .migrate();
    assert_eq!(v3.reason("conversations", ID), Some("orphan"));
    assert_eq!(v3.reason("cases", ID), None);
}

#[test]
fn several_reasons_give_the_first_of_their_order() {
    let v3 = V2::default()
        .with("leads", "L", json!({"created_at": day(1)}))
        .with("conversations", ID, json!({"lead_id": "L"}))
        .with("cases", ID, json!({"createdAt": day(1)}))
        .migrate();
    assert_eq!(
        v3.reason("cases", ID),
        Some("duplicate_id"),
        "before missing_customer_id"
    );
}

#[test]
fn the_case_number_is_the_case_id_or_the_documents_own() {
    let v3 = case_with(json!({"caseId": "202511–IC001"}));
    assert_eq!(v3.conversation(ID, "case_number"), "202511-IC001");
    assert_eq!(case_with(json!({})).conversation(ID, "case_number"), ID);
}

#[test]
fn the_title_is_of_customer_and_sales_rep_or_the_number() {
    for (fields, title) in [
        (json!({"customerName": "C", "salesRepName": "S"}), "C - S"),
        (json!({"customerName": "C"}), "C"),
        (json!({"salesRepName": "S"}), "S"),
        (json!({"caseId": "K"}), "K"),
        (json!({}), ID),
    ] {
        assert_eq!(case_with(fields).conversation(ID, "title"), title);
    }
}

#[test]
fn a_case_whose_number_another_keeps_is_titled_by_its_id() {
    let v3 = V2::default()
        .with("cases", "a", case(CUSTOMER, 1, json!({"caseId": "K"})))
        .with("cases", "b", case(CUSTOMER, 2, json!({"caseId": "K"})))
        .migrate();
    assert_eq!(v3.conversation("b", "case_number"), json!(null));
    assert_eq!(v3.conversation("b", "title"), "b");
}

#[test]
fn a_transcription_needs_segments_or_text() {
    for (transcription, transcript) in [
        (
            json!({"segments": []}),
            json!({"segments": [], "fullText": "", "language": "zh-TW"}),
        ),
        (
            json!({"fullText": "f", "text": "t"}),
            json!({"segments": [], "fullText": "f", "language": "zh-TW"}),
        ),
        (
            json!({"fullText": " ", "text": "t", "language": "en"}),
            json!({"segments": [], "fullText": "t", "language": "en"}),
        ),
        (json!({"segments": "x", "language": "en"}), json!(null)),
        (json!("words"), json!(null)),
    ] {
        let v3 = case_with(json!({"transcription": transcription}));
        assert_eq!(v3.conversation(ID, "transcript"), transcript);
    }
}

#[test]
fn the_duration_is_the_first_number_even_when_it_does_not_fit() {
    for (audio, transcription, column) in [
        (json!(124.81), json!(1), json!(125)),
        (json!("soon"), json!(61.5), json!(62)),
        (json!(null), json!(61.4), json!(61)),
        (json!(-1), json!(60), json!(null)),
    ] {
        let v3 = case_with(
            json!({"audio": {"duration": audio}, "transcription": {"duration": transcription}}),
        );
        assert_eq!(v3.conversation(ID, "duration"), column);
    }
}

#[test]
fn the_first_present_of_several_fields_is_taken() {
    let v3 = case_with(json!({
        "audio": {"gcsPath": "", "url": "https://x/y.mp3"},
        "notes": null,
        "analysis": {
            "summary": " ",
            "coachingNotes": "coach",
            "agents": {"agent4": {"data": {"summary": "of four", "executiveSummary": "executive"}}},
        },
    }));
    assert_eq!(v3.conversation(ID, "audio_url"), "https://x/y.mp3");
    assert_eq!(v3.conversation(ID, "summary"), "of four");
    assert_eq!(v3.conversation(ID, "coaching_notes"), "coach");
    let v3 =
        case_with(json!({"analysis": {"agents": {"agent4": {"data": {"executiveSummary": "e"}}}}}));
    assert_eq!(v3.conversation(ID, "summary"), "e");
    let v3 = case_with(json!({"analysis": {"summary": "own"}, "notes": "n"}));
    assert_eq!(v3.conversation(ID, "summary"), "own");
    assert_eq!(v3.conversation(ID, "coaching_notes"), "n");
}

#[test]
fn the_plain_columns_come_from_their_fields() {
    let v3 = case_with(json!({
        "customerName": "C", "salesRepName": "S", "salesRepSlackId": "U1", "status": "analyzed",
        "notification": {"slackChannelId": "D1", "slackThreadTs": "1.2"},
        "analysis": {"completedAt": day(7)}, "updatedAt": day(8),
    }));
    for (column, expected) in [
        ("type", json!("discovery_call")),
        ("status", json!("completed")),
        ("store_name", json!("C")),
        ("slack_channel_id", json!("D1")),
        ("slack_thread_ts", json!("1.2")),
        ("slack_user_id", json!("U1")),
        ("slack_username", json!("S")),
        ("conversation_date", json!("2025-11-02T00:00:00")),
        ("created_at", json!("2025-11-02T00:00:00")),
        ("analyzed_at", json!("2025-11-07T00:00:00")),
        ("updated_at", json!("2025-11-08T00:00:00")),
        ("participants", json!(null)),
        ("urgency_level", json!(null)),
        ("progress_score", json!(null)),
    ] {
        assert_eq!(v3.conversation(ID, column), expected, "{column}");
    }
}

#[test]
fn the_conversations_date_is_the_cases_own_or_null() {
    let v3 = case_with(json!({"createdAt": null}));
    assert_eq!(v3.conversation(ID, "conversation_date"), json!(null));
    assert_eq!(v3.conversation(ID, "created_at"), "2025-01-15T00:00:00");
    assert_eq!(
        v3.warnings("cases", ID),
        ["created_from_metadata createdAt"]
    );
}

#[test]
fn only_what_the_opportunity_came_to_read_is_judged() {
    let v3 = V2::default()
        .with(
            "cases",
            "a",
            case(CUSTOMER, 1, json!({"customerPhone": [1], "sourceType": 5})),
        )
        .with(
            "cases",
            "b",
            case(CUSTOMER, 2, json!({"customerPhone": "1", "sourceType": 5})),
        )
        .with(
            "cases",
            "c",
            case(CUSTOMER, 3, json!({"customerPhone": [2]})),
        )
        .migrate();
    assert_eq!(
        v3.warnings("cases", "a"),
        ["bad_text customerPhone", "coerced_text sourceType"]
    );
    assert!(v3.warnings("cases", "b").is_empty());
    assert!(v3.warnings("cases", "c").is_empty());
    let v3 = V2::default()
        .with("leads", CUSTOMER, json!({"created_at": day(1)}))
        .with(
            "cases",
            "a",
            case(CUSTOMER, 1, json!({"customerPhone": [1]})),
        )
        .migrate();
    assert!(
        v3.warnings("cases", "a").is_empty(),
        "the lead's opportunity reads no case"
    );
}
