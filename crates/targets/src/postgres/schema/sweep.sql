-- The statements of a step look at the rows from one place up to another; and how many blocks the
-- table has, or the longest of its partitions and of the tables that inherit from it.
WITH RECURSIVE family AS (
    SELECT $3::pg_catalog.regclass::pg_catalog.oid AS oid
    UNION
    SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i JOIN family AS f ON f.oid = i.inhparent
)
SELECT pg_catalog.set_config('sunset.from', $1, true),
       pg_catalog.set_config('sunset.to', $2, true),
       pg_catalog.max(pg_catalog.pg_relation_size(oid))
           / pg_catalog.current_setting('block_size')::bigint AS length
  FROM family
