SELECT r.id, r.program, r.host, r.pid, l.backend,
       to_char(l.acquired_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since,
       extract(epoch FROM clock_timestamp() - l.heartbeat_at)::float8 AS silent,
       l.released_at IS NOT NULL AS released
  FROM sunset.lease AS l JOIN sunset.runs AS r ON r.id = l.run
