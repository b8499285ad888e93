SELECT l.table_name, l.row_id, l.column_name, l.mapped, l.linked
  FROM unnest($1::text[], $2::text[]) AS wanted (table_name, row_id)
  JOIN sunset.linked_cells AS l USING (table_name, row_id)
