-- Who is in the way of a strong lock on these tables ($1, qualified and quoted).
SELECT string_agg(DISTINCT format('process %s of %s%s%s', a.pid, a.usename,
                      CASE WHEN a.application_name <> '' THEN ' (' || a.application_name || ')' ELSE '' END,
                      CASE WHEN a.xact_start IS NOT NULL
                           THEN format(', in a transaction for %s s', extract(epoch FROM clock_timestamp() - a.xact_start)::integer)
                           ELSE '' END), '; ') AS holders
  FROM pg_catalog.pg_locks AS l
  JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
 WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_catalog.pg_backend_pid()
   AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
   AND l.relation = ANY (SELECT pg_catalog.to_regclass(name) FROM unnest($1::text[]) AS name)
