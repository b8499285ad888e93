-- Tables with rows, images or linked cells that a scope covers.
SELECT t.table_name
  FROM (SELECT table_name FROM sunset.shapes UNION SELECT table_name FROM sunset.linked_cells) AS t
 WHERE to_regclass('public.' || quote_ident(t.table_name)) IS NOT NULL
   AND (EXISTS (SELECT FROM sunset.provenance AS p WHERE p.table_name = t.table_name AND {rows})
        OR EXISTS (SELECT FROM sunset.before_images AS i WHERE i.table_name = t.table_name AND {images})
        OR EXISTS (SELECT FROM sunset.linked_cells AS l WHERE l.table_name = t.table_name AND {links}))
 ORDER BY 1
