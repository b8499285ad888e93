-- Cells of column $2 of table $1 that were put back: each follows the link of before, or none.
WITH back AS (
    SELECT row_id, mapped, linked, run_id, earlier
      FROM jsonb_to_recordset($3::text::jsonb)
        AS b (row_id text, mapped text, linked text, run_id bigint, earlier jsonb)
), forgotten AS (
    DELETE FROM sunset.linked_cells AS l
     USING back AS b
     WHERE l.table_name = $1 AND l.column_name = $2 AND l.row_id = b.row_id AND b.linked IS NULL
)
UPDATE sunset.linked_cells AS l
   SET mapped = b.mapped, linked = b.linked, run_id = b.run_id,
       earlier = nullif(b.earlier, '[]')
  FROM back AS b
 WHERE l.table_name = $1 AND l.column_name = $2 AND l.row_id = b.row_id AND b.linked IS NOT NULL
