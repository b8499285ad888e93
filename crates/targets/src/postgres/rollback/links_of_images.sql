-- What was linked in the rows of images, as it stood when these were taken.
INSERT INTO sunset.linked_cells (table_name, row_id, column_name, mapped, linked, run_id, earlier)
SELECT b.table_name, b.row_id, link.column_name, link.mapped, link.linked, link.run_id, link.earlier
  FROM sunset.before_images AS b
 CROSS JOIN jsonb_to_recordset(b.links)
       AS link (column_name text, mapped text, linked text, run_id bigint, earlier jsonb)
 WHERE b.id = ANY ($1)
ON CONFLICT (table_name, row_id, column_name)
DO UPDATE SET mapped = excluded.mapped, linked = excluded.linked, run_id = excluded.run_id,
              earlier = excluded.earlier
