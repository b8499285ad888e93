-- Records where a run reads from, and what it is therefore an attempt of: the run before it of the
-- same program on the same source, where that was broken off or failed. Some programs learn their
-- source only when they have begun.
UPDATE sunset.runs AS run
   SET source = $2, read_time = $3,
       origin = coalesce(
           (SELECT CASE WHEN last.state IN ('interrupted', 'failed')
                        THEN coalesce(last.origin, last.id) END
              FROM sunset.runs AS last
             WHERE last.plan = run.plan AND last.program = run.program
               AND last.source IS NOT DISTINCT FROM $2 AND last.id < run.id
             ORDER BY last.id DESC LIMIT 1),
           run.id)
 WHERE run.id = $1
