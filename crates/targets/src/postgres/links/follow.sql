UPDATE sunset.provenance AS p
   SET written = followed.written
  FROM unnest($2::text[], $3::bytea[]) AS followed (row_id, written)
 WHERE p.table_name = $1 AND p.row_id = followed.row_id
