-- Rows of today that have a unique value of removed ones, by the images of these.
SELECT i.row_id, t.{key}::text AS holder
  FROM sunset.before_images AS i
  JOIN {table} AS t ON t.{column}::text = i.image ->> $2
 WHERE i.id = ANY ($1)
