//! What goes into no column and no warning.

use serde_json::json;

use super::{V2, V3, case_with, conversation_with, day, lead_with};
use crate::document::BadDocument;

#[test]
fn flat_names_are_folded_before_anything_is_read() {
    let v3 = case_with(
        json!({"analysis.meddic.overallScore": 84, "analysis": {"meddic": {"x": 1}}, "audio.gcsPath": "gs://b/o"}),
    );
    assert_eq!(v3.meddic("meddic_case-0001", "overall_score"), 84);
    assert_eq!(v3.conversation("case-0001", "audio_url"), "gs://b/o");
    let left = v3.conversation("case-0001", "extracted_data");
    assert_eq!(
        left,
        json!({"v2": {"analysis": {"meddic": {"x": 1}}, "customerId": "202511-000009"}})
    );
}

#[test]
fn a_flat_name_that_cannot_be_folded_stays_literal_and_is_never_read() {
    let v3 = lead_with("ignored", json!(1));
    drop(v3);
    let v3 = V2::default()
        .with(
            "leads",
            "L",
            json!({
                "created_at": day(1),
                "a": null, "a.b": 1,
                "c": {"d": null}, "c.d": 2,
                "e..f": 3, ".g": 4, "h.": 5,
                "i.j": 6, "i.j.k": 7,
                "m": "text", "m.n": 8,
            }),
        )
        .migrate();
    assert_eq!(
        v3.opportunity("L", "raw_form_data"),
        json!({"v2": {
            "a": null, "a.b": 1,
            "c": {"d": null}, "c.d": 2,
            "e..f": 3, ".g": 4, "h.": 5,
            "i": {"j": 6}, "i.j.k": 7,
            "m": "text", "m.n": 8,
        }})
    );
}

#[test]
fn a_flat_name_meets_a_value_on_its_way() {
    let v3 = case_with(json!({"analysis": null, "analysis.meddic.overallScore": 84}));
    assert!(!v3.has_row("meddic_analyses", "meddic_case-0001"));
    let left = v3.conversation("case-0001", "extracted_data");
    assert_eq!(left["v2"]["analysis.meddic.overallScore"], 84);
}

#[test]
fn dotted_keys_inside_maps_are_ordinary_keys() {
    let v3 = case_with(json!({"analysis": {"meddic.overallScore": 84, "x.y": {"z": 1}}}));
    assert!(!v3.has_row("meddic_analyses", "meddic_case-0001"));
    let left = v3.conversation("case-0001", "extracted_data");
    assert_eq!(
        left["v2"]["analysis"],
        json!({"meddic.overallScore": 84, "x.y": {"z": 1}})
    );
}

#[test]
fn values_become_plain_json() {
    let v3 = lead_with(
        "odd",
        json!({
            "int": 7, "double": 1.5, "nan": {"$double": "NaN"}, "inf": {"$double": "inf"},
            "time": {"$time": "2025-11-03T02:15:00.250Z"}, "bytes": {"$bytes": "abc"},
            "ref": {"$ref": "projects/p/databases/d/documents/a/b"}, "empty": {}, "null": null, "array": [],
        }),
    );
    assert_eq!(
        v3.opportunity("lead-0001", "raw_form_data"),
        json!({"v2": {"odd": {
            "int": 7, "double": 1.5, "nan": null, "inf": null,
            "time": "2025-11-03T02:15:00.25Z", "bytes": "YWJj",
            "ref": "projects/p/databases/d/documents/a/b", "empty": {}, "null": null, "array": [],
        }}})
    );
    assert!(v3.warnings("leads", "lead-0001").is_empty());
}

#[test]
fn nul_is_removed_from_text_and_keys_inside_json() {
    let v3 = lead_with("odd", json!({"te\u{0}xt": ["a\u{0}b"]}));
    assert_eq!(
        v3.opportunity("lead-0001", "raw_form_data"),
        json!({"v2": {"odd": {"text": ["ab"]}}})
    );
    let warnings = v3.warnings("leads", "lead-0001");
    assert_eq!(warnings.len(), 2);
    assert!(
        warnings
            .iter()
            .all(|warning| warning == "nul_removed odd.text"),
        "{warnings:?}"
    );
}

