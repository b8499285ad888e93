//! Nothing that people write is lost, and numbers are what they are to the last bit.

use super::{CALLS, CONFIGS, migrate, run, sample, with};

const LAST: &str = "SELECT id FROM sunset.backups ORDER BY taken_at DESC, id DESC LIMIT 1";
const LAST_COPY: &str =
    "SELECT schema_name FROM sunset.backups ORDER BY taken_at DESC, id DESC LIMIT 1";

/// What people wrote since an earlier run stands in the next run's backup, and comes back from it.
#[tokio::test]
async fn what_was_written_between_two_runs_is_in_a_backup() {
    let Some(scratch) = sample().await else {
        return;
    };
    let orphans = include_str!("../../../../../samples/voice-agent/orphans.sql");
    scratch.run(orphans).await;
    assert_eq!(run(&scratch, "data-migrate", &[]).status, 4);
    let first = scratch.text(LAST).await;
    scratch
        .run(
            "INSERT INTO tenants (id, name) VALUES ('tenant-gone', 'x');
             UPDATE voice_agent_configs SET prompt = 'call the customer' WHERE id = 'config-nobody';
             INSERT INTO voice_agent_configs (id, tenant_id, name, prompt) VALUES ('config-late', 'tenant-01', 'Late', 'hola');
             INSERT INTO voice_agent_calls (id, tenant_id, config_id, status) VALUES ('call-late', 'tenant-01', 'config-late', 'completed')",
        )
        .await;
    let before = [scratch.text(CONFIGS).await, scratch.text(CALLS).await];
    let said = run(&scratch, "data-migrate", &[]);
    assert_eq!(said.status, 3, "one is of no tenant: {said:?}");
    assert!(
        said.holds(&format!(
            "{first} holds the rows as they were before an earlier attempt"
        )),
        "{said:?}"
    );
    let (id, copy) = (scratch.text(LAST).await, scratch.text(LAST_COPY).await);
    assert_ne!(id, first);
    let held = format!(
        "SELECT string_agg(id || ' ' || prompt, ',' ORDER BY id) FROM {copy}.voice_agent_configs WHERE id IN ('config-late', 'config-nobody')"
    );
    assert_eq!(
        scratch.text(&held).await,
        "config-late hola,config-nobody call the customer"
    );
    let check = run(&scratch, "final-check", &["--check", "v1-unchanged"]);
    assert_eq!(check.status, 0, "{check:?}");
    let back = run(
        &scratch,
        "rollback",
        &["--level", "data", "--backup-id", &id, "--yes", "--force"],
    );
    assert_eq!(back.status, 0, "{back:?}");
    assert_eq!(
        [scratch.text(CONFIGS).await, scratch.text(CALLS).await],
        before
    );
}

/// Every bit of every number, however the session prints them.
const BITS: &str = "SELECT string_agg(tenant_id || encode(float8send(avg_latency_ms), 'hex') || encode(float8send(avg_duration_seconds), 'hex'), ',' ORDER BY tenant_id) FROM voice_agent_metrics";

#[tokio::test]
async fn numbers_come_back_to_the_last_bit_where_the_database_rounds_them() {
    let Some(scratch) = sample().await else {
        return;
    };
    scratch
        .run("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET extra_float_digits = 0', current_database()); END $$")
        .await;
    migrate(&scratch, &[]);
    let first = scratch.text(BITS).await;
    scratch
        .run("UPDATE voice_agent_calls SET latency_ms = latency_ms + 1.0 / 3 WHERE latency_ms > 0")
        .await;
    migrate(&scratch, &[]);
    assert_ne!(scratch.text(BITS).await, first);
    let second = scratch
        .text("SELECT max(id)::text FROM sunset.runs WHERE program = 'data-migrate'")
        .await;
    let back = run(&scratch, "rollback", &["--run", &second, "--yes"]);
    assert_eq!(back.status, 0, "{back:?}");
    assert_eq!(scratch.text(BITS).await, first);
    assert_eq!(run(&scratch, "rollback", &["--yes"]).status, 0);
}

