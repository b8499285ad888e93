-- Sets of a plan's changes, the last first. $1 plan, $2 a run and all attempts of it, $3 only those
-- before this one, $4 how many.
SELECT c.id, c.step, c.namespace, c.table_name, cardinality(c.keys)::bigint AS rows
  FROM sunset.changes AS c
  JOIN sunset.runs AS r ON r.id = c.run
 WHERE r.plan = $1
   AND ($2::bigint IS NULL
        OR coalesce(r.origin, r.id) = (SELECT coalesce(o.origin, o.id) FROM sunset.runs AS o WHERE o.id = $2))
   AND ($3::bigint IS NULL OR c.id < $3)
 ORDER BY c.id DESC
 LIMIT $4
