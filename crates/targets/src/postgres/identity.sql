-- On Neon every branch of a project has the system identifier of its parent: the timeline tells
-- them apart. A server that hides its identifier is known by its address and the database's oid.
SELECT current_database()::text AS name,
       current_setting('server_version_num')::int4 AS server_version,
       coalesce(nullif(current_setting('neon.timeline_id', true), ''), '') AS timeline,
       (SELECT oid::text FROM pg_catalog.pg_database WHERE datname = current_database()) AS oid,
       coalesce((SELECT 'lz4' = ANY (enumvals) FROM pg_catalog.pg_settings
                 WHERE name = 'default_toast_compression'), false) AS lz4,
       has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may_ask
