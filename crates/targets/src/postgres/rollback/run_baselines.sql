-- Of each table what the first attempt recorded that touched it: its digest, or that it was large.
SELECT DISTINCT ON (b.table_name) b.row_count, b.digest::text, b.table_name,
       b.digest IS NOT NULL AS taken,
       b.columns IS NOT DISTINCT FROM
       (SELECT array_agg(a.attname::text ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute AS a
         WHERE a.attrelid = to_regclass('public.' || quote_ident(b.table_name))
           AND a.attnum > 0 AND NOT a.attisdropped) AS same_columns
  FROM sunset.run_baselines AS b
 WHERE b.run = ANY ($1)
 ORDER BY b.table_name, b.run
