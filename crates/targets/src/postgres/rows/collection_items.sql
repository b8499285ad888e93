SELECT state, count(*)
  FROM sunset.items
 WHERE collection = $1 AND state IN ('migrated', 'quarantined')
 GROUP BY state
