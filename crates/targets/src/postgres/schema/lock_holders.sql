-- Who is in the way of a strong lock on these tables ($1, qualified and quoted), or, where none are
-- named, on any of a schema ($2). A prepared transaction has no process, and is known by its number.
SELECT string_agg(DISTINCT CASE WHEN a.pid IS NOT NULL THEN
           -- The server's own processes (autovacuum) have no user.
           format('process %s%s%s%s', a.pid, coalesce(' of ' || a.usename, ', ' || a.backend_type, ''),
                  CASE WHEN a.application_name <> '' THEN ' (' || a.application_name || ')' ELSE '' END,
                  CASE WHEN a.xact_start IS NOT NULL
                       THEN format(', in a transaction for %s s', extract(epoch FROM clock_timestamp() - a.xact_start)::integer)
                       ELSE '' END)
           ELSE format('the prepared transaction %L of %s, which COMMIT PREPARED or ROLLBACK PREPARED ends', p.gid, p.owner) END,
           '; ') AS holders
  FROM pg_catalog.pg_locks AS l
  LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
  LEFT JOIN pg_catalog.pg_locks AS x
    ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid' AND x.granted
   AND x.virtualtransaction = l.virtualtransaction
  LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
 WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
   AND (a.pid IS NOT NULL OR p.gid IS NOT NULL)
   AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
   AND CASE WHEN cardinality($1::text[]) > 0
            THEN l.relation = ANY (SELECT pg_catalog.to_regclass(name) FROM unnest($1::text[]) AS name)
            ELSE l.relation IN (SELECT c.oid FROM pg_catalog.pg_class AS c
                                  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                                 WHERE n.nspname = $2 AND c.relkind IN ('r', 'p'))
       END
