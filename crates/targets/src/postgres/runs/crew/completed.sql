SELECT stage, number, outcome::text AS outcome,
       (extract(epoch FROM coalesce(claimed_at, done_at)) * 1000)::bigint AS claimed,
       (extract(epoch FROM done_at) * 1000)::bigint AS done
  FROM sunset.work
 WHERE run = $1 AND stage < $2 AND done_at IS NOT NULL
 ORDER BY stage, number
