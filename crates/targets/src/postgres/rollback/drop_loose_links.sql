DELETE FROM sunset.linked_cells AS l
 USING {table} AS {row}
 WHERE l.table_name = $1 AND l.row_id = ANY ($2) AND {row}.{key}::text = l.row_id
   AND to_jsonb({row}) ->> l.column_name IS DISTINCT FROM l.linked
