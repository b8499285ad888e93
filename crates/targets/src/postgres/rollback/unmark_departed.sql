-- Documents in quarantine of which the runs found that V2 has them no longer are in quarantine
-- again, so that the next look at V2 decides afresh.
WITH back AS (
    UPDATE sunset.quarantine AS x SET gone_run = NULL
     WHERE NOT $4::bool AND x.gone_run = ANY ($1::int8[])
       AND ($2::text IS NULL OR x.collection = $2 OR starts_with(x.collection, $2 || '#'))
       AND ($3::text IS NULL OR x.document_id = $3)
 RETURNING x.collection, x.document_id, x.raw, x.run
)
INSERT INTO sunset.items (collection, document_id, source_digest, outcome_digest, state, run)
SELECT collection, document_id, sha256(raw), sha256(raw), 'quarantined', run FROM back
ON CONFLICT (collection, document_id) DO NOTHING
