DELETE FROM sunset.provenance WHERE table_name = $1 AND row_id = ANY ($2)
