SELECT count(*) OVER () AS total, t.id || ': ' || {words} AS id
  FROM {table} AS t
  JOIN sunset.provenance AS p
    ON p.table_name = $1 AND p.row_id = t.id AND p.action = 'inserted'
 WHERE {filled}
 ORDER BY t.id
 LIMIT {limit}
