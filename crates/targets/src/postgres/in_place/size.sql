-- The blocks of an ordinary table's file, and its rows by the last estimate (0: none yet).
SELECT CASE WHEN c.relkind = 'r'
            THEN pg_catalog.pg_relation_size(c.oid) / current_setting('block_size')::bigint
            ELSE 0 END AS blocks,
       greatest(c.reltuples, 0)::bigint AS rows
  FROM pg_catalog.pg_class AS c WHERE c.oid = $1::regclass
