-- `meanwhile` says what a column may hold while rows exchange values that must be unique: NULL, or
-- where that cannot be, a text that nobody else has.
SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
       CASE WHEN NOT EXISTS (
                SELECT FROM pg_catalog.pg_index AS i
                 WHERE i.indrelid = a.attrelid AND i.indisunique AND NOT i.indisprimary
                   AND a.attnum = ANY (i.indkey)) THEN NULL
            WHEN NOT a.attnotnull THEN 'null'
            WHEN a.atttypid = 'text'::regtype AND EXISTS (
                SELECT FROM pg_catalog.pg_index AS i
                 WHERE i.indrelid = a.attrelid AND i.indisunique AND NOT i.indisprimary
                   AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum) AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_constraint AS c
                 WHERE c.conrelid = a.attrelid AND c.contype = 'f' AND a.attnum = ANY (c.conkey)) THEN 'text'
       END AS meanwhile
  FROM pg_catalog.pg_attribute AS a
 WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 ORDER BY a.attnum