#[test]
fn what_stands_under_a_key_that_is_anothers_without_nul_is_kept_in_a_warning() {
    let v3 = lead_with("odd", json!({"text": "a", "te\u{0}xt": "b"}));
    assert_eq!(
        v3.opportunity("lead-0001", "raw_form_data"),
        json!({"v2": {"odd": {"text": "a"}}})
    );
    let warnings = v3.warnings("leads", "lead-0001");
    assert_eq!(
        warnings,
        ["nul_removed odd.text", "nul_removed odd.te\u{0}xt"]
    );
    let kept = &v3.item("leads", "lead-0001").warnings[1].raw;
    assert_eq!(kept, r#"{"stringValue":"b"}"#);
}

#[test]
fn what_serves_the_customers_opportunity_stays_with_the_case() {
    let v3 = case_with(json!({"customerName": "C", "customerPhone": "1", "sourceType": "slack"}));
    assert_eq!(
        v3.conversation("case-0001", "extracted_data"),
        json!({"v2": {"customerId": "202511-000009", "customerPhone": "1", "sourceType": "slack"}})
    );
}

#[test]
fn what_an_else_did_not_come_to_stays() {
    let v3 = case_with(json!({
        "audio": {"gcsPath": "gs://b/o", "url": "https://x"}, "notes": "n", "analysis": {"coachingNotes": "c"},
    }));
    let left = v3.conversation("case-0001", "extracted_data");
    assert_eq!(left["v2"]["audio"], json!({"url": "https://x"}));
    assert_eq!(left["v2"]["analysis"], json!({"coachingNotes": "c"}));
    let v3 = lead_with("customerId", json!("C"));
    assert_eq!(v3.opportunity("lead-0001", "raw_form_data"), json!(null));
    let v3 = V2::default()
        .with(
            "leads",
            "L",
            json!({"customer_number": "N", "customerId": "C", "created_at": day(1)}),
        )
        .migrate();
    assert_eq!(
        v3.opportunity("L", "raw_form_data"),
        json!({"v2": {"customerId": "C"}})
    );
}

#[test]
fn nulls_and_blanks_that_a_rule_read_go_and_others_stay() {
    let v3 = conversation_with(json!({
        "sales_rep": null, "audio_gcs_uri": " ", "other": null,
        "analysis": {"store_name": null, "unread": ""},
        "transcript": {"full_text": null},
    }));
    assert_eq!(
        v3.conversation("conv-0001", "extracted_data"),
        json!({"v2": {"other": null, "analysis": {"unread": ""}}})
    );
}

#[test]
fn a_superseded_analysis_stays() {
    let v3 = V2::default()
        .with("leads", "L", json!({"created_at": day(1)}))
        .with(
            "conversations",
            "k",
            json!({"lead_id": "L", "created_at": day(2), "analysis": {
                "meddic_score": 50, "agent_data": {"crm": {"a": 1}},
            }}),
        )
        .with(
            "meddic_analyses",
            "m",
            json!({"conversation_id": "k", "created_at": day(3)}),
        )
        .migrate();
    assert_eq!(
        v3.conversation("k", "extracted_data"),
        json!({"v2": {"analysis": {"agent_data": {"crm": {"a": 1}}}}})
    );
}

#[test]
fn a_warning_holds_the_value_as_it_stood() {
    let v3 = lead_with("score", json!("many"));
    let warning = &v3.item("leads", "lead-0001").warnings[0];
    assert_eq!(warning.raw, r#"{"stringValue":"many"}"#);
    assert_eq!(v3.opportunity("lead-0001", "raw_form_data"), json!(null));
}

fn bad(id: Option<&str>, place: &str) -> BadDocument {
    BadDocument {
        collection: "leads".into(),
        id: id.map(str::to_owned),
        place: place.into(),
        bytes: b"{".to_vec(),
        why: "the text ends in the middle of a map".into(),
        breaks_off: false,
    }
}

#[test]
fn what_cannot_be_decoded_is_kept_with_its_bytes_and_place() {
    let v3: V3 = V2::default()
        .with("leads", "L", json!({"created_at": day(1)}))
        .with_bad(bad(None, "leads.ndjson:2"))
        .with_bad(bad(Some("known"), "leads.ndjson:3"))
        .with_bad(bad(Some("L"), "leads.ndjson:4"))
        .migrate();
    assert_eq!(v3.reason("leads", "leads.ndjson:2"), Some("bad_document"));
    assert_eq!(v3.reason("leads", "known"), Some("bad_document"));
    assert_eq!(
        v3.reason("leads", "leads.ndjson:4"),
        Some("bad_document"),
        "L is a readable document's"
    );
    let quarantine = v3.item("leads", "known").quarantine.as_ref().unwrap();
    assert_eq!(quarantine.raw, b"{");
    assert_eq!(quarantine.place.as_deref(), Some("leads.ndjson:3"));
    assert_eq!(v3.resolution.tally("leads").read, 4);
}

#[test]
fn an_id_that_cannot_be_stored_is_quarantined() {
    let v3 = V2::default()
        .with("leads", "a\u{0}b", json!({"created_at": day(1)}))
        .migrate();
    assert_eq!(v3.reason("leads", "a%00b"), Some("bad_document"));
}

#[test]
fn a_quarantined_document_is_kept_whole() {
    let v3 = conversation_with(json!({"lead_id": "gone", "sales_rep": "S"}));
    let item = v3.item("conversations", "conv-0001");
    let raw = String::from_utf8(item.quarantine.as_ref().unwrap().raw.clone()).unwrap();
    assert!(raw.contains(r#""sales_rep":{"stringValue":"S"}"#), "{raw}");
    assert!(item.rows.is_empty());
}
