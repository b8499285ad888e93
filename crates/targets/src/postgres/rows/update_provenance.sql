UPDATE sunset.provenance AS p
   SET collection = n.collection, document_id = n.document_id, mapped = n.mapped,
       written = n.written, shape = n.shape, run = coalesce(n.run, p.run)
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::int4[],
              $8::int8[])
       AS n (table_name, row_id, collection, document_id, mapped, written, shape, run)
 WHERE p.table_name = n.table_name AND p.row_id = n.row_id
