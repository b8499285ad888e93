-- $1 the table and $2 the copy (NULL: none), quoted. The columns of the table, with their types;
-- which can be written, which of them also in a row that is there, and which the copy has. The key first.
SELECT a.attname::text AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
       a.attgenerated = '' AS writable, a.attidentity <> 'a' AS settable,
       EXISTS (SELECT 1 FROM pg_catalog.pg_index AS i
                WHERE i.indrelid = a.attrelid AND i.indisprimary AND i.indkey[0] = a.attnum AND i.indnkeyatts = 1) AS key,
       EXISTS (SELECT 1 FROM pg_catalog.pg_attribute AS b
                WHERE b.attrelid = to_regclass($2) AND b.attname = a.attname AND b.attnum > 0 AND NOT b.attisdropped) AS copied
  FROM pg_catalog.pg_attribute AS a
 WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum
