-- Rows that would refer to none: how many, and the first of their references.
SELECT count(*) AS rows, (array_agg(DISTINCT concat_ws(', ', {values})))[1:5] AS named
  FROM {child} AS c
 WHERE {given}
   AND NOT EXISTS (SELECT FROM {parent} AS p WHERE {equal})
