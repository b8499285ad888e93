-- Rows whose verdict was carried out, and that are not what they were to become.
WITH wrong AS MATERIALIZED (
    SELECT r.key, r.verdict,
           CASE WHEN r.verdict IN ('made', 'made_changed') THEN CASE WHEN t.key IS NOT NULL THEN 'still there' END
                WHEN t.key IS NULL THEN 'not there'
                ELSE (SELECT string_agg(c.key, ', ' ORDER BY c.key)
                        FROM jsonb_each(CASE WHEN r.verdict IN ('undo', 'undo_changed') THEN r.before_cells ELSE h.cells END) AS c
                       WHERE c.key = ANY ({names}) AND c.value IS DISTINCT FROM t.cells -> c.key)
           END AS differing
      FROM {verdicts} AS r
      LEFT JOIN ({copied}) AS h ON h.key = r.key
      LEFT JOIN (SELECT t.{key}::text AS key, to_jsonb(t) AS cells FROM {relation} AS t) AS t ON t.key = r.key
     WHERE r.verdict = ANY ({carried_out})
),
marked AS (
    UPDATE {verdicts} AS r SET verdict = 'hindered', differing = w.differing
      FROM wrong AS w WHERE w.key = r.key AND w.differing IS NOT NULL
    RETURNING w.verdict, r.key, r.differing
)
SELECT m.verdict, count(*) AS rows, (array_agg(m.key || ': ' || m.differing ORDER BY m.key))[1:{named}] AS named
  FROM marked AS m GROUP BY m.verdict ORDER BY m.verdict
