-- A check of rows has no inverse, and stays done when what it checked is taken back: it counts no more
-- once a step before it was undone behind it.
SELECT statement
  FROM sunset.schema_steps AS s
  JOIN sunset.runs AS r ON r.id = s.run
 CROSS JOIN LATERAL unnest(s.sql) WITH ORDINALITY AS u (statement, place)
 WHERE s.state = 'done' AND r.plan = $1
   AND NOT (s.stage IN ('validate', 'require') AND cardinality(s.inverse) = 0
            AND EXISTS (SELECT 1 FROM sunset.schema_steps AS b
                          JOIN sunset.runs AS o ON o.id = b.run
                         WHERE o.plan = r.plan AND b.namespace = s.namespace
                           AND b.id < s.id AND b.undone_at > s.at))
 ORDER BY s.id, u.place
