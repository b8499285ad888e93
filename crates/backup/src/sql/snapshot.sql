SELECT pg_export_snapshot() AS exported,
       pg_current_snapshot()::text AS snapshot,
       current_setting('server_version') AS server_version,
       to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS taken_at,
       to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD-HH24MISS') AS stem
