SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at, run, changed_by, kind,
       from_percentage::text AS from_percentage, to_percentage::text AS to_percentage, why
  FROM sunset.rollout_events WHERE subject = $1 ORDER BY id DESC LIMIT $2
