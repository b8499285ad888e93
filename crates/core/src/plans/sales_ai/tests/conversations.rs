//! `conversations` and `sales_cases` → conversations.

use serde_json::json;

use super::{V2, conversation_with, day};

const ID: &str = "conv-0001";

#[test]
fn a_conversation_belongs_to_the_opportunity_of_its_lead() {
    let v3 = conversation_with(json!({}));
    assert_eq!(v3.conversation(ID, "opportunity_id"), "L");
}

#[test]
fn without_a_lead_id_or_with_an_unknown_one_it_is_quarantined() {
    let v3 = conversation_with(json!({"lead_id": "  "}));
    assert_eq!(v3.reason("conversations", ID), Some("missing_lead_id"));
    let v3 = conversation_with(json!({"lead_id": "l"}));
    assert_eq!(v3.reason("conversations", ID), Some("orphan"));
    assert!(
        v3.warnings("conversations", ID).is_empty(),
        "only what is migrated is judged"
    );
}

#[test]
fn of_one_id_in_both_collections_the_later_updated_is_migrated() {
    let of = |updated| json!({"lead_id": "L", "created_at": day(1), "updated_at": day(updated)});
    let v2 = |a, b| {
        V2::default()
            .with("leads", "L", json!({"created_at": day(1)}))
            .with("conversations", "k", of(a))
            .with("sales_cases", "k", of(b))
            .migrate()
    };
    let v3 = v2(2, 3);
    assert_eq!(v3.reason("conversations", "k"), Some("duplicate_id"));
    assert_eq!(v3.reason("sales_cases", "k"), None);
    let v3 = v2(3, 3);
    assert_eq!(
        v3.reason("conversations", "k"),
        None,
        "a tie: conversations first"
    );
    assert_eq!(v3.reason("sales_cases", "k"), Some("duplicate_id"));
}

#[test]
fn an_orphan_gives_way_to_its_twin_and_both_orphans_stay_orphans() {
    let v3 = V2::default()
        .with("leads", "L", json!({"created_at": day(1)}))
        .with(
            "conversations",
            "k",
            json!({"lead_id": "gone", "created_at": day(1), "updated_at": day(9)}),
        )
        .with(
            "sales_cases",
            "k",
            json!({"lead_id": "L", "created_at": day(1)}),
        )
        .migrate();
    assert_eq!(v3.reason("conversations", "k"), Some("duplicate_id"));
    assert_eq!(v3.reason("sales_cases", "k"), None);
    let v3 = V2::default()
        .with("conversations", "k", json!({"lead_id": "gone"}))
        .with("sales_cases", "k", json!({"x": 1}))
        .migrate();
    assert_eq!(v3.reason("conversations", "k"), Some("orphan"));
    assert_eq!(v3.reason("sales_cases", "k"), Some("missing_lead_id"));
}

#[test]
fn the_title_is_the_shop_or_the_beginning_of_the_id() {
    let v3 = conversation_with(json!({"analysis": {"store_name": "綠豆"}}));
    assert_eq!(v3.conversation(ID, "title"), "綠豆");
    assert_eq!(v3.conversation(ID, "store_name"), "綠豆");
    assert_eq!(
        conversation_with(json!({})).conversation(ID, "title"),
        "對話 conv-000"
    );
}

#[test]
fn the_type_follows_its_list() {
    for (v2, kind) in [
        ("discovery", "discovery_call"),
        ("Discovery_Call", "discovery_call"),
        ("demo", "demo"),
        ("follow_up", "follow_up"),
        ("followup", "follow_up"),
        ("negotiation", "negotiation"),
        ("closing", "closing"),
        (" support ", "support"),
    ] {
        assert_eq!(
            conversation_with(json!({"type": v2})).conversation(ID, "type"),
            kind
        );
    }
    assert_eq!(
        conversation_with(json!({})).conversation(ID, "type"),
        "discovery_call"
    );
    let v3 = conversation_with(json!({"type": "chat"}));
    assert_eq!(v3.conversation(ID, "type"), "discovery_call");
    assert_eq!(v3.warnings("conversations", ID), ["unknown_type type"]);
}

