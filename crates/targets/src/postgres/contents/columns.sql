SELECT a.attname::text AS name
  FROM pg_catalog.pg_attribute AS a
 WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum
