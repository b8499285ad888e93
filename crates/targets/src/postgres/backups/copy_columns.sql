-- The columns of a copy ($2), in order; which the table ($1) has, which can be written there, and
-- which take the copy's values without another choice: they are of its type, or of one that it turns
-- into by itself.
SELECT b.attname::text AS name, a.attname IS NOT NULL AS there, coalesce(a.attgenerated = '', false) AS writable,
       coalesce(a.atttypid = b.atttypid OR EXISTS (
           SELECT FROM pg_catalog.pg_cast AS c
            WHERE c.castsource = b.atttypid AND c.casttarget = a.atttypid AND c.castcontext = 'i'), false) AS fits,
       coalesce(format_type(a.atttypid, a.atttypmod), '') AS type_now,
       format_type(b.atttypid, b.atttypmod) AS type_then
  FROM pg_catalog.pg_attribute AS b
  LEFT JOIN pg_catalog.pg_attribute AS a
         ON a.attrelid = to_regclass($1) AND a.attname = b.attname AND a.attnum > 0 AND NOT a.attisdropped
 WHERE b.attrelid = to_regclass($2) AND b.attnum > 0 AND NOT b.attisdropped
 ORDER BY b.attnum
