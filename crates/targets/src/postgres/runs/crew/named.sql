SELECT c.run, c.terms::text AS terms, r.state
  FROM sunset.crews AS c JOIN sunset.runs AS r ON r.id = c.run
 WHERE c.name = $1 AND r.state IN ('done', 'rolled_back')
 ORDER BY c.run DESC LIMIT 1
