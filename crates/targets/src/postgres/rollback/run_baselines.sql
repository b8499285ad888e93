-- Of each table the digest that the first attempt took that touched it.
SELECT DISTINCT ON (b.table_name) b.row_count, b.digest::text, b.table_name
  FROM sunset.run_baselines AS b
 WHERE b.run = ANY ($1)
   AND b.columns = (SELECT array_agg(a.attname::text ORDER BY a.attnum)
                      FROM pg_catalog.pg_attribute AS a
                     WHERE a.attrelid = to_regclass('public.' || quote_ident(b.table_name))
                       AND a.attnum > 0 AND NOT a.attisdropped)
 ORDER BY b.table_name, b.run
