//! MEDDIC analyses, from their three places.

use serde_json::{Value as Plain, json};

use super::{V2, V3, case_with, conversation_with, day};

fn document_with(mut fields: Plain) -> V3 {
    let entries = fields.as_object_mut().unwrap();
    entries.entry("conversation_id").or_insert(json!("k"));
    entries.entry("created_at").or_insert(day(3));
    V2::default()
        .with("cases", "k", json!({"customerId": "C", "createdAt": day(2), "analysis": {"meddic": {"overallScore": 9}}}))
        .with("meddic_analyses", "m", fields)
        .migrate()
}

#[test]
fn a_document_comes_before_what_is_embedded() {
    let v3 = document_with(json!({"overall_score": 78}));
    assert_eq!(v3.meddic("m", "overall_score"), 78);
    assert_eq!(v3.meddic("m", "conversation_id"), "k");
    assert_eq!(v3.meddic("m", "opportunity_id"), "C");
    assert_eq!(v3.meddic("m", "created_at"), "2025-11-03T00:00:00");
    assert!(!v3.has_row("meddic_analyses", "meddic_k"));
    assert_eq!(v3.resolution.tally("cases").superseded, 1);
    assert_eq!(
        v3.conversation("k", "meddic_analysis"),
        json!({"overallScore": 9, "status": "Unknown", "dimensions": {}})
    );
}

#[test]
fn all_documents_of_a_conversation_are_migrated() {
    let v3 = V2::default()
        .with(
            "cases",
            "k",
            json!({"customerId": "C", "createdAt": day(2)}),
        )
        .with("meddic_analyses", "m", json!({"conversation_id": "k"}))
        .with("meddic_analyses", "n", json!({"conversation_id": "k"}))
        .migrate();
    assert!(v3.has_row("meddic_analyses", "m") && v3.has_row("meddic_analyses", "n"));
}

#[test]
fn a_document_without_its_conversation_is_quarantined() {
    let v3 = document_with(json!({"conversation_id": ""}));
    assert_eq!(
        v3.reason("meddic_analyses", "m"),
        Some("missing_conversation_id")
    );
    let v3 = document_with(json!({"conversation_id": "gone"}));
    assert_eq!(v3.reason("meddic_analyses", "m"), Some("orphan"));
    assert!(
        v3.has_row("meddic_analyses", "meddic_k"),
        "an orphan supersedes nothing"
    );
}

#[test]
fn an_embedded_one_gives_way_to_a_documents_id() {
    let v3 = V2::default()
        .with(
            "cases",
            "k",
            json!({"customerId": "C", "createdAt": day(2), "analysis": {"meddic": {}}}),
        )
        .with(
            "cases",
            "other",
            json!({"customerId": "C", "createdAt": day(2)}),
        )
        .with(
            "meddic_analyses",
            "meddic_k",
            json!({"conversation_id": "other"}),
        )
        .migrate();
    assert_eq!(v3.meddic("meddic_k", "conversation_id"), "other");
    assert_eq!(v3.meddic("meddic_k_embedded", "conversation_id"), "k");
}

#[test]
fn two_embedded_ones_never_share_an_id() {
    let analysed = || json!({"customerId": "C", "createdAt": day(2), "analysis": {"meddic": {}}});
    let v3 = V2::default()
        .with("cases", "k", analysed())
        .with("cases", "k_embedded", analysed())
        .with(
            "cases",
            "z",
            json!({"customerId": "C", "createdAt": day(2)}),
        )
        .with(
            "meddic_analyses",
            "meddic_k",
            json!({"conversation_id": "z"}),
        )
        .migrate();
    assert_eq!(
        v3.meddic("meddic_k_embedded", "conversation_id"),
        "k_embedded"
    );
    assert_eq!(
        v3.meddic("meddic_k_embedded_embedded", "conversation_id"),
        "k"
    );
}

#[test]
fn the_six_scores_are_rounded_within_1_to_5() {
    let v3 = document_with(json!({"scores": {
        "metrics": 1, "economic_buyer": 4.5, "decision_criteria": 0, "decision_process": "3", "identify_pain": 5.5, "champion": null,
    }}));
    for (column, expected) in [
        ("metrics_score", json!(1)),
        ("economic_buyer_score", json!(5)),
        ("decision_criteria_score", json!(null)),
        ("decision_process_score", json!(3)),
        ("identify_pain_score", json!(null)),
        ("champion_score", json!(null)),
    ] {
        assert_eq!(v3.meddic("m", column), expected, "{column}");
    }
    assert_eq!(
        v3.warnings("meddic_analyses", "m"),
        [
            "out_of_range scores.decision_criteria",
            "coerced_number scores.decision_process",
            "out_of_range scores.identify_pain",
        ]
    );
}

