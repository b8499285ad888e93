WITH held AS (
    SELECT DISTINCT ON (row_key) row_key, cells FROM ({held}) AS all_held ORDER BY row_key, age
)
SELECT h.row_key || ': ' || CASE
           WHEN {key} IS NULL THEN 'gone'
           ELSE (SELECT string_agg(c.key, ', ' ORDER BY c.key) FROM jsonb_each(h.cells) AS c
                  WHERE c.value IS DISTINCT FROM {cells} -> c.key)
       END AS item
  FROM held AS h LEFT JOIN {relation} AS t ON {key}::text = h.row_key
 WHERE {key} IS NULL OR {cells} IS DISTINCT FROM h.cells
