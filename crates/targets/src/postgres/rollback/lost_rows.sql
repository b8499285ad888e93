-- Rows that migration removed and that are nobody's now: the earliest image in scope of each.
SELECT DISTINCT ON (i.row_id) i.row_id, i.id, i.provenance::text AS provenance
  FROM sunset.before_images AS i
 WHERE i.table_name = $5 AND i.row_id > $6 AND {scope}
 ORDER BY i.row_id, i.id LIMIT $7
