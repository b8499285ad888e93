//! Tenants that are not there, columns that are not there, and no backup.

use super::{CALLS, CONFIGS, METRICS, VERSIONS, migrate, run, sample, with};
use crate::scratch::Scratch;

#[tokio::test]
async fn rows_of_unknown_tenants_are_told_and_count_for_nobody() {
    let Some(scratch) = sample().await else {
        return;
    };
    scratch
        .run(include_str!(
            "../../../../../samples/voice-agent/orphans.sql"
        ))
        .await;
    scratch
        .run("UPDATE voice_agent_configs AS c SET prompt = U&'\\00A0' WHERE c.id = 'config-001' OR NOT EXISTS (SELECT 1 FROM tenants AS t WHERE t.id = c.tenant_id)")
        .await;
    let orphans = "SELECT string_agg(id, ',' ORDER BY id) FROM voice_agent_calls AS c WHERE NOT EXISTS (SELECT 1 FROM tenants AS t WHERE t.id = c.tenant_id)";
    let calls = scratch.text(orphans).await;
    let said = run(&scratch, "data-migrate", &[]);
    // They are told before anything is changed, and found again by the verification.
    for words in [
        "  warn  the tenant of each configuration exists (medium): 47 configurations",
        "configurations of nobody, which go to quarantine (orphan) (2)",
        "  warn  the tenant of each call exists (medium): 1,235 calls",
        "unknown tenants with calls, of which no metrics are made (1)",
        "configurations without a prompt, those that go to quarantine among them (the others get warning empty_prompt) (5)",
        "warning empty_prompt: 3 (",
        "quarantined orphan: 2 (",
        "  FAIL  foreign-keys (critical): ",
        "  ok    record-count (critical): 47 configurations",
    ] {
        assert!(said.holds(words), "{words}: {said:?}");
    }
    assert!(said.holds(&format!("call {calls}: tenant ")), "{said:?}");
    assert_eq!(said.status, 4, "{said:?}");
    let outcome = format!(
        "SELECT string_agg(DISTINCT (outcome IS NOT NULL)::text, ',') FROM voice_agent_calls WHERE id IN ('{calls}')"
    );
    assert_eq!(scratch.text(&outcome).await, "true", "what came of it");
    let strange = "SELECT count(*) FROM voice_agent_metrics AS m WHERE NOT EXISTS (SELECT 1 FROM tenants AS t WHERE t.id = m.tenant_id)";
    assert_eq!(scratch.text(strange).await, "0");
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM voice_agent_metrics")
            .await,
        "12"
    );
    let left = "SELECT count(*) FROM voice_agent_configs WHERE schema_version IS NULL";
    assert_eq!(scratch.text(left).await, "2", "as they were");
    // A person decides, and the next run does the rest.
    scratch
        .run("INSERT INTO tenants (id, name) SELECT DISTINCT tenant_id, 'late' FROM (SELECT tenant_id FROM voice_agent_configs UNION SELECT tenant_id FROM voice_agent_calls) AS t
              WHERE tenant_id IS NOT NULL ON CONFLICT DO NOTHING;
              UPDATE voice_agent_configs SET tenant_id = 'tenant-01' WHERE tenant_id IS NULL")
        .await;
    migrate(&scratch, &[]);
    assert_eq!(run(&scratch, "final-check", &[]).status, 0);
}

/// A table of calls as old as it may be.
const BARE: &str = r"
CREATE TABLE tenants (id text PRIMARY KEY, name text);
CREATE TABLE voice_agent_configs (id text PRIMARY KEY, tenant_id text, name text, prompt text,
    voice_id text, language text, enabled boolean, created_at timestamptz, updated_at timestamptz);
CREATE TABLE voice_agent_calls (id text PRIMARY KEY, tenant_id text);
INSERT INTO tenants VALUES ('acme', 'Acme');
INSERT INTO voice_agent_configs (id, tenant_id, name, prompt) VALUES ('one', 'acme', 'One', 'Hola');
INSERT INTO voice_agent_calls VALUES ('a', 'acme'), ('b', 'acme');
";

