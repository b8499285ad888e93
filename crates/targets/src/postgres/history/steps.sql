SELECT step, sum(items)::bigint AS items, sum(written)::bigint AS written, count(*) AS batches,
       extract(epoch FROM max(booked_at) - min(began_at))::float8 AS seconds
  FROM sunset.batches WHERE run = $1 GROUP BY step ORDER BY min(began_at), step
