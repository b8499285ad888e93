-- Documents in quarantine that V2 has no longer.
UPDATE sunset.quarantine AS x SET gone_run = $3
  FROM unnest($1::text[], $2::text[]) AS gone (collection, document_id)
 WHERE x.collection = gone.collection AND x.document_id = gone.document_id AND x.gone_run IS NULL
