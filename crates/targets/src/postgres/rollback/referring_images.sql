-- Rows that referred to a removed one, by their images.
SELECT DISTINCT i.row_id
  FROM sunset.before_images AS i
 WHERE i.table_name = $2 AND ($1::int8[] IS NULL OR i.run = ANY ($1))
   AND i.image ->> $3 = (SELECT b.image ->> $4 FROM sunset.before_images AS b WHERE b.id = $5)
