SELECT t.table_name, coalesce((SELECT s.columns[1] FROM sunset.shapes AS s
                                WHERE s.table_name = t.table_name ORDER BY s.id LIMIT 1), 'id') AS key
  FROM (SELECT table_name FROM sunset.shapes UNION SELECT table_name FROM sunset.linked_cells) AS t
 WHERE to_regclass('public.' || quote_ident(t.table_name)) IS NOT NULL
 ORDER BY 1
