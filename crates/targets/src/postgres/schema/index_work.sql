-- What becomes of an index ($1, quoted) that another connection builds or drops. A prepared
-- transaction has no process.
SELECT coalesce(p.phase, '') AS phase,
       coalesce(CASE WHEN p.blocks_total > 0 THEN p.blocks_done ELSE p.tuples_done END, 0) AS done,
       coalesce(CASE WHEN p.blocks_total > 0 THEN p.blocks_total ELSE p.tuples_total END, 0) AS total,
       (SELECT string_agg(DISTINCT CASE
                   WHEN h.pid IS NOT NULL THEN
                   format('process %s of %s%s%s', h.pid, h.usename,
                          CASE WHEN h.application_name <> '' THEN ' (' || h.application_name || ')' ELSE '' END,
                          coalesce(', in a transaction since ' || to_char(h.xact_start AT TIME ZONE 'UTC', 'HH24:MI:SS UTC'), ''))
                   WHEN x.gid IS NOT NULL THEN
                   format('the prepared transaction %L of %s, which COMMIT PREPARED or ROLLBACK PREPARED ends', x.gid, x.owner)
                   ELSE 'somebody who is gone by now' END, '; ')
          FROM unnest(pg_catalog.pg_blocking_pids(a.pid)) AS b (pid)
          LEFT JOIN pg_catalog.pg_stat_activity AS h ON h.pid = b.pid
          LEFT JOIN pg_catalog.pg_prepared_xacts AS x ON b.pid = 0 AND x.database = current_database()
         -- This look itself is over in a moment.
         WHERE b.pid <> pg_catalog.pg_backend_pid()) AS waits_for
  FROM pg_catalog.pg_stat_activity AS a
  LEFT JOIN pg_catalog.pg_stat_progress_create_index AS p ON p.pid = a.pid
 WHERE a.datname = current_database() AND a.usename = current_user AND a.state = 'active'
   AND a.query ~ '^(CREATE|DROP) (UNIQUE )?INDEX CONCURRENTLY ' AND position($1 IN a.query) > 0
 ORDER BY a.query_start DESC
 LIMIT 1
