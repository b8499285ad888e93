-- What becomes of every row that the backup holds or that the plan wrote since: `written` is what
-- the plan set last and what was there first, `held` the row as it was copied, `live` as it is.
WITH written AS MATERIALIZED (
    SELECT cell.key, jsonb_object_agg(cell.name, cell.after) AS after_cells,
           jsonb_object_agg(cell.name, cell.before) AS before_cells, bool_or(cell.made) AS made
      FROM (SELECT k.key, n.name,
                   (array_agg(coalesce(c.after -> n.name, 'null'::jsonb) ORDER BY c.id DESC))[1] AS after,
                   (array_agg(coalesce(c.before -> n.name, 'null'::jsonb) ORDER BY c.id))[1] AS before,
                   bool_or(c.before IS NULL) AS made
              FROM sunset.changes AS c
              JOIN sunset.runs AS r ON r.id = c.run AND r.plan = {plan}
             CROSS JOIN LATERAL unnest(c.keys) AS k (key)
             CROSS JOIN LATERAL unnest(c.columns) AS n (name)
             WHERE c.id > {mark} AND c.table_name = {table} AND c.namespace = {namespace}
             GROUP BY k.key, n.name) AS cell
     GROUP BY cell.key
),
held AS (
    SELECT b.{key}::text AS key, {nulls} || (to_jsonb(b) - {lost}) AS cells FROM {copy} AS b
),
live AS (
    SELECT t.{key}::text AS key, to_jsonb(t) AS cells FROM {relation} AS t
)
SELECT known.key, known.before_cells,
       CASE WHEN known.is_held AND t.key IS NULL THEN 'gone'
            WHEN known.is_held AND t.cells = known.cells THEN 'same'
            WHEN known.is_held AND t.cells = known.expected THEN 'restore'
            WHEN known.is_held THEN 'changed'
            WHEN t.key IS NULL THEN 'absent'
            WHEN t.cells || known.expected = t.cells THEN CASE WHEN known.made THEN 'made' ELSE 'undo' END
            WHEN known.made THEN 'made_changed'
            ELSE 'undo_changed'
       END AS verdict,
       (SELECT string_agg(c.key, ', ' ORDER BY c.key) FROM jsonb_each(known.expected) AS c
         WHERE t.key IS NOT NULL AND c.value IS DISTINCT FROM t.cells -> c.key) AS differing
  FROM (SELECT coalesce(h.key, w.key) AS key, h.key IS NOT NULL AS is_held, h.cells, w.made, w.before_cells,
               coalesce(h.cells, '{{}}'::jsonb) || coalesce(w.after_cells, '{{}}'::jsonb) AS expected
          FROM held AS h FULL JOIN written AS w ON w.key = h.key) AS known
  LEFT JOIN live AS t ON t.key = known.key
