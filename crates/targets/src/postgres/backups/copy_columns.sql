-- The columns of a copy ($2), in order; which the table ($1) has, and which can be written there.
SELECT b.attname::text AS name, a.attname IS NOT NULL AS there, coalesce(a.attgenerated = '', false) AS writable
  FROM pg_catalog.pg_attribute AS b
  LEFT JOIN pg_catalog.pg_attribute AS a
         ON a.attrelid = to_regclass($1) AND a.attname = b.attname AND a.attnum > 0 AND NOT a.attisdropped
 WHERE b.attrelid = to_regclass($2) AND b.attnum > 0 AND NOT b.attisdropped
 ORDER BY b.attnum
