SELECT wanted.ordinal, i.outcome_digest, i.basis, i.state, i.run
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (collection, document_id, ordinal)
  JOIN sunset.items AS i USING (collection, document_id)
