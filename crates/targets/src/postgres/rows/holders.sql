-- Where rows of a document in quarantine were to go and could not, it is in conflict, too.
SELECT DISTINCT p.collection, p.document_id,
       coalesce(i.state = 'quarantined' OR i.state = 'conflict' AND q.document_id IS NOT NULL, false) AS quarantined
  FROM unnest($1::text[], $2::text[]) AS held (table_name, row_id)
  JOIN sunset.provenance AS p USING (table_name, row_id)
  LEFT JOIN sunset.items AS i ON i.collection = p.collection AND i.document_id = p.document_id
  LEFT JOIN sunset.quarantine AS q
    ON q.collection = p.collection AND q.document_id = p.document_id AND q.gone_run IS NULL
 ORDER BY 1, 2
