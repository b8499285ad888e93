SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
       NOT a.attnotnull AND EXISTS (
           SELECT FROM pg_catalog.pg_index AS i
            WHERE i.indrelid = a.attrelid AND i.indisunique AND NOT i.indisprimary
              AND a.attnum = ANY (i.indkey)) AS releasable
  FROM pg_catalog.pg_attribute AS a
 WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 ORDER BY a.attnum
