INSERT INTO sunset.linked_cells (table_name, row_id, column_name, mapped, linked, run_id)
SELECT $1, linking.row_id, $2, linking.mapped, linking.linked, $3
  FROM unnest($4::text[], $5::text[], $6::text[]) AS linking (row_id, mapped, linked)
ON CONFLICT (table_name, row_id, column_name)
DO UPDATE SET mapped = excluded.mapped, linked = excluded.linked, run_id = excluded.run_id,
              linked_at = clock_timestamp()
