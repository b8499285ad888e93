//! Every check of the final check: what makes it fail, how much that weighs, and what repairs it.

use super::{CONFIGS, migrate, run, sample};

/// Damage, the check that finds it, whether that fails, and whether --fix repairs it.
const DAMAGES: [(&str, &str, bool, bool); 24] = [
    (
        "UPDATE voice_agent_configs SET schema_version = NULL WHERE id = 'config-001'",
        "record-count",
        true,
        false,
    ),
    (
        "UPDATE voice_agent_configs SET schema_version = 'v3' WHERE id = 'config-001'",
        "schema-version",
        true,
        false,
    ),
    (
        "UPDATE voice_agent_configs SET name = ' ' WHERE id = 'config-001'",
        "data-integrity",
        true,
        false,
    ),
    (
        "UPDATE voice_agent_configs SET assistant_type = NULL WHERE id = 'config-001'",
        "data-integrity",
        true,
        true,
    ),
    (
        "UPDATE voice_agent_configs SET voice_config = voice_config - 'voice_id' WHERE id = 'config-001'",
        "data-integrity",
        true,
        true,
    ),
    (
        "UPDATE voice_agent_configs SET voice_config = '[]' WHERE id = 'config-001'",
        "data-integrity",
        true,
        true,
    ),
    (
        "UPDATE voice_agent_configs SET personality = NULL WHERE id = 'config-001'",
        "data-integrity",
        true,
        true,
    ),
    (
        "UPDATE voice_agent_configs SET tenant_id = NULL WHERE id = 'config-001'",
        "data-integrity",
        true,
        false,
    ),
    (
        "UPDATE voice_agent_configs SET personality = personality - 'base_prompt' WHERE id = 'config-001'",
        "data-integrity",
        true,
        true,
    ),
    (
        "DELETE FROM tenants WHERE id = 'tenant-12'",
        "foreign-keys",
        true,
        false,
    ),
    (
        "UPDATE voice_agent_calls SET config_id = 'none' WHERE id = 'call-00001'",
        "foreign-keys",
        true,
        false,
    ),
    (
        "UPDATE voice_agent_metrics SET tenant_id = 'nobody' WHERE tenant_id = 'tenant-01'",
        "foreign-keys",
        true,
        false,
    ),
    (
        "UPDATE voice_agent_configs SET prompt = 'another' WHERE id = 'config-001'",
        "v1-unchanged",
        true,
        false,
    ),
    (
        "DELETE FROM voice_agent_configs WHERE id = 'config-001'",
        "v1-unchanged",
        true,
        false,
    ),
    (
        "UPDATE voice_agent_configs SET name = 'Asistente 2' WHERE id = 'config-001'",
        "duplicates",
        false,
        false,
    ),
    (
        "UPDATE voice_agent_configs SET assistant_type = 'both' WHERE id = 'config-001'",
        "value-constraints",
        false,
        false,
    ),
    (
        "UPDATE voice_agent_configs SET voice_config = voice_config || '{\"speed\": 2.1}' WHERE id = 'config-001'",
        "value-constraints",
        false,
        false,
    ),
    (
        "UPDATE voice_agent_configs SET voice_config = voice_config || '{\"pitch\": \"high\"}' WHERE id = 'config-001'",
        "value-constraints",
        false,
        false,
    ),
    (
        "UPDATE voice_agent_calls SET duration_seconds = -0.5 WHERE id = 'call-00001'",
        "value-constraints",
        false,
        false,
    ),
    (
        "UPDATE voice_agent_configs SET capabilities = '{dancing}' WHERE id = 'config-001'",
        "value-constraints",
        false,
        false,
    ),
    (
        "UPDATE voice_agent_configs SET personality = personality || '{\"special_instructions\": [\" \"]}' WHERE id = 'config-001'",
        "value-constraints",
        false,
        true,
    ),
    (
        "UPDATE voice_agent_calls SET outcome = 'vip' WHERE id = 'call-00001'",
        "value-constraints",
        false,
        true,
    ),
    (
        "DELETE FROM voice_agent_metrics WHERE tenant_id = 'tenant-01'",
        "metrics",
        false,
        true,
    ),
    (
        "UPDATE voice_agent_metrics SET p95_latency_ms = 1 WHERE tenant_id = 'tenant-01'",
        "metrics",
        false,
        true,
    ),
];

#[tokio::test]
async fn every_check_finds_its_damage() {
    let Some(scratch) = sample().await else {
        return;
    };
    migrate(&scratch, &[]);
    let whole = scratch.text(CONFIGS).await;
    for table in [
        "tenants",
        "voice_agent_configs",
        "voice_agent_calls",
        "voice_agent_metrics",
    ] {
        scratch
            .run(&format!(
                "CREATE TABLE kept_{table} AS SELECT * FROM {table}"
            ))
            .await;
    }
    for (damage, name, fails, repaired) in DAMAGES {
        scratch.run(damage).await;
        let said = run(&scratch, "final-check", &["--check", name, "--json"]);
        assert_eq!(said.status, if fails { 4 } else { 0 }, "{damage}: {said:?}");
        let document: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
        let check = &document["sections"][0]["checks"][0];
        assert_eq!(check["name"], name);
        assert_eq!(check["passed"], !fails, "{damage}");
        let finding = &check["findings"][0];
        assert_eq!(
            finding["severity"],
            if fails { "failure" } else { "note" },
            "{damage}: {check}"
        );
        assert!(
            !finding["items"][0].as_str().unwrap_or_default().is_empty(),
            "{damage}: {check}"
        );
        let dry = run(
            &scratch,
            "final-check",
            &["--check", name, "--fix", "--dry-run"],
        );
        assert_eq!(
            dry.status, said.status,
            "a dry run repairs nothing: {damage}"
        );
        let fixed = run(&scratch, "final-check", &["--check", name, "--fix"]);
        assert_eq!(
            fixed.holds(": 1 passed, 0 failed, 0 warnings"),
            repaired,
            "{damage}: {fixed:?}"
        );
        scratch
            .run(
                "TRUNCATE tenants, voice_agent_configs, voice_agent_calls, voice_agent_metrics;
                 INSERT INTO tenants SELECT * FROM kept_tenants;
                 INSERT INTO voice_agent_configs SELECT * FROM kept_voice_agent_configs;
                 INSERT INTO voice_agent_calls SELECT * FROM kept_voice_agent_calls;
                 INSERT INTO voice_agent_metrics SELECT * FROM kept_voice_agent_metrics",
            )
            .await;
        assert_eq!(scratch.text(CONFIGS).await, whole);
    }
}

#[tokio::test]
async fn before_the_migration_the_check_fails_and_says_why() {
    let Some(scratch) = sample().await else {
        return;
    };
    let bare = run(&scratch, "final-check", &[]);
    assert_eq!(bare.status, 4, "{bare:?}");
    assert!(
        bare.holds("voice_agent_configs.assistant_type: missing"),
        "{bare:?}"
    );
    assert_eq!(run(&scratch, "schema-push", &[]).status, 0);
    let said = run(&scratch, "final-check", &[]);
    assert_eq!(said.status, 4, "{said:?}");
    assert!(
        said.holds("configurations that are neither migrated nor in quarantine (45)"),
        "{said:?}"
    );
    assert!(said.holds("there is no backup to compare with"), "{said:?}");
    assert!(!said.holds("Migration validated"), "{said:?}");
}