#[test]
fn the_status_follows_its_list() {
    for (v2, status) in [
        ("pending", "pending"),
        ("processing", "transcribing"),
        ("transcribing", "transcribing"),
        ("transcribed", "analyzing"),
        ("analyzing", "analyzing"),
        ("analyzed", "completed"),
        ("completed", "completed"),
        ("FAILED", "failed"),
    ] {
        assert_eq!(
            conversation_with(json!({"status": v2})).conversation(ID, "status"),
            status
        );
    }
    assert_eq!(
        conversation_with(json!({"status": ""})).conversation(ID, "status"),
        "pending"
    );
    let v3 = conversation_with(json!({"status": "done"}));
    assert_eq!(v3.conversation(ID, "status"), "pending");
    assert_eq!(v3.warnings("conversations", ID), ["unknown_status status"]);
}

#[test]
fn a_transcript_gets_what_is_absent_and_keeps_what_is_there() {
    let v3 = conversation_with(json!({"transcript": {
        "segments": [
            {"speaker": "A", "text": "hi", "start": 0.5, "end": 2, "confidence": 0.9},
            {"speaker": "", "text": null},
            "plain",
            7,
            null,
        ],
        "full_text": "hi",
        "extra": true,
    }}));
    assert_eq!(
        v3.conversation(ID, "transcript"),
        json!({
            "segments": [
                {"speaker": "A", "text": "hi", "start": 0.5, "end": 2, "confidence": 0.9},
                {"speaker": "Unknown", "text": "", "start": 0, "end": 0},
                {"speaker": "Unknown", "text": "plain", "start": 0, "end": 0},
            ],
            "fullText": "hi",
            "language": "zh-TW",
        })
    );
    assert_eq!(
        v3.warnings("conversations", ID),
        [
            "bad_segment transcript.segments",
            "bad_segment transcript.segments"
        ]
    );
    assert_eq!(
        v3.conversation(ID, "extracted_data"),
        json!({"v2": {"transcript": {"extra": true}}})
    );
}

#[test]
fn segments_that_are_no_array_give_none_and_a_transcript_that_is_no_map_gives_nothing() {
    let v3 = conversation_with(json!({"transcript": {"segments": "x", "language": "en"}}));
    assert_eq!(
        v3.conversation(ID, "transcript"),
        json!({"segments": [], "fullText": "", "language": "en"})
    );
    assert_eq!(
        v3.conversation(ID, "extracted_data"),
        json!({"v2": {"transcript": {"segments": "x"}}})
    );
    let v3 = conversation_with(json!({"transcript": "words"}));
    assert_eq!(v3.conversation(ID, "transcript"), json!(null));
    assert_eq!(
        v3.conversation(ID, "extracted_data"),
        json!({"v2": {"transcript": "words"}})
    );
}

#[test]
fn the_duration_is_rounded_and_not_negative() {
    for (duration, column, warnings) in [
        (json!(35.489_999_999_999_995), json!(35), vec![]),
        (json!(-0.4), json!(0), vec![]),
        (
            json!(-1),
            json!(null),
            vec!["out_of_range transcript.duration"],
        ),
        (
            json!(3e9),
            json!(null),
            vec!["out_of_range transcript.duration"],
        ),
    ] {
        let v3 = conversation_with(json!({"transcript": {"duration": duration}}));
        assert_eq!(v3.conversation(ID, "duration"), column);
        assert_eq!(v3.warnings("conversations", ID), warnings);
    }
}

