($1::int8[] IS NULL OR l.run_id = ANY ($1))
AND (($2::text IS NULL AND ($3::text IS NULL OR l.row_id = $3))
     OR EXISTS (SELECT FROM sunset.provenance AS q
                 WHERE q.table_name = l.table_name AND q.row_id = l.row_id
                   AND ($2::text IS NULL OR q.collection = $2 OR starts_with(q.collection, $2 || '#'))
                   AND ($3::text IS NULL OR q.document_id = $3 OR q.row_id = $3)))
