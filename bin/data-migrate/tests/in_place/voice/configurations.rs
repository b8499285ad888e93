//! What becomes of configurations, and what stays as it is.

use super::{CALLS, CONFIGS, HEAD, METRICS, VERSIONS, migrate, run, sample, with};

#[tokio::test]
async fn the_sample_is_migrated_once_and_can_be_taken_back_whole() {
    let Some(scratch) = sample().await else {
        return;
    };
    assert_eq!(run(&scratch, "schema-push", &[]).status, 0);
    let before = (scratch.text(CONFIGS).await, scratch.text(CALLS).await);
    let shown = run(&scratch, "data-migrate", &["--dry-run", "--verbose"]);
    assert_eq!(shown.status, 0, "{shown:?}");
    for line in [
        "configurations to migrate: 45",
        "calls to update: 1,139",
        "metrics to generate: 12",
        "No changes will be made in dry-run mode",
        "      before {",
        "      after  {\"assistant_type\":",
    ] {
        assert!(shown.holds(line), "{line}: {shown:?}");
    }
    assert_eq!(scratch.text(CONFIGS).await, before.0);
    assert_eq!(
        scratch
            .text("SELECT to_regnamespace('sunset') IS NOT NULL")
            .await,
        "true",
        "schema-push made it"
    );
    let done = migrate(&scratch, &[]);
    for line in [
        "configs copied and compared: 45",
        "calls copied and compared: 1,234",
        "configurations migrated: 45",
        "calls updated: 1,139",
        "metrics generated: 12",
        "rollout set 5",
    ] {
        assert!(done.holds(line), "{line}: {done:?}");
    }
    let check = run(&scratch, "final-check", &[]);
    assert_eq!(check.status, 0, "{check:?}");
    assert!(
        check.holds("8 checks in total: 8 passed, 0 failed, 0 warnings"),
        "{check:?}"
    );
    assert!(
        check.holds("Migration validated successfully!"),
        "{check:?}"
    );
    let versions = scratch.text(VERSIONS).await;
    let again = migrate(&scratch, &[]);
    assert!(again.holds("Nothing to change"), "{again:?}");
    assert_eq!(scratch.text(VERSIONS).await, versions);
    assert_eq!(
        scratch.text("SELECT count(*) FROM sunset.backups").await,
        "1"
    );
    let back = run(&scratch, "rollback", &["--yes"]);
    assert_eq!(back.status, 0, "{back:?}");
    assert_eq!(
        (scratch.text(CONFIGS).await, scratch.text(CALLS).await),
        before
    );
    assert_eq!(scratch.text(METRICS).await, "none");
}

#[tokio::test]
async fn a_dry_run_counts_before_the_schema_is_there() {
    let Some(scratch) = sample().await else {
        return;
    };
    let shown = run(&scratch, "data-migrate", &["--dry-run"]);
    assert_eq!(shown.status, 0, "{shown:?}");
    for line in [
        "configurations to migrate: 45",
        "calls to update: 1,139",
        "metrics to generate: 12",
    ] {
        assert!(shown.holds(line), "{line}: {shown:?}");
    }
    assert_eq!(
        scratch
            .text("SELECT to_regnamespace('sunset') IS NULL")
            .await,
        "true"
    );
    assert!(
        migrate(&scratch, &[]).holds("configurations migrated: 45"),
        "it brings the schema itself"
    );
}

const NASTY: &str = r#"
INSERT INTO voice_agent_configs (id, tenant_id, name, prompt, voice_id, language, enabled, created_at, updated_at) VALUES
 ('crlf', 'acme', 'a', E'Contestar\r\nNOTAS IMPORTANTES:\r\n- Uno\r\n 2. Dós\r\n\r\nno\r\nVelocidad: 0.5\r\nSaludo: ¡Hola!', 'v', 'es', false, '2020-02-29 12:00+00', '2020-03-01 12:00+00'),
 ('none', 'acme', 'b', NULL, NULL, NULL, NULL, NULL, NULL),
 ('long', 'globex', 'c', repeat('línea con reservación' || chr(13) || chr(10), 5000) || 'llamar a todos', 'v', 'es', true, now(), now()),
 ('a''b""c', 'globex', 'd', E'tab\tand \\ and \u2028', 'v', 'es', true, now(), now()),
 ('gone', 'nobody', 'e', 'x', 'v', 'es', true, now(), now()),
 ('null', NULL, 'f', 'x', 'v', 'es', true, now(), now());
"#;

