-- The backups of a plan ($1; NULL: of all), the last first.
SELECT b.id, b.sort, b.plan, b.run, b.namespace, b.schema_name, b.last_change, b.tables::text AS tables,
       b.branch::text AS branch,
       to_char(b.taken_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS taken_at,
       greatest(extract(epoch FROM clock_timestamp() - b.taken_at), 0)::bigint AS age
  FROM sunset.backups AS b
 WHERE ($1::text IS NULL OR b.plan = $1)
   AND (b.branch IS NOT NULL OR to_regnamespace(quote_ident(b.schema_name)) IS NOT NULL)
 ORDER BY b.taken_at DESC, b.id DESC
