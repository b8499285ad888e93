//! Plan `voice-agent`.

mod backups;
mod calls;
mod check;
mod configurations;
mod edges;
mod exact;
mod levels;
mod progress;
mod said;
mod stopped;
mod triggers;

use crate::scratch::{Said, Scratch};

const PLAN: [&str; 2] = ["--plan", "voice-agent"];

/// The tables that the application has before the plan, and two tenants.
const HEAD: &str = r"
CREATE TABLE tenants (id text PRIMARY KEY, name text NOT NULL);
CREATE TABLE voice_agent_configs (id text PRIMARY KEY, tenant_id text, name text, prompt text,
    voice_id text, language text, enabled boolean, created_at timestamptz, updated_at timestamptz);
CREATE TABLE voice_agent_calls (id text PRIMARY KEY, tenant_id text, config_id text, version text,
    status text, ended_reason text, transcript text, outcome text,
    duration_seconds double precision, latency_ms double precision, created_at timestamptz);
INSERT INTO tenants VALUES ('acme', 'Acme'), ('globex', 'Globex');
";

const CONFIGS: &str = "SELECT coalesce(md5(string_agg(to_jsonb(t)::text, ',' ORDER BY id)), 'none') FROM voice_agent_configs AS t";
const CALLS: &str = "SELECT coalesce(md5(string_agg(to_jsonb(t)::text, ',' ORDER BY id)), 'none') FROM voice_agent_calls AS t";
const METRICS: &str = "SELECT coalesce(md5(string_agg((to_jsonb(t) - 'updated_at')::text, ',' ORDER BY tenant_id)), 'none') FROM voice_agent_metrics AS t";
/// Configurations, whenever they were migrated.
const MIGRATED: &str = "SELECT md5(string_agg((to_jsonb(t) - 'updated_at' - 'migrated_at')::text, ',' ORDER BY id)) FROM voice_agent_configs AS t";
/// Whatever is written makes another of it.
const VERSIONS: &str = "SELECT (SELECT md5(string_agg(id || xmin::text || ctid::text, ',' ORDER BY id)) FROM voice_agent_configs) \
    || (SELECT md5(string_agg(id || xmin::text || ctid::text, ',' ORDER BY id)) FROM voice_agent_calls) \
    || (SELECT md5(string_agg(tenant_id || xmin::text || ctid::text, ',' ORDER BY tenant_id)) FROM voice_agent_metrics)";

/// The sample, as it is shipped.
async fn sample() -> Option<Scratch> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../samples/voice-agent/database.sql"
    );
    let sql = std::fs::read_to_string(path).expect("the sample");
    Scratch::with(&sql).await
}

async fn with(sql: &str) -> Option<Scratch> {
    Scratch::with(&format!("{HEAD}{sql}")).await
}

fn run(scratch: &Scratch, program: &str, arguments: &[&str]) -> Said {
    let mut all = PLAN.to_vec();
    all.extend(arguments);
    scratch.say(program, &all)
}

/// Migrates, which must succeed.
fn migrate(scratch: &Scratch, arguments: &[&str]) -> Said {
    let said = run(scratch, "data-migrate", arguments);
    assert_eq!(said.status, 0, "{said:?}");
    said
}