#[test]
fn the_overall_score_lies_within_0_to_100() {
    for (score, column) in [
        (json!(100.4), json!(100)),
        (json!(-0.5), json!(0)),
        (json!(100.5), json!(null)),
        (json!(-0.6), json!(null)),
    ] {
        assert_eq!(
            document_with(json!({"overall_score": score})).meddic("m", "overall_score"),
            column
        );
    }
}

#[test]
fn the_status_is_its_own_word_or_by_the_score() {
    for (word, score, status) in [
        (json!("Qualified"), json!(1), json!("Strong")),
        (json!("partially qualified "), json!(1), json!("Medium")),
        (json!("Not Qualified"), json!(99), json!("Weak")),
        (json!("AT RISK"), json!(99), json!("At Risk")),
        (json!("Strong"), json!(1), json!("Strong")),
        (json!("medium"), json!(1), json!("Medium")),
        (json!("Weak"), json!(99), json!("Weak")),
        (json!(null), json!(80), json!("Strong")),
        (json!(null), json!(79), json!("Medium")),
        (json!(null), json!(60), json!("Medium")),
        (json!(null), json!(59.4), json!("Weak")),
        (json!(null), json!(40), json!("Weak")),
        (json!(null), json!(39), json!("At Risk")),
        (json!(null), json!(null), json!(null)),
        (json!(null), json!(101), json!(null)),
        (json!("great"), json!(85), json!("Strong")),
        (json!("great"), json!(null), json!(null)),
    ] {
        let v3 =
            document_with(json!({"qualification_status": word.clone(), "overall_score": score}));
        assert_eq!(v3.meddic("m", "status"), status, "{word} {score}");
        let warned = v3
            .warnings("meddic_analyses", "m")
            .contains(&"unknown_status qualification_status".to_owned());
        assert_eq!(warned, word == "great");
    }
}

#[test]
fn what_is_no_map_or_array_becomes_null_or_empty_and_is_left_over() {
    let v3 = document_with(
        json!({"dimensions": [], "key_findings": "k", "next_steps": {}, "risks": 1, "agent_outputs": "x"}),
    );
    assert_eq!(v3.meddic("m", "dimensions"), json!(null));
    for column in ["key_findings", "next_steps", "risks"] {
        assert_eq!(v3.meddic("m", column), json!([]));
    }
    assert_eq!(
        v3.meddic("m", "agent_outputs"),
        json!({"v2": {"dimensions": [], "key_findings": "k", "next_steps": {}, "risks": 1, "agent_outputs": "x"}})
    );
}

#[test]
fn next_steps_and_risks_take_their_form() {
    let v3 = document_with(json!({
        "next_steps": [
            "call",
            {"action": "a", "priority": "low", "owner": "o", "due": 1},
            {"description": "d", "owner": ""},
            {"x": null},
            3,
        ],
        "risks": [
            "late",
            {"description": "d", "severity": "high", "mitigation": "m"},
            {"risk": "r", "mitigation": null},
            {},
            false,
        ],
    }));
    assert_eq!(
        v3.meddic("m", "next_steps"),
        json!([
            {"action": "call", "priority": "medium"},
            {"action": "a", "priority": "low", "owner": "o", "due": 1},
            {"action": "d", "description": "d", "priority": "medium"},
            {"action": "", "priority": "medium", "x": null},
        ])
    );
    assert_eq!(
        v3.meddic("m", "risks"),
        json!([
            {"risk": "late", "severity": "medium"},
            {"risk": "d", "description": "d", "severity": "high", "mitigation": "m"},
            {"risk": "r", "severity": "medium"},
            {"risk": "", "severity": "medium"},
        ])
    );
    assert_eq!(
        v3.warnings("meddic_analyses", "m"),
        ["bad_element next_steps", "bad_element risks"]
    );
}

#[test]
fn a_documents_left_over_is_the_key_v2_of_its_agent_outputs() {
    let v3 = document_with(json!({"agent_outputs": {"agent1": 1}, "lead_id": "x"}));
    assert_eq!(
        v3.meddic("m", "agent_outputs"),
        json!({"agent1": 1, "v2": {"lead_id": "x"}})
    );
    let v3 = document_with(json!({"agent_outputs": {"agent1": 1}}));
    assert_eq!(v3.meddic("m", "agent_outputs"), json!({"agent1": 1}));
    assert_eq!(
        document_with(json!({})).meddic("m", "agent_outputs"),
        json!(null)
    );
}

#[test]
fn an_own_key_v2_is_not_hidden_by_the_left_over() {
    let v3 = document_with(json!({"agent_outputs": {"v2": "own", "a": 1}, "lead_id": "x"}));
    assert_eq!(
        v3.meddic("m", "agent_outputs"),
        json!({"a": 1, "v2": {"lead_id": "x", "agent_outputs": {"v2": "own"}}})
    );
}

