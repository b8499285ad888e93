SELECT string_agg(line, E'\n' ORDER BY line) FROM (
    SELECT format('%s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                  CASE WHEN a.attnotnull THEN ' !' ELSE '' END,
                  coalesce(' =' || pg_get_expr(d.adbin, d.adrelid), '')) AS line
      FROM pg_class AS c
      JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'p')
    UNION ALL
    SELECT format('%s: %s %s%s', conrelid::regclass, conname, pg_get_constraintdef(oid), '')
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f', 'c')
    UNION ALL
    SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
) AS lines
