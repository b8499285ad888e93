-- What V2 has no longer could not be looked at afresh: it stays.
DELETE FROM sunset.quarantine AS x
 USING unnest($1::text[], $2::text[]) AS gone (collection, document_id)
 WHERE x.collection = gone.collection AND x.document_id = gone.document_id AND x.gone_run IS NULL
