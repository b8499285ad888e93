-- Rows of documents in quarantine are of an earlier time, and nothing is said of them here.
SELECT p.table_name, count(*)
  FROM sunset.provenance AS p
  JOIN sunset.items AS i USING (collection, document_id)
 WHERE p.collection = $1 AND i.state = 'migrated'
 GROUP BY p.table_name
