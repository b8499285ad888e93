-- The columns of a table ($1) that must have a value, that nothing gives one, and that a copy ($2)
-- has not.
SELECT a.attname::text
  FROM pg_catalog.pg_attribute AS a
  LEFT JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
 WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
   AND (a.attnotnull OR t.typnotnull) AND NOT a.atthasdef AND a.attidentity = ''
   AND t.typdefault IS NULL
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b
                    WHERE b.attrelid = to_regclass($2) AND b.attname = a.attname AND b.attnum > 0 AND NOT b.attisdropped)
 ORDER BY a.attnum
