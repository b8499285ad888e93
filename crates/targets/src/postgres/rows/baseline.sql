INSERT INTO sunset.baselines (table_name, row_count, digest, run)
SELECT $1, count(*), coalesce(sum(hashtextextended({row}::text, 0)::numeric), 0), $2
  FROM {table} AS {row}
HAVING NOT EXISTS (SELECT FROM sunset.baselines WHERE table_name = $1)
ON CONFLICT (table_name) DO NOTHING
