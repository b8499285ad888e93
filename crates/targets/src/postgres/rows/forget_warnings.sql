DELETE FROM sunset.warnings AS x
 USING unnest($1::text[], $2::text[]) AS gone (collection, document_id)
 WHERE x.collection = gone.collection AND x.document_id = gone.document_id
