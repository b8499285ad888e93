-- The runs that wrote batches or recordings: the last $1 of them, and how long they were.
WITH events AS (
    SELECT run, false AS recordings, began_at, booked_at, items, written,
           extract(epoch FROM booked_at - began_at)::float8 * 1000 AS took
      FROM sunset.batches
    UNION ALL
    SELECT o.run, true, r.started_at, o.recorded_at, 1, coalesce(o.size, 0), o.took_ms
      FROM sunset.objects AS o JOIN sunset.runs AS r ON r.id = o.run
     WHERE o.state = 'copied' AND o.role <> 'duplicate'
)
SELECT run, recordings,
       to_char(min(began_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS began_at,
       extract(epoch FROM max(booked_at) - min(began_at))::float8 AS seconds,
       count(*) AS batches, sum(items)::bigint AS items, sum(written)::bigint AS written,
       (percentile_disc(ARRAY[0.5, 0.9, 0.95, 0.99, 1]) WITHIN GROUP (ORDER BY took))::float8[] AS latency
  FROM events GROUP BY run, recordings ORDER BY run DESC LIMIT $1
