-- The first digest of all is this run's, too, where this run took it; otherwise another one is
-- taken. A run that is to keep nobody waiting reads no large table, and records that it did not.
WITH untaken AS (
    SELECT (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_catalog.pg_attribute AS a
             WHERE a.attrelid = to_regclass('public.' || quote_ident($1)) AND a.attnum > 0
               AND NOT a.attisdropped) AS columns,
           EXISTS (SELECT FROM sunset.runs AS r WHERE r.id = $2 AND r.options ->> 'digests' = 'small')
           AND pg_table_size(to_regclass('public.' || quote_ident($1))) > $3 AS large
     WHERE NOT EXISTS (SELECT FROM sunset.baselines WHERE table_name = $1 AND run = $2)
       AND NOT EXISTS (SELECT FROM sunset.run_baselines WHERE table_name = $1 AND run = $2)
)
INSERT INTO sunset.run_baselines (run, table_name, row_count, digest, columns)
SELECT run, table_name, row_count, digest, columns FROM sunset.baselines
 WHERE table_name = $1 AND run = $2
UNION ALL
SELECT $2, $1, count(*), coalesce(sum(hashtextextended({row}::text, 0)::numeric), 0),
       (SELECT columns FROM untaken)
  FROM {table} AS {row}
HAVING (SELECT NOT large FROM untaken)
UNION ALL
SELECT $2, $1, NULL, NULL, columns FROM untaken WHERE large
ON CONFLICT (run, table_name) DO NOTHING
