-- Rows that documents in quarantine gave when they could be mapped.
SELECT p.table_name, p.row_id, p.shape
  FROM sunset.items AS i
  JOIN sunset.provenance AS p USING (collection, document_id)
 WHERE i.collection = $1 AND i.state = 'quarantined'