#[test]
fn the_analysis_of_a_conversation_becomes_a_row() {
    let v3 = conversation_with(json!({"updated_at": day(8), "analysis": {
        "meddic_score": 61,
        "buyer_signals": {
            "metrics": {"evidence": ["e"], "gaps": "none", "other": 1},
            "champion": "nobody",
            "key_insights": ["i"],
        },
        "agent_data": {
            "buyer": {"meddic_scores": {"metrics": 3, "champion": 9}},
            "summary": {"key_findings": "none"},
            "coach": {"next_steps": ["s"]},
            "seller": {"risks": [{"description": "d"}]},
            "context": " ",
            "judge": 1,
        },
    }}));
    let id = "meddic_conv-0001";
    for (column, expected) in [
        ("conversation_id", json!("conv-0001")),
        ("opportunity_id", json!("L")),
        ("metrics_score", json!(3)),
        ("champion_score", json!(null)),
        ("overall_score", json!(61)),
        ("status", json!("Medium")),
        (
            "dimensions",
            json!({"metrics": {"evidence": ["e"], "gaps": [], "recommendations": []}}),
        ),
        ("key_findings", json!(["i"])),
        ("next_steps", json!([{"action": "s", "priority": "medium"}])),
        (
            "risks",
            json!([{"risk": "d", "description": "d", "severity": "medium"}]),
        ),
        (
            "agent_outputs",
            json!({
                "agent1": null,
                "agent2": {"meddic_scores": {"metrics": 3, "champion": 9}},
                "agent3": {"risks": [{"description": "d"}]},
                "agent4": {"key_findings": "none"},
                "agent5": null,
                "agent6": {"next_steps": ["s"]},
            }),
        ),
        ("created_at", json!("2025-11-08T00:00:00")),
    ] {
        assert_eq!(v3.meddic(id, column), expected, "{column}");
    }
    assert_eq!(
        v3.warnings("conversations", "conv-0001"),
        ["out_of_range analysis.agent_data.buyer.meddic_scores.champion"]
    );
    assert_eq!(
        v3.conversation("conv-0001", "extracted_data"),
        json!({"v2": {"analysis": {"agent_data": {"judge": 1}}}})
    );
}

#[test]
fn a_conversation_without_a_score_embeds_nothing() {
    let v3 = conversation_with(json!({"analysis": {"agent_data": {"crm": {"a": 1}}}}));
    assert!(!v3.has_row("meddic_analyses", "meddic_conv-0001"));
    assert_eq!(
        v3.conversation("conv-0001", "extracted_data"),
        json!({"v2": {"analysis": {"agent_data": {"crm": {"a": 1}}}}})
    );
}

#[test]
fn the_analysis_of_a_case_becomes_a_row() {
    let v3 = case_with(json!({"analysis": {
        "completedAt": day(5),
        "qualification": "Not Qualified",
        "meddic": {"overallScore": 84, "dimensions": {"metrics": 2, "economicBuyer": 5, "decision_criteria": 7, "decisionCriteria": 3}},
    }}));
    let id = "meddic_case-0001";
    for (column, expected) in [
        ("conversation_id", json!("case-0001")),
        ("opportunity_id", json!("202511-000009")),
        ("metrics_score", json!(2)),
        ("economic_buyer_score", json!(5)),
        ("decision_criteria_score", json!(null)),
        ("overall_score", json!(84)),
        ("status", json!("Weak")),
        (
            "dimensions",
            json!({"metrics": 2, "economicBuyer": 5, "decision_criteria": 7, "decisionCriteria": 3}),
        ),
        ("key_findings", json!([])),
        ("next_steps", json!([])),
        ("risks", json!([])),
        ("agent_outputs", json!(null)),
        ("created_at", json!("2025-11-05T00:00:00")),
    ] {
        assert_eq!(v3.meddic(id, column), expected, "{column}");
    }
    assert_eq!(
        v3.conversation("case-0001", "meddic_analysis"),
        json!({"overallScore": 84, "status": "Not Qualified", "dimensions": {"metrics": 2, "economicBuyer": 5, "decision_criteria": 7, "decisionCriteria": 3}})
    );
}

