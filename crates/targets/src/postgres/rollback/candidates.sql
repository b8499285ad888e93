SELECT p.row_id, p.collection, p.document_id, p.written, p.shape, p.action, p.created_run, p.run,
       (SELECT min(b.id) FROM sunset.before_images AS b
         WHERE b.table_name = p.table_name AND b.row_id = p.row_id
           AND ($1::int8[] IS NULL OR b.run = ANY ($1))) AS image
  FROM sunset.provenance AS p
 WHERE p.table_name = $5 AND p.row_id > $6 AND {scope}
   AND ($8::text[] IS NULL OR p.row_id = ANY ($8))
 ORDER BY p.row_id LIMIT $7
