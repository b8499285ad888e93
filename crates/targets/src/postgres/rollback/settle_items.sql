-- Documents of the scope: migrating again looks at them afresh, and that this run ($5) took them back
-- is noted.
WITH gone AS (
    DELETE FROM sunset.items AS x
     WHERE NOT $4::bool
       AND ($1::int8[] IS NULL OR x.run = ANY ($1))
       AND ($2::text IS NULL OR x.collection = $2 OR starts_with(x.collection, $2 || '#'))
       AND ($3::text IS NULL OR x.document_id = $3)
    RETURNING x.collection, x.document_id, x.state
)
INSERT INTO sunset.taken_back (collection, document_id, run)
SELECT collection, document_id, $5 FROM gone WHERE state <> 'gone'
ON CONFLICT (collection, document_id) DO UPDATE SET run = excluded.run
