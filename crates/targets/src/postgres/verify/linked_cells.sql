-- The linked cells of the rows $2 of table $1.
SELECT row_id, column_name, mapped, linked
FROM sunset.linked_cells
WHERE table_name = $1 AND row_id = ANY($2::text[])
