SELECT string_agg(line, E'\n' ORDER BY t COLLATE "C", kind, place, line COLLATE "C") FROM (
    SELECT c.relname::text AS t, 0 AS kind, a.attnum::integer AS place,
           format('%s.%s %s%s%s', c.relname, a.attname,
                  replace(format_type(a.atttypid, a.atttypmod), 'timestamp without time zone', 'ts'),
                  CASE WHEN a.attnotnull THEN ' !' ELSE '' END,
                  coalesce(' =' || replace(pg_get_expr(d.adbin, d.adrelid), '::text', ''), '')) AS line
      FROM pg_class AS c
      JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
      LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    UNION ALL
    SELECT c.relname::text, 1, 0, format('%s: %s %s', c.relname, k.conname, pg_get_constraintdef(k.oid))
      FROM pg_constraint AS k
      JOIN pg_class AS c ON c.oid = k.conrelid
     WHERE k.connamespace = 'public'::regnamespace AND k.contype IN ('p', 'u', 'f', 'c')
    UNION ALL
    SELECT tablename::text, 2, 0, format('%s: %s', tablename, indexdef)
      FROM pg_indexes AS i WHERE schemaname = 'public'
       AND NOT EXISTS (SELECT 1 FROM pg_constraint AS k WHERE k.conname = i.indexname)
) AS lines
