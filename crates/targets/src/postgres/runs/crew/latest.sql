SELECT c.run, c.name, c.terms::text AS terms, c.read_time, r.state,
       l.token AS token,
       (SELECT count(*) FROM sunset.workers AS w
         WHERE w.run = c.run AND w.left_at IS NULL AND w.fenced_at IS NULL
           AND w.heartbeat_at > clock_timestamp() - make_interval(secs => $1)) AS living
  FROM sunset.crews AS c
  JOIN sunset.runs AS r ON r.id = c.run
  LEFT JOIN sunset.lease AS l ON l.run = c.run
 ORDER BY c.run DESC LIMIT 1
