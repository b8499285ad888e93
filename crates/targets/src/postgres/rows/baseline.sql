INSERT INTO sunset.baselines (table_name, row_count, digest, columns, run)
SELECT $1, count(*), coalesce(sum(hashtextextended({row}::text, 0)::numeric), 0),
       (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_catalog.pg_attribute AS a
         WHERE a.attrelid = to_regclass('public.' || quote_ident($1)) AND a.attnum > 0
           AND NOT a.attisdropped), $2
  FROM {table} AS {row}
HAVING NOT EXISTS (SELECT FROM sunset.baselines WHERE table_name = $1)
ON CONFLICT (table_name) DO NOTHING
