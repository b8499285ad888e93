-- Gives back the assignments that the ledger holds otherwise.
WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
        AS wanted (kind, number, collection, document_id)
), made AS (
    INSERT INTO sunset.assigned_numbers (kind, number, collection, document_id, run)
    SELECT kind, number, collection, document_id, $5 FROM wanted
    ON CONFLICT DO NOTHING
)
SELECT w.kind, w.number, w.collection, w.document_id,
       a.number || ' for ' || a.collection || ' ' || a.document_id AS held
  FROM wanted AS w JOIN sunset.assigned_numbers AS a
    ON a.kind = w.kind
   AND (a.number = w.number OR (a.collection = w.collection AND a.document_id = w.document_id))
 WHERE (a.number, a.collection, a.document_id) <> (w.number, w.collection, w.document_id)
