DELETE FROM sunset.warnings AS x
 USING sunset.runs AS r
 WHERE r.id = x.run AND r.plan = $1
   AND ($2::bigint IS NULL
        OR coalesce(r.origin, r.id) = (SELECT coalesce(o.origin, o.id) FROM sunset.runs AS o WHERE o.id = $2))
   AND NOT EXISTS (SELECT 1 FROM sunset.changes AS c WHERE c.run = r.id)
