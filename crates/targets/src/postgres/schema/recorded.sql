SELECT s.id, s.run, coalesce(r.program, 'unknown') AS program, s.namespace, s.title, s.stage,
       s.effect::text AS effect, s.inverse, s.state = 'done' AS done
  FROM sunset.schema_steps AS s
  LEFT JOIN sunset.runs AS r ON r.id = s.run
 WHERE s.state <> 'undone'
   AND ($1::text IS NULL OR r.plan = $1)
 ORDER BY s.id DESC
