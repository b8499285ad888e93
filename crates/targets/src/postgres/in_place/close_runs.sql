UPDATE sunset.runs AS r SET state = 'rolled_back'
 WHERE r.plan = $1 AND r.program IN ('data-migrate', 'final-check') AND r.state IN ('done', 'failed', 'interrupted')
   AND ($2::bigint IS NULL
        OR coalesce(r.origin, r.id) = (SELECT coalesce(o.origin, o.id) FROM sunset.runs AS o WHERE o.id = $2))
   AND NOT EXISTS (SELECT 1 FROM sunset.changes AS c WHERE c.run = r.id)
