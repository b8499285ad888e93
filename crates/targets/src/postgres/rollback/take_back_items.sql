-- The documents' entries go, and that this run ($3) took them back is noted.
WITH gone AS (
    DELETE FROM sunset.items AS x
     USING unnest($1::text[], $2::text[]) AS taken (collection, document_id)
     WHERE x.collection = taken.collection AND x.document_id = taken.document_id
    RETURNING x.collection, x.document_id, x.state
)
INSERT INTO sunset.taken_back (collection, document_id, run)
SELECT collection, document_id, $3 FROM gone WHERE state <> 'gone'
ON CONFLICT (collection, document_id) DO UPDATE SET run = excluded.run
