NOT $4::bool
AND ($1::int8[] IS NULL OR i.run = ANY ($1))
AND ($2::text IS NULL OR i.provenance ->> 'collection' = $2
     OR starts_with(i.provenance ->> 'collection', $2 || '#'))
AND ($3::text IS NULL OR i.provenance ->> 'document_id' = $3 OR i.row_id = $3)
AND NOT EXISTS (SELECT FROM sunset.provenance AS q
                 WHERE q.table_name = i.table_name AND q.row_id = i.row_id)
