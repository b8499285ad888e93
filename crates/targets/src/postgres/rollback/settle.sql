-- Documents of the scope: migrating again looks at them afresh. `{table}` has one row a document,
-- or several.
DELETE FROM sunset.{table} AS x
 WHERE NOT $4::bool
   AND ($1::int8[] IS NULL OR x.run = ANY ($1))
   AND ($2::text IS NULL OR x.collection = $2 OR starts_with(x.collection, $2 || '#'))
   AND ($3::text IS NULL OR x.document_id = $3)
