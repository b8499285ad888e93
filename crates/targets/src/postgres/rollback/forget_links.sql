DELETE FROM sunset.linked_cells WHERE table_name = $1 AND row_id = ANY ($2)
