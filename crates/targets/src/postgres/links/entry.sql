SELECT p.shape, p.written, l.linked
  FROM (VALUES ($1::text, $2::text, $3::text)) AS wanted (table_name, row_id, column_name)
  LEFT JOIN sunset.provenance AS p USING (table_name, row_id)
  LEFT JOIN sunset.linked_cells AS l USING (table_name, row_id, column_name)
