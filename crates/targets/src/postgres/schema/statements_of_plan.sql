SELECT statement
  FROM sunset.schema_steps AS s
  JOIN sunset.runs AS r ON r.id = s.run
 CROSS JOIN LATERAL unnest(s.sql) WITH ORDINALITY AS u (statement, place)
 WHERE s.state = 'done' AND r.plan = $1
 ORDER BY s.id, u.place
