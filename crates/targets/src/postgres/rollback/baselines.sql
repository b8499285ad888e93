SELECT b.row_count, b.digest::text, b.table_name, true AS taken,
       b.columns IS NOT DISTINCT FROM
       (SELECT array_agg(a.attname::text ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute AS a
         WHERE a.attrelid = to_regclass('public.' || quote_ident(b.table_name))
           AND a.attnum > 0 AND NOT a.attisdropped) AS same_columns
  FROM sunset.baselines AS b