#[tokio::test]
async fn nasty_configurations_come_out_as_the_rules_say() {
    let Some(scratch) = with(NASTY).await else {
        return;
    };
    // Of every connection from now on, those of the programs among them.
    let name = &scratch.name;
    scratch
        .run(&format!(
            "ALTER DATABASE \"{name}\" SET timezone = 'Pacific/Kiritimati'"
        ))
        .await;
    let v1 = "SELECT md5(string_agg(concat_ws('|', id, tenant_id, name, prompt, voice_id, language, enabled, created_at), ',' ORDER BY id)) FROM voice_agent_configs";
    let before = scratch.text(v1).await;
    let said = run(&scratch, "data-migrate", &["--batch-size", "1"]);
    assert_eq!(said.status, 3, "{said:?}");
    assert!(said.holds("quarantined orphan: 2 (gone; null)"), "{said:?}");
    assert_eq!(scratch.text(v1).await, before);
    let one = |sql: &str| format!("{sql} FROM voice_agent_configs WHERE id = 'crlf'");
    assert_eq!(
        scratch
            .text(&one("SELECT personality - 'base_prompt'"))
            .await,
        r#"{"greeting_message": "¡Hola!", "special_instructions": ["Uno", "Dós"]}"#
    );
    assert_eq!(
        scratch.text(&one("SELECT voice_config")).await,
        r#"{"speed": 0.5, "language": "es", "voice_id": "v"}"#
    );
    assert_eq!(
        scratch.text(&one("SELECT (personality ->> 'base_prompt' = prompt) || ' ' || (updated_at = migrated_at) || ' ' || schema_version || ' ' || migrated_from")).await,
        "true true v2 v1"
    );
    assert_eq!(
        scratch.text("SELECT string_agg(id || ' ' || assistant_type || ' ' || array_to_string(capabilities, '+'), ', ' ORDER BY id) FROM voice_agent_configs WHERE id IN ('long', 'none')").await,
        "long outbound reservations, none inbound business_hours"
    );
    assert_eq!(
        scratch.text("SELECT string_agg(code || ' ' || path, ', ' ORDER BY ordinal) FROM sunset.warnings WHERE document_id = 'none'").await,
        "empty_prompt prompt, defaulted voice_id, defaulted language"
    );
    let check = run(&scratch, "final-check", &[]);
    assert_eq!(check.status, 0, "{check:?}");
    assert!(
        check.holds("configurations in quarantine, which wait for a person (2)"),
        "{check:?}"
    );
    scratch
        .run("INSERT INTO tenants VALUES ('nobody', 'Somebody')")
        .await;
    let later = run(&scratch, "data-migrate", &[]);
    assert_eq!(later.status, 3, "{later:?}");
    assert!(later.holds("configurations migrated: 1"), "{later:?}");
    assert_eq!(
        scratch
            .text("SELECT string_agg(document_id, ',') FROM sunset.quarantine")
            .await,
        "null"
    );
}

#[tokio::test]
async fn only_the_chosen_tenants_are_touched() {
    let Some(scratch) = sample().await else {
        return;
    };
    assert_eq!(run(&scratch, "schema-push", &[]).status, 0);
    let unknown = run(
        &scratch,
        "data-migrate",
        &["--tenant-ids", "tenant-01,nobody"],
    );
    assert_eq!(unknown.status, 1, "{unknown:?}");
    assert!(unknown.holds("nobody"), "{unknown:?}");
    let unknown = run(
        &scratch,
        "data-migrate",
        &["--tenant-ids", "nobody", "--dry-run"],
    );
    assert_eq!(unknown.status, 1, "{unknown:?}");
    let others = "SELECT md5(string_agg(id || xmin::text, ',' ORDER BY id)) FROM (SELECT id, xmin, tenant_id FROM voice_agent_configs UNION ALL SELECT id, xmin, tenant_id FROM voice_agent_calls) AS t WHERE tenant_id NOT IN ('tenant-01', 'tenant-05')";
    let before = scratch.text(others).await;
    let said = migrate(&scratch, &["--tenant-ids", "tenant-05, tenant-01"]);
    assert!(said.holds("configurations migrated: 8"), "{said:?}");
    assert_eq!(scratch.text(others).await, before);
    assert_eq!(
        scratch
            .text("SELECT string_agg(tenant_id, ',' ORDER BY tenant_id) FROM voice_agent_metrics")
            .await,
        "tenant-01,tenant-05"
    );
    let schema = scratch.text("SELECT schema_name FROM sunset.backups").await;
    assert!(schema.starts_with("migration_backup_backup_"), "{schema}");
    assert_eq!(
        scratch
            .text(&format!(
                "SELECT string_agg(DISTINCT tenant_id, ',') FROM {schema}.voice_agent_calls"
            ))
            .await,
        "tenant-01,tenant-05"
    );
    assert_eq!(
        run(&scratch, "final-check", &["--tenant-ids", "tenant-01"]).status,
        0
    );
    assert_eq!(run(&scratch, "final-check", &[]).status, 4);
    assert_eq!(
        run(&scratch, "final-check", &["--tenant-ids", "nobody"]).status,
        1
    );
}

#[tokio::test]
async fn mistakes_are_told() {
    let Some(scratch) = with("").await else {
        return;
    };
    let none = run(&scratch, "data-migrate", &["--tenant-ids", " , "]);
    assert!(
        none.status == 1 && none.holds("names no tenant"),
        "{none:?}"
    );
    let other = run(&scratch, "data-migrate", &["--as-of", "2026-01-01"]);
    assert!(
        other.holds("the plan voice-agent has no option --as-of"),
        "{other:?}"
    );
    let check = run(&scratch, "final-check", &["--check", "nothing"]);
    assert!(
        check.holds("its checks are: record-count, data-integrity"),
        "{check:?}"
    );
    let empty = migrate(&scratch, &["--skip-backup"]);
    assert!(empty.holds("left out: --skip-backup"), "{empty:?}");
    assert_eq!(run(&scratch, "final-check", &[]).status, 0);
    assert!(HEAD.contains("tenants"));
}
