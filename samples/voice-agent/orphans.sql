-- A configuration and a call of nobody, beside database.sql. Generated; no real person's data.
INSERT INTO voice_agent_configs (id, tenant_id, name, prompt) VALUES
('config-nobody', 'tenant-gone', 'Asistente', 'Contestar llamadas'),
('config-none', NULL, 'Asistente', 'Contestar llamadas');
INSERT INTO voice_agent_calls (id, tenant_id, config_id, status) VALUES
('call-nobody', 'tenant-gone', 'config-nobody', 'completed');