#[tokio::test]
async fn columns_of_calls_that_are_absent_are_added() {
    let Some(scratch) = Scratch::with(BARE).await else {
        return;
    };
    let dry = run(&scratch, "data-migrate", &["--dry-run"]);
    assert_eq!(dry.status, 0, "{dry:?}");
    migrate(&scratch, &[]);
    let columns = "SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'voice_agent_calls'";
    assert_eq!(
        scratch.text(columns).await,
        "id text, tenant_id text, config_id text, version text, status text, ended_reason text, \
         transcript text, outcome text, duration_seconds double precision, \
         latency_ms double precision, created_at timestamp with time zone"
    );
    assert_eq!(
        scratch
            .text(
                "SELECT string_agg(id || ' ' || outcome, ', ' ORDER BY id) FROM voice_agent_calls"
            )
            .await,
        "a unknown, b unknown"
    );
    // What nobody measured has no average.
    let metrics = "SELECT concat_ws(' ', total_calls, successful_calls, failed_calls, outcomes) || ' ' || (num_nonnulls(avg_duration_seconds, p50_duration_seconds, p95_duration_seconds, avg_latency_ms, p50_latency_ms, p95_latency_ms, p99_latency_ms)) FROM voice_agent_metrics";
    assert_eq!(scratch.text(metrics).await, r#"2 0 0 {"unknown": 2} 0"#);
    assert_eq!(run(&scratch, "final-check", &[]).status, 0);
}

#[tokio::test]
async fn without_a_backup_there_is_none_and_the_ledger_takes_everything_back() {
    let Some(scratch) = sample().await else {
        return;
    };
    assert_eq!(run(&scratch, "schema-push", &[]).status, 0);
    let before = [scratch.text(CONFIGS).await, scratch.text(CALLS).await];
    let said = migrate(&scratch, &["--skip-backup"]);
    assert!(said.holds("left out: --skip-backup"), "{said:?}");
    let none = "SELECT (SELECT count(*) FROM sunset.backups) || ' ' || (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'migration_backup%')";
    assert_eq!(scratch.text(none).await, "0 0");
    assert!(
        run(&scratch, "rollback", &["--list-backups"]).holds("There are no backups."),
        "none is listed"
    );
    // The check that needs one says so, and fails nothing for that.
    let check = run(&scratch, "final-check", &["--check", "v1-unchanged"]);
    assert_eq!(check.status, 0, "{check:?}");
    assert!(
        check.holds("there is no backup to compare with"),
        "{check:?}"
    );
    let data = ["--level", "data", "--backup-id", "backup_20240115_143022"];
    let refused = run(&scratch, "rollback", &data);
    assert_eq!(refused.status, 1, "{refused:?}");
    assert_eq!(run(&scratch, "rollback", &["--yes"]).status, 0);
    assert_eq!(
        [scratch.text(CONFIGS).await, scratch.text(CALLS).await],
        before
    );
    assert_eq!(scratch.text(METRICS).await, "none");
}

/// Outcomes are of the first run that saw the call; what people say afterwards stays.
#[tokio::test]
async fn an_outcome_that_a_person_sets_after_the_migration_stays() {
    let sql = "INSERT INTO voice_agent_configs (id, tenant_id, name, prompt) VALUES ('one', 'acme', 'One', 'Hola');
               INSERT INTO voice_agent_calls (id, tenant_id, status) VALUES ('a', 'acme', 'completed'), ('b', 'acme', 'completed')";
    let Some(scratch) = with(sql).await else {
        return;
    };
    migrate(&scratch, &[]);
    scratch
        .run("UPDATE voice_agent_calls SET outcome = 'order_created' WHERE id = 'b'")
        .await;
    // The metrics count what is there now, and nothing else is written.
    let outcomes = "SELECT outcomes FROM voice_agent_metrics";
    migrate(&scratch, &[]);
    assert_eq!(
        scratch.text(outcomes).await,
        r#"{"order_created": 1, "information_given": 1}"#
    );
    let versions = scratch.text(VERSIONS).await;
    let again = migrate(&scratch, &[]);
    assert!(again.holds("Nothing to change"), "{again:?}");
    assert_eq!(scratch.text(VERSIONS).await, versions);
    // Taking the migration back leaves what the person said, and says so.
    let back = run(&scratch, "rollback", &["--yes"]);
    assert_eq!(back.status, 3, "{back:?}");
    let kept = "SELECT string_agg(id || ' ' || coalesce(outcome, 'none'), ', ' ORDER BY id) FROM voice_agent_calls";
    assert_eq!(scratch.text(kept).await, "a none, b order_created");
}

#[tokio::test]
async fn each_configuration_is_shown_before_and_after_where_that_is_asked_for() {
    let Some(scratch) = sample().await else {
        return;
    };
    let ids = scratch
        .text("SELECT string_agg(id, ',' ORDER BY id) FROM voice_agent_configs")
        .await;
    for (arguments, times) in [
        (&["--dry-run", "--verbose"][..], 45),
        (&["--dry-run"][..], 0),
    ] {
        let said = run(&scratch, "data-migrate", arguments);
        assert_eq!(said.status, 0, "{said:?}");
        for words in ["      before {", "      after  {"] {
            assert_eq!(said.out.matches(words).count(), times, "{words}: {said:?}");
        }
        for id in ids.split(',') {
            let line = format!("[DRY RUN]     {id}");
            let shown = said.out.lines().filter(|found| *found == line).count();
            assert_eq!(shown, usize::from(times > 0), "{id}: {said:?}");
        }
    }
}

#[tokio::test]
async fn a_repair_of_some_tenants_leaves_the_others_as_they_are() {
    let Some(scratch) = sample().await else {
        return;
    };
    migrate(&scratch, &[]);
    scratch
        .run(
            "UPDATE voice_agent_calls SET outcome = 'vip' WHERE id IN (SELECT min(id) FROM voice_agent_calls WHERE tenant_id IN ('tenant-01', 'tenant-02') GROUP BY tenant_id);
             UPDATE voice_agent_configs SET assistant_type = NULL, voice_config = '{}', personality = personality || '{\"special_instructions\": []}'
              WHERE id IN (SELECT min(id) FROM voice_agent_configs WHERE tenant_id IN ('tenant-01', 'tenant-02') GROUP BY tenant_id);
             UPDATE voice_agent_metrics SET total_calls = 0 WHERE tenant_id IN ('tenant-01', 'tenant-02')",
        )
        .await;
    let wrong = "SELECT string_agg(tenant_id, ' ' ORDER BY tenant_id) FROM (
            SELECT tenant_id FROM voice_agent_calls WHERE outcome = 'vip'
            UNION ALL SELECT tenant_id FROM voice_agent_configs WHERE assistant_type IS NULL
            UNION ALL SELECT tenant_id FROM voice_agent_configs WHERE voice_config = '{}'
            UNION ALL SELECT tenant_id FROM voice_agent_configs WHERE personality -> 'special_instructions' = '[]'
            UNION ALL SELECT tenant_id FROM voice_agent_metrics WHERE total_calls = 0) AS w";
    let both = scratch.text(wrong).await;
    assert_eq!(both.matches("tenant-02").count(), 5, "{both}");
    let others = "SELECT md5(string_agg(to_jsonb(t)::text, ',' ORDER BY id)) FROM voice_agent_configs AS t WHERE tenant_id <> 'tenant-01'";
    let before = scratch.text(others).await;
    let fixed = run(
        &scratch,
        "final-check",
        &["--tenant-ids", "tenant-01", "--fix"],
    );
    assert_eq!(fixed.status, 0, "{fixed:?}");
    assert!(
        fixed.holds("8 checks in total: 8 passed, 0 failed, 0 warnings"),
        "{fixed:?}"
    );
    assert_eq!(scratch.text(wrong).await, ["tenant-02"; 5].join(" "));
    assert_eq!(scratch.text(others).await, before);
    assert_eq!(run(&scratch, "final-check", &[]).status, 4);
    assert_eq!(run(&scratch, "final-check", &["--fix"]).status, 0);
    assert_eq!(scratch.text(wrong).await, "-");
    // What a repair sets is what the migration would have set.
    let kinds = "SELECT count(*) FROM voice_agent_configs WHERE assistant_type IN ('inbound', 'outbound', 'hybrid') AND voice_config ? 'voice_id' AND voice_config ? 'language'";
    assert_eq!(scratch.text(kinds).await, "45");
}