#[test]
fn the_embedded_analysis_is_summed_up_when_it_has_a_score() {
    let v3 = conversation_with(json!({"analysis": {
        "meddic_score": 69.5, "qualification_status": "Not Qualified", "buyer_signals": {"metrics": 1},
    }}));
    assert_eq!(
        v3.conversation(ID, "meddic_analysis"),
        json!({"overallScore": 69.5, "status": "Not Qualified", "dimensions": {"metrics": 1}})
    );
    let v3 = conversation_with(json!({"analysis": {"meddic_score": 5, "buyer_signals": []}}));
    assert_eq!(
        v3.conversation(ID, "meddic_analysis"),
        json!({"overallScore": 5, "status": "Unknown", "dimensions": {}})
    );
    let v3 = conversation_with(json!({"analysis": {"meddic_score": "high"}}));
    assert_eq!(v3.conversation(ID, "meddic_analysis"), json!(null));
    assert_eq!(
        v3.warnings("conversations", ID),
        ["bad_number analysis.meddic_score"]
    );
}

#[test]
fn the_plain_columns_come_from_their_fields() {
    let v3 = conversation_with(json!({
        "audio_gcs_uri": " gs://b/o.mp3", "sales_rep": "陳", "occurred_at": day(5), "updated_at": day(6),
        "analysis": {"executive_summary": "s", "progress_score": 29.5, "coaching_notes": "c", "urgency_level": "HIGH"},
    }));
    for (column, expected) in [
        ("audio_url", json!(" gs://b/o.mp3")),
        ("participants", json!([{"name": "陳", "role": "sales_rep"}])),
        ("conversation_date", json!("2025-11-05T00:00:00")),
        ("created_at", json!("2025-11-02T00:00:00")),
        ("updated_at", json!("2025-11-06T00:00:00")),
        ("summary", json!("s")),
        ("progress_score", json!(30)),
        ("coaching_notes", json!("c")),
        ("urgency_level", json!("high")),
        ("analyzed_at", json!(null)),
        ("extracted_data", json!(null)),
    ] {
        assert_eq!(v3.conversation(ID, column), expected, "{column}");
    }
    assert!(v3.warnings("conversations", ID).is_empty());
}

#[test]
fn an_unknown_urgency_is_null_with_a_warning() {
    let v3 = conversation_with(json!({"analysis": {"urgency_level": "urgent"}}));
    assert_eq!(v3.conversation(ID, "urgency_level"), json!(null));
    assert_eq!(
        v3.warnings("conversations", ID),
        ["unknown_urgency analysis.urgency_level"]
    );
}

#[test]
fn text_that_is_no_text_is_coerced_or_refused() {
    for (raw, column, warning) in [
        (json!(12), json!("12"), Some("coerced_text sales_rep")),
        (json!(true), json!("true"), Some("coerced_text sales_rep")),
        (
            json!(1.5e21),
            json!("1.5e+21"),
            Some("coerced_text sales_rep"),
        ),
        (
            json!({"$time": "2025-11-03T02:15:00.250Z"}),
            json!("2025-11-03T02:15:00.25Z"),
            Some("coerced_text sales_rep"),
        ),
        (json!("a\u{0}b"), json!("ab"), Some("nul_removed sales_rep")),
        (
            json!({"$double": "NaN"}),
            json!(null),
            Some("bad_text sales_rep"),
        ),
        (json!({"a": 1}), json!(null), Some("bad_text sales_rep")),
        (json!([]), json!(null), Some("bad_text sales_rep")),
        (
            json!({"$bytes": "x"}),
            json!(null),
            Some("bad_text sales_rep"),
        ),
        (json!(" \u{3000}"), json!(null), None),
    ] {
        let v3 = conversation_with(json!({"sales_rep": raw.clone()}));
        let name = v3.conversation(ID, "participants")[0]["name"].clone();
        assert_eq!(name, column, "{raw}");
        let warnings = v3.warnings("conversations", ID);
        assert_eq!(warnings.first().map(String::as_str), warning, "{raw}");
        assert_eq!(v3.conversation(ID, "extracted_data"), json!(null), "{raw}");
    }
}
