SELECT id, schedule::text AS schedule, record::text AS record, state, host, pid,
       to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started_at,
       extract(epoch FROM clock_timestamp() - saved_at)::float8 AS silent
  FROM sunset.rollout_runs WHERE subject = $1 ORDER BY id DESC LIMIT 1
