SELECT count(*) AS units, count(*) FILTER (WHERE done_at IS NOT NULL) AS done,
       count(*) FILTER (WHERE done_at IS NOT NULL AND worker = $2) AS own,
       coalesce(sum(taken_over), 0)::bigint AS taken_over,
       (SELECT count(*) FROM sunset.workers WHERE run = $1) AS workers
  FROM sunset.work WHERE run = $1
