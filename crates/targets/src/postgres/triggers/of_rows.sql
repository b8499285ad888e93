-- Triggers and rules of a table ($1, quoted) that are in force. Those before each row that answer to
-- what is written ($2, bits of tgtype) can be switched off by whoever owns the table: how, and how
-- each is on again as it was.
SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', $1::text, t.tgname) AS away,
       format('ALTER TABLE %s ENABLE %sTRIGGER %I', $1::text, CASE t.tgenabled WHEN 'A' THEN 'ALWAYS ' ELSE '' END, t.tgname) AS again,
       t.tgtype & 3 = 3 AND t.tgtype & $2::smallint <> 0 AND pg_catalog.pg_has_role(c.relowner, 'USAGE') AS changeable
  FROM pg_catalog.pg_trigger AS t
  JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
 WHERE t.tgrelid = to_regclass($1) AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
UNION ALL
SELECT NULL, NULL, false
  FROM pg_catalog.pg_rewrite AS r
 WHERE r.ev_class = to_regclass($1) AND r.ev_type IN ('2', '3', '4') AND r.ev_enabled IN ('O', 'A')
 ORDER BY 1
