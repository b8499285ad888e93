-- Items by the slot of $3 seconds in which they were booked.
WITH events AS (
    SELECT began_at, booked_at, items FROM sunset.batches WHERE run = $1 AND NOT $2
    UNION ALL
    SELECT r.started_at, o.recorded_at, 1
      FROM sunset.objects AS o JOIN sunset.runs AS r ON r.id = o.run
     WHERE o.run = $1 AND $2 AND o.state = 'copied' AND o.role <> 'duplicate'
)
SELECT floor(extract(epoch FROM e.booked_at - b.first)::float8 / $3)::bigint AS slot,
       sum(e.items)::bigint AS items
  FROM events AS e CROSS JOIN (SELECT min(began_at) AS first FROM events) AS b
 GROUP BY 1 ORDER BY 1
