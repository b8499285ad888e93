-- Units that silent workers held: how many, and seconds from a worker's last word until somebody
-- else had its unit, at the most.
WITH freed AS (
    SELECT h.stage, h.number, h.at, w.heartbeat_at
      FROM public.handed AS h JOIN sunset.workers AS w ON w.id = h.was
     WHERE h.becomes IS NULL AND w.fenced_at IS NOT NULL
), next AS (
    SELECT freed.heartbeat_at,
           (SELECT min(n.at) FROM public.handed AS n
             WHERE n.stage = freed.stage AND n.number = freed.number
               AND n.becomes IS NOT NULL AND n.at >= freed.at) AS at
      FROM freed
)
SELECT count(*) AS units,
       coalesce(max(coalesce(extract(epoch FROM at - heartbeat_at)::float8, 'Infinity')), 0) AS seconds
  FROM next
