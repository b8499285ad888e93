INSERT INTO sunset.linked_cells (table_name, row_id, column_name, mapped, linked, run_id)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (table_name, row_id, column_name)
DO UPDATE SET mapped = excluded.mapped, linked = excluded.linked, run_id = excluded.run_id,
              linked_at = clock_timestamp()
