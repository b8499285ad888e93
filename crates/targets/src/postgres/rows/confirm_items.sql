-- What the outcome of settled items rests on now, and what was read; the outcome itself is the same.
UPDATE sunset.items AS i
   SET basis = confirmed.basis, source_digest = confirmed.source_digest
  FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[])
       AS confirmed (collection, document_id, outcome_digest, basis, source_digest)
 WHERE i.collection = confirmed.collection
   AND i.document_id = confirmed.document_id
   AND i.outcome_digest = confirmed.outcome_digest
