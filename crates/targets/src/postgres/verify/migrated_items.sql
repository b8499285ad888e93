-- A page of the items that count as migrated, behind ($1, $2) in order.
SELECT collection, document_id
FROM sunset.items
WHERE state = 'migrated'
  AND ($1::text IS NULL OR (collection, document_id) > ($1, $2::text))
ORDER BY collection, document_id
LIMIT $3
