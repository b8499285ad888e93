-- Numbers that were assigned to documents and that the ledger does not have, or has otherwise.
SELECT w.ordinal, w.kind, w.number, a.number AS held
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
       AS w (kind, number, collection, document_id, ordinal)
  LEFT JOIN sunset.assigned_numbers AS a USING (kind, collection, document_id)
 WHERE a.number IS DISTINCT FROM w.number
 ORDER BY w.ordinal
