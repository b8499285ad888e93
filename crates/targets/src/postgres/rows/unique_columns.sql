SELECT DISTINCT a.attname::text AS name
  FROM pg_catalog.pg_index AS i
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
 WHERE i.indrelid = to_regclass($1) AND i.indisunique AND NOT i.indisprimary
   AND i.indnkeyatts = 1 AND i.indpred IS NULL AND i.indexprs IS NULL
