-- Rows that referred to a removed one, by their images in scope.
SELECT DISTINCT i.row_id
  FROM sunset.before_images AS i
 WHERE i.table_name = $5 AND {scope}
   AND i.image ->> $6 = (SELECT b.image ->> $7 FROM sunset.before_images AS b WHERE b.id = $8)
