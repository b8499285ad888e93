SELECT DISTINCT p.collection, p.document_id, coalesce(i.state = 'quarantined', false) AS quarantined
  FROM unnest($1::text[], $2::text[]) AS held (table_name, row_id)
  JOIN sunset.provenance AS p USING (table_name, row_id)
  LEFT JOIN sunset.items AS i ON i.collection = p.collection AND i.document_id = p.document_id
 ORDER BY 1, 2
