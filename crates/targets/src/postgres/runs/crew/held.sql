SELECT stage, number, task::text AS task FROM sunset.work
 WHERE run = $1 AND worker = $2 AND stage < $3 AND done_at IS NULL
 ORDER BY stage, number LIMIT 1
