SELECT DISTINCT filled.name
  FROM sunset.changes AS c CROSS JOIN LATERAL unnest(c.columns) AS filled (name)
 WHERE c.namespace = 'public' AND c.table_name = $1
