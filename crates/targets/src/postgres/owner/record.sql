INSERT INTO sunset.provenance
       (table_name, row_id, collection, document_id, mapped, written, shape, action, created_run, run)
SELECT 'user', {row}.id, $2, $3, {digest}, {digest}, $4, 'inserted', $5, $5
  FROM public."user" AS {row} WHERE {row}.id = $1
