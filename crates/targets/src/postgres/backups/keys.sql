-- Foreign keys from and to tables that are put back ($1), as far as they hold now: the places in $1 of
-- the table that refers and of the one referred to (none for another table), and their columns.
SELECT k.conname::text AS name, k.conrelid::regclass::text AS child, k.confrelid::regclass::text AS parent,
       array_position($1::text[]::regclass[]::oid[], k.conrelid) AS child_place,
       array_position($1::text[]::regclass[]::oid[], k.confrelid) AS parent_place,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS c (number, place)
               JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = c.number
              ORDER BY c.place) AS child_columns,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS c (number, place)
               JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = c.number
              ORDER BY c.place) AS parent_columns
  FROM pg_catalog.pg_constraint AS k
 WHERE k.contype = 'f' AND k.conparentid = 0 AND k.convalidated
   AND (k.conrelid = ANY ($1::text[]::regclass[]) OR k.confrelid = ANY ($1::text[]::regclass[]))
 ORDER BY k.conname