#[tokio::test]
async fn values_of_any_size_are_averaged() {
    let Some(scratch) = with("INSERT INTO voice_agent_calls (id, tenant_id, status, duration_seconds, latency_ms) VALUES
        ('a1', 'acme', 'completed', 1, 1e300), ('a2', 'acme', 'completed', 1e-320, 2), ('a3', 'acme', 'failed', 0.1, 2e300),
        ('g1', 'globex', 'completed', 1e160, 1.7976931348623157e308), ('g2', 'globex', 'completed', 3, 1.7976931348623157e308),
        ('g3', 'globex', 'completed', 'Infinity', 1.7976931348623157e308)")
    .await
    else {
        return;
    };
    migrate(&scratch, &[]);
    let means = "SELECT string_agg(concat_ws(' ', tenant_id, avg_duration_seconds, avg_latency_ms), ', ' ORDER BY tenant_id) FROM voice_agent_metrics";
    assert_eq!(
        scratch.text(means).await,
        "acme 0.3666666666666667 1e+300, globex Infinity 1.7976931348623157e+308"
    );
    assert_eq!(
        run(&scratch, "final-check", &["--check", "metrics"]).status,
        0
    );
    assert_eq!(run(&scratch, "rollback", &["--yes"]).status, 0);
}

#[tokio::test]
async fn averages_are_those_of_the_database() {
    let Some(scratch) = sample().await else {
        return;
    };
    migrate(&scratch, &[]);
    let others = "SELECT count(*)::text FROM voice_agent_metrics AS m WHERE m.avg_latency_ms IS DISTINCT FROM
        (SELECT avg(c.latency_ms ORDER BY c.latency_ms) FROM voice_agent_calls AS c
          WHERE c.tenant_id = m.tenant_id AND c.latency_ms > 0 AND c.latency_ms <> 'NaN')";
    assert_eq!(scratch.text(others).await, "0");
}

#[tokio::test]
async fn columns_that_are_always_generated_come_back() {
    let Some(scratch) = sample().await else {
        return;
    };
    scratch
        .run(
            "ALTER TABLE voice_agent_calls ADD seq bigint GENERATED ALWAYS AS IDENTITY;
             ALTER TABLE voice_agent_configs ADD seq bigint GENERATED ALWAYS AS IDENTITY;
             ALTER TABLE voice_agent_configs ADD size integer GENERATED ALWAYS AS (length(prompt)) STORED",
        )
        .await;
    assert_eq!(run(&scratch, "schema-push", &[]).status, 0);
    let before = [scratch.text(CONFIGS).await, scratch.text(CALLS).await];
    migrate(&scratch, &[]);
    scratch
        .run("DELETE FROM voice_agent_calls WHERE id = 'call-00003'")
        .await;
    let id = scratch.text(LAST).await;
    let mut data = vec!["--level", "data", "--backup-id", &id, "--force"];
    data.push("--dry-run");
    let dry = run(&scratch, "rollback", &data);
    assert_eq!(dry.status, 0, "{dry:?}");
    assert!(
        dry.holds("45 rows would be restored") && dry.holds("1 deleted since would be put back"),
        "{dry:?}"
    );
    data.pop();
    data.push("--yes");
    let said = run(&scratch, "rollback", &data);
    assert_eq!(said.status, 0, "{said:?}");
    assert!(
        said.holds("45 rows restored") && said.holds("1 deleted since put back"),
        "{said:?}"
    );
    assert_eq!(
        [scratch.text(CONFIGS).await, scratch.text(CALLS).await],
        before
    );
}

#[tokio::test]
async fn everything_that_a_check_found_is_named_and_null_is_shown() {
    let Some(scratch) = sample().await else {
        return;
    };
    migrate(&scratch, &[]);
    scratch
        .run(
            "UPDATE voice_agent_configs SET prompt = coalesce(prompt, '') || '!';
             UPDATE voice_agent_calls SET outcome = NULL WHERE id = (SELECT keys[1] FROM sunset.changes WHERE step = 'outcomes' ORDER BY id LIMIT 1)",
        )
        .await;
    let said = run(
        &scratch,
        "final-check",
        &["--check", "v1-unchanged", "--json"],
    );
    assert_eq!(said.status, 4, "{said:?}");
    let document: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let finding = &document["sections"][0]["checks"][0]["findings"][0];
    assert_eq!(finding["count"], 45);
    assert_eq!(finding["items"].as_array().map(Vec::len), Some(45));
    let back = run(&scratch, "rollback", &["--yes"]);
    assert_eq!(back.status, 3, "{back:?}");
    assert!(
        back.holds(r#": {"outcome": null}, was set to {"outcome": ""#),
        "{back:?}"
    );
}
