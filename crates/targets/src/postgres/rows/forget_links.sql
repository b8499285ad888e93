DELETE FROM sunset.linked_cells AS x
 USING unnest($1::text[], $2::text[]) AS gone (table_name, row_id)
 WHERE x.table_name = gone.table_name AND x.row_id = gone.row_id
