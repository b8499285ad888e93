-- Columns of a table outside of a list, as far as only people and their programs fill them: name,
-- default (a constant, or none) and type. None where a trigger may fill them.
SELECT a.attname::text, pg_catalog.pg_get_expr(d.adbin, d.adrelid),
       pg_catalog.format_type(a.atttypid, a.atttypmod)
  FROM pg_catalog.pg_attribute AS a
  LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = to_regclass('public.' || quote_ident($1))
   AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity = ''
   AND NOT a.attname::text = ANY ($2)
   AND (d.adbin IS NULL
        OR pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~ '^(''|-?[0-9]|true|false|NULL)[^(]*$')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
                    WHERE t.tgrelid = a.attrelid AND NOT t.tgisinternal AND t.tgenabled <> 'D')
 ORDER BY a.attnum
