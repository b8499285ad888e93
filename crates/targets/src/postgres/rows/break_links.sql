DELETE FROM sunset.linked_cells AS x
 USING unnest($1::text[], $2::text[], $3::text[]) AS gone (table_name, row_id, column_name)
 WHERE x.table_name = gone.table_name AND x.row_id = gone.row_id AND x.column_name = gone.column_name
