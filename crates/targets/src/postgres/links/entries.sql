SELECT wanted.row_id, p.shape, p.written, l.linked
  FROM unnest($3::text[]) AS wanted (row_id)
  LEFT JOIN sunset.provenance AS p ON p.table_name = $1 AND p.row_id = wanted.row_id
  LEFT JOIN sunset.linked_cells AS l
         ON l.table_name = $1 AND l.row_id = wanted.row_id AND l.column_name = $2
