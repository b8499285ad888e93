-- Tables that a plan ($1) wrote to behind a change ($2), in a schema ($3), and which columns.
SELECT c.table_name, array_agg(DISTINCT n.name) AS columns
  FROM sunset.changes AS c
  JOIN sunset.runs AS r ON r.id = c.run
 CROSS JOIN LATERAL unnest(c.columns) AS n (name)
 WHERE r.plan = $1 AND c.id > $2 AND c.namespace = $3
 GROUP BY c.table_name ORDER BY c.table_name
