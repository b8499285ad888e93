DELETE FROM sunset.taken_back AS x
 USING unnest($1::text[], $2::text[]) AS booked (collection, document_id)
 WHERE x.collection = booked.collection AND x.document_id = booked.document_id
