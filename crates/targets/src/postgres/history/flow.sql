SELECT collection AS first, table_name AS second, count(*) AS count
  FROM sunset.provenance GROUP BY collection, table_name
UNION ALL
SELECT step, table_name, sum(cardinality(keys))::bigint
  FROM sunset.changes GROUP BY step, table_name
