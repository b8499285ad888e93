-- A voice agent's database of version 1, before plan voice-agent. Generated; no real person's data.
-- 45 configurations of 12 tenants, 1,234 calls.
BEGIN;
CREATE TABLE tenants (
    id text PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE voice_agent_configs (
    id text PRIMARY KEY,
    tenant_id text,
    name text,
    prompt text,
    voice_id text,
    language text,
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE voice_agent_calls (
    id text PRIMARY KEY,
    tenant_id text,
    config_id text,
    version text NOT NULL DEFAULT 'v1',
    status text,
    ended_reason text,
    transcript text,
    outcome text,
    duration_seconds double precision,
    latency_ms double precision,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX voice_agent_calls_tenant_id ON voice_agent_calls (tenant_id);
