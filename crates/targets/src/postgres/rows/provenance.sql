SELECT p.table_name, p.row_id, p.collection, p.document_id, p.mapped, p.written, p.shape
  FROM unnest($1::text[], $2::text[]) AS wanted (table_name, row_id)
  JOIN sunset.provenance AS p USING (table_name, row_id)
 UNION
SELECT p.table_name, p.row_id, p.collection, p.document_id, p.mapped, p.written, p.shape
  FROM unnest($3::text[], $4::text[]) AS wanted (collection, document_id)
  JOIN sunset.provenance AS p USING (collection, document_id)
