WITH worker AS (
    UPDATE sunset.workers SET heartbeat_at = clock_timestamp(), backend = coalesce($3, backend)
     WHERE id = $1 AND fenced_at IS NULL
    RETURNING 1
), run AS (
    UPDATE sunset.lease SET heartbeat_at = clock_timestamp()
     WHERE token = $2 AND heartbeat_at < clock_timestamp() - interval '2 seconds'
)
SELECT count(*) = 1 FROM worker
