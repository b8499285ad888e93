WITH found AS MATERIALIZED ({violators})
SELECT (SELECT count(*) FROM found) AS count,
       (SELECT coalesce(array_agg(first.item), '{{}}')
          FROM (SELECT coalesce(item, '(no key)') AS item FROM found ORDER BY 1 LIMIT {limit}) AS first) AS sample
