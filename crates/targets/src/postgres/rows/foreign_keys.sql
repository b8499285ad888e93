SELECT child.relname::text AS child, ca.attname::text AS child_column,
       parent.relname::text AS parent, pa.attname::text AS parent_column,
       (SELECT k.attname::text
          FROM pg_catalog.pg_index AS i
          JOIN pg_catalog.pg_attribute AS k ON k.attrelid = i.indrelid AND k.attnum = i.indkey[0]
         WHERE i.indrelid = c.conrelid AND i.indisprimary AND i.indnkeyatts = 1) AS child_key
  FROM pg_catalog.pg_constraint AS c
  JOIN pg_catalog.pg_class AS child ON child.oid = c.conrelid
  JOIN pg_catalog.pg_class AS parent ON parent.oid = c.confrelid
  JOIN pg_catalog.pg_attribute AS ca ON ca.attrelid = c.conrelid AND ca.attnum = c.conkey[1]
  JOIN pg_catalog.pg_attribute AS pa ON pa.attrelid = c.confrelid AND pa.attnum = c.confkey[1]
 WHERE c.contype = 'f' AND cardinality(c.conkey) = 1
   AND child.relnamespace = 'public'::regnamespace
   AND parent.relnamespace = 'public'::regnamespace
 ORDER BY 1, 2
