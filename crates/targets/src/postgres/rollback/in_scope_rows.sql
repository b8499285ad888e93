NOT $4::bool
AND ($2::text IS NULL OR p.collection = $2 OR starts_with(p.collection, $2 || '#'))
AND ($3::text IS NULL OR p.document_id = $3 OR p.row_id = $3)
AND ($1::int8[] IS NULL OR p.created_run = ANY ($1)
     OR EXISTS (SELECT FROM sunset.before_images AS b
                 WHERE b.table_name = p.table_name AND b.row_id = p.row_id AND b.run = ANY ($1)))
