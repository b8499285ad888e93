-- The statements of a step look at the rows from one place up to another; and how many blocks the
-- table has.
SELECT pg_catalog.set_config('sunset.from', $1, true),
       pg_catalog.set_config('sunset.to', $2, true),
       pg_catalog.pg_relation_size($3::pg_catalog.regclass)
           / pg_catalog.current_setting('block_size')::bigint AS length
