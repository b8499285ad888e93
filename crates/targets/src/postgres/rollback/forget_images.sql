DELETE FROM sunset.before_images
 WHERE table_name = $1 AND row_id = ANY ($2) AND ($3::int8[] IS NULL OR run = ANY ($3))