#[test]
fn the_agents_of_a_case_serve_where_its_meddic_does_not() {
    let v3 = case_with(json!({"updatedAt": day(8), "analysis": {"agents": {
        "agent1": {"data": {"c": 1}, "status": "ok"},
        "agent2": {"data": {"score": 80}},
        "agent3": {"data": {"score": 71}},
        "agent4": {"data": {"keyFindings": ["f"], "nextSteps": [{"description": "d"}]}},
        "agent5": {"data": null},
    }}}));
    let id = "meddic_case-0001";
    for (column, expected) in [
        ("overall_score", json!(76)),
        ("status", json!("Medium")),
        (
            "dimensions",
            json!({"context": {"c": 1}, "buyer": {"score": 80}, "seller": {"score": 71},
                   "summary": {"keyFindings": ["f"], "nextSteps": [{"description": "d"}]}}),
        ),
        ("key_findings", json!(["f"])),
        (
            "next_steps",
            json!([{"action": "d", "description": "d", "priority": "medium"}]),
        ),
        ("created_at", json!("2025-11-08T00:00:00")),
    ] {
        assert_eq!(v3.meddic(id, column), expected, "{column}");
    }
    assert_eq!(v3.meddic(id, "agent_outputs")["agent1"], json!({"c": 1}));
    assert_eq!(v3.meddic(id, "agent_outputs")["agent5"], json!(null));
    assert_eq!(v3.meddic(id, "agent_outputs")["agent6"], json!(null));
    assert_eq!(v3.conversation("case-0001", "meddic_analysis"), json!(null));
    let left = v3.conversation("case-0001", "extracted_data");
    assert_eq!(
        left["v2"]["analysis"],
        json!({"agents": {"agent1": {"status": "ok"}}})
    );
}

#[test]
fn an_absent_agents_score_counts_nothing() {
    let agents = |agents: Plain| case_with(json!({"analysis": {"agents": agents}}));
    let id = "meddic_case-0001";
    let v3 = agents(json!({"agent2": {"data": {"score": 81}}}));
    assert_eq!(v3.meddic(id, "overall_score"), 41);
    assert_eq!(agents(json!({})).meddic(id, "overall_score"), 0);
    // What is no number is absent: the mean is out of its limits for the other's sake.
    let v3 = agents(json!({
        "agent2": {"data": {"score": 400}},
        "agent3": {"data": {"score": "none"}},
    }));
    assert_eq!(v3.meddic(id, "overall_score"), json!(null));
    let (bad, out) = ("bad_number", "out_of_range");
    let at = |agent: &str| format!("analysis.agents.{agent}.data.score");
    assert_eq!(
        v3.warnings("cases", "case-0001"),
        [
            format!("{bad} {}", at("agent3")),
            format!("{out} {}", at("agent2"))
        ]
    );
    let v3 = case_with(
        json!({"analysis": {"meddic": {"overallScore": 300}, "agents": {"agent2": {"data": {"score": 50}}}}}),
    );
    assert_eq!(
        v3.meddic(id, "overall_score"),
        json!(null),
        "out of range goes to no else"
    );
    let v3 = case_with(json!({"analysis": {"meddic": {}}}));
    assert_eq!(
        v3.meddic(id, "overall_score"),
        json!(null),
        "no agents, no mean"
    );
    assert_eq!(
        v3.meddic(id, "status"),
        json!(null),
        "no score and no word, no status"
    );
}

#[test]
fn a_risk_that_its_description_overrules_is_left_over() {
    let v3 = document_with(json!({
        "risks": [{"description": "d", "risk": "r"}, {"risk": "only"}, {"description": "e", "risk": " "}],
    }));
    assert_eq!(
        v3.meddic("m", "risks"),
        json!([
            {"risk": "d", "description": "d", "severity": "medium"},
            {"risk": "only", "severity": "medium"},
            {"risk": "e", "description": "e", "severity": "medium"},
        ])
    );
    assert_eq!(
        v3.meddic("m", "agent_outputs"),
        json!({"v2": {"risks": [{"risk": "r"}]}})
    );
}

#[test]
fn only_what_is_absent_gets_a_default() {
    let v3 = document_with(json!({
        "next_steps": [
            {"action": {"$double": "NaN"}, "priority": {"$double": "NaN"}, "description": "d"},
            {"action": "\u{0}", "priority": " ", "owner": null, "description": "d"},
            {"action": {"$bytes": ""}},
        ],
    }));
    assert_eq!(
        v3.meddic("m", "next_steps"),
        json!([
            {"action": null, "priority": null, "description": "d"},
            {"action": "d", "priority": "medium", "description": "d"},
            {"action": "", "priority": "medium"},
        ])
    );
}

#[test]
fn every_element_that_is_left_out_has_its_warning() {
    let v3 = document_with(json!({"next_steps": [5, 5, null]}));
    assert_eq!(
        v3.warnings("meddic_analyses", "m"),
        ["bad_element next_steps"; 3]
    );
}

#[test]
fn a_null_where_an_analysis_could_stand_is_not_left_over() {
    let v3 = case_with(json!({"analysis": {"meddic": null, "agents": {}}}));
    assert_eq!(
        v3.conversation("case-0001", "extracted_data"),
        json!({"v2": {"analysis": {"agents": {}}, "customerId": "202511-000009"}})
    );
}
