-- The last user whom the migration made for its rows, also one that is gone.
SELECT p.row_id AS id, u.email::text AS email
  FROM sunset.provenance AS p
  LEFT JOIN public."user" AS u ON u.id::text = p.row_id
 WHERE p.table_name = 'user' AND p.collection = $1
 ORDER BY p.run DESC, p.row_id
 LIMIT 1
