SELECT DISTINCT ON (k.key) k.key, l.before
  FROM sunset.changes AS c
  JOIN sunset.changes AS l
    ON l.id > c.id AND l.namespace = c.namespace AND l.table_name = c.table_name
   AND l.columns && c.columns
 CROSS JOIN LATERAL unnest(l.keys) AS k (key)
  JOIN wanted AS w ON w.key = k.key
 WHERE c.id = $1
 ORDER BY k.key, l.id
