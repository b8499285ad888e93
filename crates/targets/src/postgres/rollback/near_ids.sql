-- Some ids of documents, those first that contain the one in question ($1), or the other way round.
SELECT known.id FROM (SELECT DISTINCT document_id AS id FROM sunset.provenance
                       WHERE NOT starts_with(collection, '#')) AS known
 ORDER BY position(lower($1) IN lower(known.id)) = 0 AND position(lower(known.id) IN lower($1)) = 0, known.id
 LIMIT 5
