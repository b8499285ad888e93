-- A voice agent of version 1: 200 tenants with a configuration each, and `n` calls of some 400
-- bytes, with and without what decides their outcome.
CREATE TABLE tenants (id text PRIMARY KEY, name text NOT NULL);
CREATE TABLE voice_agent_configs (id text PRIMARY KEY, tenant_id text, name text, prompt text,
    voice_id text, language text, enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE voice_agent_calls (id text PRIMARY KEY, tenant_id text, config_id text,
    version text NOT NULL DEFAULT 'v1', status text, ended_reason text, transcript text, outcome text,
    duration_seconds double precision, latency_ms double precision,
    created_at timestamptz NOT NULL DEFAULT now());
INSERT INTO tenants SELECT 'tenant-' || n, 'Tenant ' || n FROM generate_series(1, 200) AS n;
INSERT INTO voice_agent_configs (id, tenant_id, name, prompt, voice_id, language)
SELECT 'config-' || n, 'tenant-' || n, 'Assistant', 'Contestar llamadas. Reservaciones y menú.', 'coral', 'es-MX'
  FROM generate_series(1, 200) AS n;
INSERT INTO voice_agent_calls (id, tenant_id, config_id, status, ended_reason, transcript, duration_seconds, latency_ms)
SELECT 'call-' || n, 'tenant-' || 1 + n % 200, 'config-' || 1 + n % 200,
       (ARRAY['completed', 'failed', 'completed', NULL])[1 + n % 4],
       (ARRAY['customer-ended-call', 'silence-timeout', 'assistant-ended-call'])[1 + n % 3],
       repeat('Buenos días, ¿en qué puedo ayudarle? ', 10)
           || (ARRAY['Reservación confirmada.', 'Cita agendada.', 'La voy a transferir.', 'Gracias.', ''])[1 + n % 5],
       (n % 600)::double precision / 3, 200 + n % 1700
  FROM generate_series(1, :n) AS n;
VACUUM ANALYZE voice_agent_calls;
