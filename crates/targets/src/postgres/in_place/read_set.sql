-- One set, with what its table has today. $1 the set, $2 its table, quoted.
SELECT c.key_column, c.columns AS set_columns, c.before IS NULL AS made,
       cardinality(c.keys)::bigint AS rows,
       coalesce(attributes.names, '{}') AS columns,
       coalesce(attributes.types, '{}') AS types,
       EXISTS (SELECT 1 FROM sunset.changes AS l
                WHERE l.id > c.id AND l.namespace = c.namespace AND l.table_name = c.table_name
                  AND l.columns && c.columns) AS later
  FROM sunset.changes AS c
  LEFT JOIN LATERAL (
       SELECT array_agg(a.attname::text ORDER BY a.attnum) AS names,
              array_agg(pg_catalog.format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) AS types
         FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = to_regclass($2) AND a.attnum > 0 AND NOT a.attisdropped
       ) AS attributes ON true
 WHERE c.id = $1
