-- Tables whose rows may name recordings: all that can be read whole, but the ledger, backups and the
-- server's own. The key is that of the rows in the ledger, where a table has one.
SELECT n.nspname::text AS namespace, c.relname::text AS name, k.attname::text AS key
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1
  LEFT JOIN pg_catalog.pg_attribute AS k ON k.attrelid = c.oid AND k.attnum = i.indkey[0]
 WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
   AND n.nspname <> 'sunset' AND n.nspname NOT IN (SELECT schema_name FROM sunset.backups)
   AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
   AND NOT row_security_active(c.oid)
 ORDER BY 1, 2
