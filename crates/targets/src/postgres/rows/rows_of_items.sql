SELECT wanted.ordinal, p.table_name, p.row_id, p.shape
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (collection, document_id, ordinal)
  JOIN sunset.provenance AS p USING (collection, document_id)
