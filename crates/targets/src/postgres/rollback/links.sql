SELECT l.table_name, l.row_id, l.column_name, l.mapped, l.linked, l.earlier::text,
       p.shape, p.written, p.collection, p.document_id
  FROM sunset.linked_cells AS l
  LEFT JOIN sunset.provenance AS p USING (table_name, row_id)
 WHERE (l.table_name, l.row_id, l.column_name) > ($5, $6, $7) AND {scope}
   AND ($4::bool OR $1::int8[] IS NOT NULL OR p.action IS DISTINCT FROM 'inserted')
 ORDER BY l.table_name, l.row_id, l.column_name LIMIT $8
