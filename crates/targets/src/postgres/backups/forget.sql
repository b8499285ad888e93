-- Changes of a plan ($1) behind a change ($2) of a table ($3, $4) are undone, but for the rows that
-- stay as they are.
UPDATE sunset.changes AS c
   SET keys = ARRAY(SELECT k.key FROM unnest(c.keys) WITH ORDINALITY AS k (key, place)
                     WHERE k.key IN (SELECT r.key FROM {verdicts} AS r WHERE r.verdict = ANY ({kept}))
                     ORDER BY k.place)
  FROM sunset.runs AS run
 WHERE run.id = c.run AND run.plan = $1 AND c.id > $2 AND c.table_name = $3 AND c.namespace = $4
